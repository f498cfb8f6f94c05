-- Why: preferences, the LinkedIn connection with its sealed tokens, what LinkedIn has granted this
-- deployment, and one row per attempt so that nothing is sent to LinkedIn twice.

CREATE TABLE profile.user_preferences (
    id uuid DEFAULT public.inergize_id() CONSTRAINT user_preferences_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT user_preferences_user_id_key UNIQUE
        CONSTRAINT user_preferences_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    notification_email boolean NOT NULL DEFAULT true,
    notification_push boolean NOT NULL DEFAULT true,
    auto_sync_linkedin boolean NOT NULL DEFAULT true,
    optimal_posting_enabled boolean NOT NULL DEFAULT true,
    automation_enabled boolean NOT NULL DEFAULT false,
    ai_suggestions_enabled boolean NOT NULL DEFAULT true,  -- false: no provider is called
    benchmark_consent boolean NOT NULL DEFAULT false,
    privacy_level varchar(20) NOT NULL DEFAULT 'standard'
        CONSTRAINT user_preferences_privacy_level_check
        CHECK (privacy_level IN ('minimal', 'standard', 'enhanced')),
    preferences_data jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1
);
CREATE TRIGGER set_user_preferences_updated_at BEFORE UPDATE ON profile.user_preferences
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE profile.linkedin_profiles (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_profiles_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT linkedin_profiles_user_id_key UNIQUE
        CONSTRAINT linkedin_profiles_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    linkedin_id varchar(100) NOT NULL,
    profile_url varchar(500),
    headline varchar(500),
    summary text,
    industry varchar(200),
    location varchar(200),
    profile_picture_url varchar(500),
    banner_url varchar(500),
    connections_count bigint NOT NULL DEFAULT 0,
    followers_count bigint NOT NULL DEFAULT 0,
    profile_data jsonb NOT NULL DEFAULT '{}',
    analytics_data jsonb NOT NULL DEFAULT '{}',
    completeness_score integer NOT NULL DEFAULT 0
        CONSTRAINT linkedin_profiles_completeness_score_check
        CHECK (completeness_score BETWEEN 0 AND 100),
    last_sync_at timestamptz,
    sync_frequency_hours integer NOT NULL DEFAULT 24
        CONSTRAINT linkedin_profiles_sync_frequency_hours_check
        CHECK (sync_frequency_hours BETWEEN 1 AND 720),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    next_sync_at timestamptz,
    sync_error text
);
-- A disconnected account may be connected by another user.
CREATE UNIQUE INDEX linkedin_profiles_linkedin_id_key ON profile.linkedin_profiles (linkedin_id)
 WHERE is_active;
CREATE INDEX linkedin_profiles_due ON profile.linkedin_profiles (next_sync_at) WHERE is_active;
CREATE TRIGGER set_linkedin_profiles_updated_at BEFORE UPDATE ON profile.linkedin_profiles
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER audit_linkedin_profiles AFTER INSERT OR DELETE OR UPDATE OF
    linkedin_id, profile_url, headline, summary, industry, location, profile_picture_url,
    banner_url, profile_data, analytics_data, sync_frequency_hours, is_active
    ON profile.linkedin_profiles
    FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id');

CREATE TABLE profile.linkedin_tokens (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_tokens_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT linkedin_tokens_user_id_key UNIQUE
        CONSTRAINT linkedin_tokens_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    access_token_ct bytea NOT NULL,
    access_token_nonce bytea NOT NULL
        CONSTRAINT linkedin_tokens_access_token_nonce_check
        CHECK (octet_length(access_token_nonce) = 12),
    refresh_token_ct bytea,
    refresh_token_nonce bytea
        CONSTRAINT linkedin_tokens_refresh_token_nonce_check
        CHECK (octet_length(refresh_token_nonce) = 12),
    data_key bytea NOT NULL,  -- wrapped by the master key that key_id names
    key_id text NOT NULL,
    token_type varchar(50) NOT NULL DEFAULT 'Bearer',
    scope text,
    expires_at timestamptz,
    refresh_expires_at timestamptz,
    is_valid boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    scopes text[] NOT NULL DEFAULT '{}',
    refresh_lease_until timestamptz,
    version integer NOT NULL DEFAULT 1,  -- one refresh at a time
    invalid_reason text
);
CREATE TRIGGER set_linkedin_tokens_updated_at BEFORE UPDATE ON profile.linkedin_tokens
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER audit_linkedin_tokens AFTER INSERT OR DELETE OR UPDATE OF
    access_token_ct, refresh_token_ct, data_key, key_id, scope, scopes, expires_at,
    refresh_expires_at, is_valid, invalid_reason
    ON profile.linkedin_tokens
    FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id');

CREATE TABLE profile.linkedin_api_usage (
    id uuid DEFAULT public.inergize_id() CONSTRAINT linkedin_api_usage_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT linkedin_api_usage_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    endpoint varchar(200) NOT NULL,
    method varchar(10) NOT NULL,
    status_code integer NOT NULL,  -- 0: no answer
    response_time_ms integer,
    rate_limit_remaining integer,  -- our own count: LinkedIn documents no such header
    rate_limit_reset timestamptz,
    request_data jsonb,  -- allow-listed fields only, here and below
    response_data jsonb,
    error_message text,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempt_id uuid
);

CREATE TABLE profile.linkedin_capabilities (
    capability text CONSTRAINT linkedin_capabilities_pkey PRIMARY KEY
        CONSTRAINT linkedin_capabilities_capability_check CHECK (capability IN
            ('post_write', 'post_read', 'comment_write', 'reaction_write', 'member_post_analytics',
             'member_profile_analytics', 'organisation', 'invitation', 'message',
             'connections_size')),
    product text,
    scopes text[] NOT NULL DEFAULT '{}',
    granted boolean NOT NULL DEFAULT false,
    verified_at timestamptz,
    note text,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER set_linkedin_capabilities_updated_at BEFORE UPDATE ON profile.linkedin_capabilities
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

-- Committed before the first byte leaves: a second call with the same id finds it, sends nothing.
CREATE TABLE profile.linkedin_attempts (
    attempt_id uuid CONSTRAINT linkedin_attempts_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT linkedin_attempts_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    request_hash bytea NOT NULL,
    state text NOT NULL DEFAULT 'sending'
        CONSTRAINT linkedin_attempts_state_check
        CHECK (state IN ('sending', 'confirmed', 'rejected', 'unknown')),
    sent_at timestamptz NOT NULL DEFAULT now(),
    remote_id varchar(200),
    status_code integer,
    error_code text,
    reconcile_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX linkedin_attempts_open ON profile.linkedin_attempts (sent_at)
 WHERE state IN ('sending', 'unknown');
CREATE INDEX linkedin_attempts_user ON profile.linkedin_attempts (user_id);
CREATE TRIGGER set_linkedin_attempts_updated_at BEFORE UPDATE ON profile.linkedin_attempts
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
