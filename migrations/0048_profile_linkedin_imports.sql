-- Why: members may bring the archive that LinkedIn gives them of their own data. What LinkedIn's API
-- does not tell (who accepted, who replied, when one posted) is kept as observations, each once.
SET lock_timeout = '2s';

CREATE TABLE profile.linkedin_imports (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_imports_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT linkedin_imports_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    state text NOT NULL
        CONSTRAINT linkedin_imports_state_check
        CHECK (state IN ('awaiting_upload', 'reading', 'done', 'failed')),
    size_bytes bigint NOT NULL CONSTRAINT linkedin_imports_size_bytes_check CHECK (size_bytes > 0),
    sha256 bytea NOT NULL
        CONSTRAINT linkedin_imports_sha256_check CHECK (octet_length(sha256) = 32),
    files jsonb NOT NULL DEFAULT '[]',     -- per file: name, rows, new_rows, unreadable_rows
    problems jsonb NOT NULL DEFAULT '[]',  -- per problem: file, line, reason
    ignored_files text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX linkedin_imports_user ON profile.linkedin_imports (user_id, created_at DESC, id DESC);
CREATE INDEX linkedin_imports_open ON profile.linkedin_imports (created_at)
 WHERE state IN ('awaiting_upload', 'reading');

-- One thing that happened at LinkedIn, told by an archive or by LinkedIn's change log.
CREATE TABLE profile.linkedin_observations (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_observations_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT linkedin_observations_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    import_id uuid  -- the archive that told it first; none for the change log
        CONSTRAINT linkedin_observations_import_id_fkey
        REFERENCES profile.linkedin_imports (id) ON DELETE CASCADE,
    kind text NOT NULL
        CONSTRAINT linkedin_observations_kind_check CHECK (kind IN
            ('connection', 'invitation_sent', 'invitation_received', 'message_sent',
             'message_received', 'post', 'comment', 'reaction')),
    subject varchar(500),  -- the other member's profile address or the post's
    happened_at timestamptz NOT NULL,
    text_hash bytea,  -- of a post's or comment's text, to recognise one that we sent
    fact_hash bytea NOT NULL,  -- of all that makes it the same thing when it is told again
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT linkedin_observations_user_id_fact_hash_key UNIQUE (user_id, fact_hash)
);
CREATE INDEX linkedin_observations_user_kind
    ON profile.linkedin_observations (user_id, kind, happened_at DESC);
CREATE INDEX linkedin_observations_import ON profile.linkedin_observations (import_id);
