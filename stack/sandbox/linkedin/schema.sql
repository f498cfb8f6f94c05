-- State of the LinkedIn sandbox. Times are whole milliseconds since 1970, by the sandbox's clock.
-- Codes and tokens are kept as SHA-256 digests, as a careful server would.

CREATE TABLE IF NOT EXISTS clock (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    offset_ms INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS members (
    id TEXT PRIMARY KEY,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    email TEXT NOT NULL,
    is_email_verified INTEGER NOT NULL,
    picture_url TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL
);

-- Members that the next authorizations sign in as, first come first served.
CREATE TABLE IF NOT EXISTS sign_ins (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id TEXT NOT NULL
);

-- The scopes a member last agreed to for an app.
CREATE TABLE IF NOT EXISTS consents (
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (client_id, member_id)
);

CREATE TABLE IF NOT EXISTS codes (
    digest TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    is_revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS posts (
    urn TEXT PRIMARY KEY,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    rendered TEXT NOT NULL,
    is_cut INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    deleted_ms INTEGER
);
CREATE INDEX IF NOT EXISTS posts_fingerprint ON posts (fingerprint, created_ms);

-- What really took effect, in order. Rows are only ever added.
CREATE TABLE IF NOT EXISTS applied (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    member TEXT NOT NULL,
    urn TEXT NOT NULL,
    commentary TEXT NOT NULL,
    rendered TEXT NOT NULL,
    is_cut INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    headers TEXT NOT NULL
);

-- Failures to act out: each is used up `remaining` times by calls of `operation` ('' for any).
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    operation TEXT NOT NULL,
    detail TEXT NOT NULL,
    remaining INTEGER NOT NULL
);
