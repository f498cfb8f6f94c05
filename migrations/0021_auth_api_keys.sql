-- Why: programs call with keys of their own, which say what they may do. And a session that its
-- owner ended from elsewhere is told apart from one that signed out: it may have been a stranger's,
-- so the place it came from does not count as known.

CREATE TABLE auth.api_keys (
    id uuid DEFAULT public.inergize_id() CONSTRAINT api_keys_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT api_keys_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    name varchar(100) NOT NULL,
    prefix varchar(12) NOT NULL,  -- how the key begins, to recognise it by
    key_hash bytea NOT NULL CONSTRAINT api_keys_key_hash_key UNIQUE,
    hash_key_id text NOT NULL,
    scopes text[] NOT NULL CONSTRAINT api_keys_scopes_check CHECK (cardinality(scopes) > 0),
    last_used_at timestamptz,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_user ON auth.api_keys (user_id, created_at DESC, id DESC);

-- The session that ended this one; NULL when it signed out itself, or nobody's session did it.
ALTER TABLE auth.user_sessions ADD COLUMN revoked_by uuid;
