-- Why: an account's data can be had as one archive, its address changes when both sides agree, and
-- an account can end for good.

-- Since then the erasure cannot be taken back; the account is switched off meanwhile.
ALTER TABLE auth.users ADD COLUMN erasure_began_at timestamptz;

-- The next one allows all that this one did.
-- squawk-ignore ban-drop-constraint
ALTER TABLE auth.user_sessions DROP CONSTRAINT user_sessions_revoke_reason_check;
ALTER TABLE auth.user_sessions ADD CONSTRAINT user_sessions_revoke_reason_check
    CHECK (revoke_reason IN ('logout', 'reuse', 'password_change', 'mfa_change', 'email_change',
                             'admin', 'erasure')) NOT VALID;

CREATE TABLE auth.account_exports (
    id uuid DEFAULT public.inergize_id() CONSTRAINT account_exports_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT account_exports_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT account_exports_state_check
        CHECK (state IN ('pending', 'running', 'ready', 'failed', 'expired')),
    attempts smallint NOT NULL DEFAULT 0,
    lease_until timestamptz,  -- handed to a worker until then
    size_bytes bigint,
    sha256 bytea CONSTRAINT account_exports_sha256_check CHECK (octet_length(sha256) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    expires_at timestamptz,  -- of the file; the row stays with the account
    CONSTRAINT account_exports_size_bytes_check
        CHECK (state <> 'ready' OR (size_bytes IS NOT NULL AND sha256 IS NOT NULL
                                    AND expires_at IS NOT NULL))
);
CREATE INDEX account_exports_user ON auth.account_exports (user_id, created_at DESC);
CREATE UNIQUE INDEX account_exports_user_id_key ON auth.account_exports (user_id)
 WHERE state IN ('pending', 'running');
CREATE INDEX account_exports_due ON auth.account_exports (created_at)
 WHERE state IN ('pending', 'running');
CREATE INDEX account_exports_expires ON auth.account_exports (expires_at)
 WHERE state IN ('ready', 'failed');
