-- Why: accounts, their sessions and second factors, one-time secrets and the keys that sign tokens.

CREATE TABLE auth.users (
    id uuid DEFAULT public.inergize_id() CONSTRAINT users_pkey PRIMARY KEY,
    email varchar(255) NOT NULL,
    password_hash varchar(255) NOT NULL,  -- Argon2id PHC string
    first_name varchar(100) NOT NULL,
    last_name varchar(100) NOT NULL,
    subscription_tier varchar(50) NOT NULL DEFAULT 'free'
        CONSTRAINT users_subscription_tier_check
        CHECK (subscription_tier IN ('free', 'basic', 'premium', 'enterprise')),
    subscription_status varchar(50) NOT NULL DEFAULT 'active'
        CONSTRAINT users_subscription_status_check
        CHECK (subscription_status IN ('active', 'cancelled', 'suspended', 'trial')),
    subscription_expires_at timestamptz,
    linkedin_connected boolean NOT NULL DEFAULT false,  -- a copy: linkedin_profiles.is_active rules
    timezone varchar(100) NOT NULL DEFAULT 'UTC',
    language varchar(10) NOT NULL DEFAULT 'en',
    avatar_url varchar(500),
    phone varchar(20),
    is_verified boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    role varchar(20) NOT NULL DEFAULT 'member'
        CONSTRAINT users_role_check CHECK (role IN ('member', 'support', 'admin')),
    failed_logins smallint NOT NULL DEFAULT 0,
    locked_until timestamptz,
    password_changed_at timestamptz,
    tokens_valid_after timestamptz,  -- access tokens issued earlier are refused
    pending_email varchar(255),
    erase_requested_at timestamptz
);
CREATE UNIQUE INDEX users_email_lower_key ON auth.users (lower(email));
CREATE INDEX users_erase ON auth.users (erase_requested_at) WHERE erase_requested_at IS NOT NULL;
CREATE TRIGGER set_users_updated_at BEFORE UPDATE ON auth.users
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE auth.user_sessions (
    id uuid DEFAULT public.inergize_id() CONSTRAINT user_sessions_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT user_sessions_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    session_token_hash bytea NOT NULL CONSTRAINT user_sessions_session_token_hash_key UNIQUE,
    refresh_token_hash bytea NOT NULL CONSTRAINT user_sessions_refresh_token_hash_key UNIQUE,
    device_info jsonb,
    ip_address inet,
    user_agent text,
    expires_at timestamptz NOT NULL,  -- absolute end, whatever the activity
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_accessed_at timestamptz NOT NULL DEFAULT now(),
    hash_key_id text NOT NULL,
    family_id uuid NOT NULL,
    generation integer NOT NULL DEFAULT 0,
    previous_refresh_hash bytea,
    rotated_at timestamptz,
    refresh_seed_ct bytea,
    refresh_seed_nonce bytea
        CONSTRAINT user_sessions_refresh_seed_nonce_check
        CHECK (octet_length(refresh_seed_nonce) = 12),
    refresh_seed_key_id text,
    idle_expires_at timestamptz NOT NULL,
    auth_level smallint NOT NULL DEFAULT 1
        CONSTRAINT user_sessions_auth_level_check CHECK (auth_level IN (1, 2)),
    revoked_at timestamptz,
    revoke_reason text
        CONSTRAINT user_sessions_revoke_reason_check CHECK (revoke_reason IN
            ('logout', 'reuse', 'password_change', 'mfa_change', 'admin', 'erasure'))
);
CREATE INDEX user_sessions_user ON auth.user_sessions (user_id) WHERE is_active;
CREATE INDEX user_sessions_family ON auth.user_sessions (family_id);

CREATE TABLE auth.user_mfa (
    id uuid DEFAULT public.inergize_id() CONSTRAINT user_mfa_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT user_mfa_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    method varchar(20) NOT NULL
        CONSTRAINT user_mfa_method_check CHECK (method IN ('totp', 'sms', 'email')),
    secret_ct bytea,
    secret_nonce bytea
        CONSTRAINT user_mfa_secret_nonce_check CHECK (octet_length(secret_nonce) = 12),
    secret_key_id text,
    phone_number varchar(20),
    email varchar(255),
    is_verified boolean NOT NULL DEFAULT false,
    is_enabled boolean NOT NULL DEFAULT false,
    backup_codes text[],  -- Argon2id hashes; a used code's element becomes NULL
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_totp_step bigint,  -- a time step is accepted once
    failed_attempts smallint NOT NULL DEFAULT 0,
    locked_until timestamptz,
    CONSTRAINT user_mfa_user_id_method_key UNIQUE (user_id, method)
);
CREATE TRIGGER set_user_mfa_updated_at BEFORE UPDATE ON auth.user_mfa
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE auth.one_time_tokens (
    id uuid DEFAULT public.inergize_id() CONSTRAINT one_time_tokens_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT one_time_tokens_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    purpose text NOT NULL
        CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN
            ('verify_email', 'reset_password', 'change_email', 'registration',
             'sms_code', 'email_code')),
    token_hash bytea NOT NULL CONSTRAINT one_time_tokens_token_hash_key UNIQUE,
    hash_key_id text NOT NULL,
    bound_to text,  -- the session or the address that the token is good for
    attempts smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL DEFAULT 5,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    request_ip inet,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX one_time_tokens_user ON auth.one_time_tokens (user_id, purpose) WHERE used_at IS NULL;

CREATE TABLE auth.jwt_keys (
    kid text CONSTRAINT jwt_keys_pkey PRIMARY KEY,
    algorithm text NOT NULL DEFAULT 'EdDSA'
        CONSTRAINT jwt_keys_algorithm_check CHECK (algorithm = 'EdDSA'),
    public_jwk jsonb NOT NULL,
    private_ct bytea NOT NULL,
    private_nonce bytea NOT NULL
        CONSTRAINT jwt_keys_private_nonce_check CHECK (octet_length(private_nonce) = 12),
    private_key_id text NOT NULL,
    not_before timestamptz NOT NULL DEFAULT now(),
    retire_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What support staff may see of an account; the barrier keeps a caller's function from being
-- run on the rows that the WHERE leaves out.
CREATE VIEW auth.users_secure WITH (security_barrier) AS
SELECT id, email, first_name, last_name, subscription_tier, linkedin_connected, created_at
  FROM auth.users
 WHERE is_active = true;
REVOKE ALL ON auth.users_secure FROM inergize_auth;
GRANT USAGE ON SCHEMA auth TO inergize_support;
GRANT SELECT ON auth.users_secure TO inergize_support;
