-- Why: a second factor is asked for by a challenge, which counts its tries before they are compared,
-- is used up once, and remembers where its code went, so that nobody is flooded with codes.

CREATE TABLE auth.mfa_challenges (
    id uuid DEFAULT public.inergize_id() CONSTRAINT mfa_challenges_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT mfa_challenges_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    -- The method that is set up, or that the code went by. Kept when the method goes: what was sent
    -- still counts, or setting up and taking back again would send without end.
    mfa_id uuid
        CONSTRAINT mfa_challenges_mfa_id_fkey REFERENCES auth.user_mfa (id) ON DELETE SET NULL,
    session_id uuid,  -- the only session that may answer; a sign-in has none yet
    purpose text NOT NULL
        CONSTRAINT mfa_challenges_purpose_check
        CHECK (purpose IN ('login', 'step_up', 'enrol', 'disable')),
    token_hash bytea NOT NULL CONSTRAINT mfa_challenges_token_hash_key UNIQUE,
    hash_key_id text NOT NULL,
    code_hash bytea,  -- bound to this row's id; a newer code replaces it
    sent_by varchar(20)
        CONSTRAINT mfa_challenges_sent_by_check CHECK (sent_by IN ('sms', 'email')),
    sends smallint NOT NULL DEFAULT 0,
    last_sent_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL DEFAULT 5,
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz,
    ip_address inet,
    device_info jsonb,  -- what the device called itself at the sign-in
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mfa_challenges_session_id_check CHECK ((purpose = 'login') = (session_id IS NULL)),
    CONSTRAINT mfa_challenges_attempts_check CHECK (attempts <= max_attempts)
);
CREATE INDEX mfa_challenges_user ON auth.mfa_challenges (user_id, created_at);
CREATE INDEX mfa_challenges_mfa_id ON auth.mfa_challenges (mfa_id);
CREATE INDEX mfa_challenges_expires ON auth.mfa_challenges (expires_at);
