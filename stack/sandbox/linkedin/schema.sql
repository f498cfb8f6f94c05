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
    country TEXT NOT NULL,
    headline TEXT NOT NULL,
    vanity_name TEXT NOT NULL
);

-- What applications other than the configured one know members by. A `member_id` that no member
-- has stands for an id that an application made up.
CREATE TABLE IF NOT EXISTS person_ids (
    client_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (client_id, person_id),
    UNIQUE (client_id, member_id)
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
    agreed_ms INTEGER NOT NULL,
    PRIMARY KEY (client_id, member_id)
);

CREATE TABLE IF NOT EXISTS codes (
    digest TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    is_native INTEGER NOT NULL,
    authorized_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    authorized_ms INTEGER NOT NULL,
    issued_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    is_revoked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS tokens_grant ON tokens (grant_id);
CREATE INDEX IF NOT EXISTS tokens_member ON tokens (client_id, member_id);

-- The private key that signs ID tokens, PEM: made at first use, kept so that they stay valid.
CREATE TABLE IF NOT EXISTS signing_key (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    pem TEXT NOT NULL
);

-- Posts. `activity` is the other URN of the same post, by which comments and reactions name it.
CREATE TABLE IF NOT EXISTS posts (
    urn TEXT PRIMARY KEY,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    rendered TEXT NOT NULL,
    is_cut INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    activity TEXT NOT NULL UNIQUE,
    is_edited INTEGER NOT NULL DEFAULT 0,
    has_comments_closed INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    published_ms INTEGER,
    deleted_ms INTEGER
);
CREATE INDEX IF NOT EXISTS posts_author ON posts (author, created_ms);
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

-- Failures to act out. Each strikes the next `remaining` calls that fit it (NULL: all of them);
-- where an empty filter fits any. With a `probability` below 1 a draw decides, from `seed`.
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    operation TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    member_id TEXT NOT NULL,
    token_age_ms INTEGER,
    detail TEXT NOT NULL,
    remaining INTEGER,
    probability REAL NOT NULL,
    seed INTEGER NOT NULL,
    draws INTEGER NOT NULL DEFAULT 0,
    struck INTEGER NOT NULL DEFAULT 0
);

-- Registered applications. Lists are JSON; `configured` is what the settings switched on at the
-- last start, NULL for an application that the control interface made.
CREATE TABLE IF NOT EXISTS apps (
    client_id TEXT PRIMARY KEY,
    secret_digest TEXT NOT NULL,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    products TEXT NOT NULL,
    single_scopes TEXT NOT NULL,
    has_refresh_tokens INTEGER NOT NULL,
    has_pkce INTEGER NOT NULL,
    configured TEXT
);

-- Daily quotas other than the usual ones; '' stands for any, NULL for no limit.
CREATE TABLE IF NOT EXISTS quota_limits (
    client_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('application', 'member')),
    calls_per_day INTEGER,
    PRIMARY KEY (client_id, operation, kind)
);

-- Calls made, by day in UTC; `member_id` is '' for all of an application's together. This file
-- is not forced to disk at each call: a kill loses nothing of it, only a power cut might.
CREATE TABLE IF NOT EXISTS usage.calls (
    day TEXT NOT NULL,
    client_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (day, client_id, member_id, operation)
);

-- What was uploaded for posts to show. Bytes are looked at once, their SHA-256 is kept. `failure` is why
-- LinkedIn could not process it, '' while it could.
CREATE TABLE IF NOT EXISTS assets (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    urn TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    upload_token TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    sha256 TEXT,
    completed_ms INTEGER,
    failure TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS asset_parts (
    token TEXT PRIMARY KEY,
    urn TEXT NOT NULL,
    number INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    tag TEXT
);
CREATE INDEX IF NOT EXISTS asset_parts_urn ON asset_parts (urn, number);

-- Comments on posts, and answers to them (`parent_id`). JSON in `attributes` and `content`.
CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY,
    post TEXT NOT NULL,
    parent_id INTEGER,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    attributes TEXT NOT NULL,
    content TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS comments_post ON comments (post, parent_id);

-- One reaction of an actor to an entity: the URN of a post, or of a comment.
CREATE TABLE IF NOT EXISTS reactions (
    actor TEXT NOT NULL,
    entity TEXT NOT NULL,
    reaction TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (actor, entity)
);
CREATE INDEX IF NOT EXISTS reactions_entity ON reactions (entity);

-- Company pages, and which members do what for them.
CREATE TABLE IF NOT EXISTS organisations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    vanity_name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS organisation_roles (
    organisation_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (organisation_id, member_id, role)
);

CREATE TABLE IF NOT EXISTS organisation_followers (
    organisation_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (organisation_id, member_id)
);

-- First-degree connections; each is there in both directions.
CREATE TABLE IF NOT EXISTS connections (
    member_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    connected_ms INTEGER NOT NULL,
    PRIMARY KEY (member_id, other_id)
);

-- What LinkedIn counted, by day in UTC: `subject` is the URN of a post, a member or a page.
CREATE TABLE IF NOT EXISTS counts (
    subject TEXT NOT NULL,
    metric TEXT NOT NULL,
    day TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (subject, metric, day)
);

CREATE TABLE IF NOT EXISTS invitations (
    urn TEXT PRIMARY KEY,
    inviter TEXT NOT NULL,
    invitee TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);

-- What others did to a member, for the member's change log: nothing here does it by itself.
CREATE TABLE IF NOT EXISTS changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    actor TEXT NOT NULL,
    resource TEXT NOT NULL,
    method TEXT NOT NULL,
    activity TEXT NOT NULL,
    time_ms INTEGER NOT NULL
);
