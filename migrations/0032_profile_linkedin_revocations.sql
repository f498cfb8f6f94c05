-- Why: when a user disconnects, the tokens are gone from the connection at once, and LinkedIn is told
-- afterwards, as often as it takes. What is still to be given back waits here, sealed as it was.
SET lock_timeout = '2s';

CREATE TABLE profile.linkedin_revocations (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_revocations_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT linkedin_revocations_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    access_token_ct bytea NOT NULL,
    access_token_nonce bytea NOT NULL,
    refresh_token_ct bytea,
    refresh_token_nonce bytea,
    data_key bytea NOT NULL,  -- wrapped by the master key that key_id names
    key_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX linkedin_revocations_user ON profile.linkedin_revocations (user_id);
