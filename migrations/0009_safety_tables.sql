-- Why: what safety decided and why, how healthy an account is, each user's limits, and every
-- reservation: the truth about quota, counted in the transaction of the verdict.

CREATE TABLE safety.compliance_logs (
    id uuid DEFAULT public.inergize_id() CONSTRAINT compliance_logs_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT compliance_logs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    check_type varchar(100) NOT NULL,
    status varchar(50) NOT NULL
        CONSTRAINT compliance_logs_status_check
        CHECK (status IN ('pass', 'warning', 'violation', 'critical')),
    details jsonb NOT NULL,
    action_taken varchar(100),
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempt_id uuid,
    policy_version integer,
    reasons text[]
);
CREATE INDEX compliance_logs_user ON safety.compliance_logs (user_id, created_at DESC);

CREATE TABLE safety.account_health (
    id uuid DEFAULT public.inergize_id() CONSTRAINT account_health_pkey PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT account_health_user_id_key UNIQUE
        CONSTRAINT account_health_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    health_score integer NOT NULL
        CONSTRAINT account_health_health_score_check
        CHECK (health_score >= 0 AND health_score <= 100),
    risk_level varchar(20) NOT NULL
        CONSTRAINT account_health_risk_level_check
        CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
    factors jsonb NOT NULL,
    recommendations jsonb NOT NULL DEFAULT '{}',
    last_checked_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER set_account_health_updated_at BEFORE UPDATE ON safety.account_health
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE safety.rate_limit_usage (
    id uuid DEFAULT public.inergize_id() CONSTRAINT rate_limit_usage_pkey PRIMARY KEY,
    user_id uuid  -- NULL: the whole LinkedIn application, which has a quota too
        CONSTRAINT rate_limit_usage_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    resource_type varchar(100) NOT NULL,
    used_quota integer NOT NULL DEFAULT 0
        CONSTRAINT rate_limit_usage_used_quota_check CHECK (used_quota >= 0),
    max_quota integer NOT NULL,
    reset_period_start timestamptz NOT NULL,
    reset_period_end timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_limit_usage_user_id_resource_type_reset_period_start_key
        UNIQUE NULLS NOT DISTINCT (user_id, resource_type, reset_period_start),
    CONSTRAINT rate_limit_usage_reset_period_end_check
        CHECK (reset_period_start < reset_period_end)
);
CREATE INDEX rate_limit_usage_end ON safety.rate_limit_usage (reset_period_end);
CREATE TRIGGER set_rate_limit_usage_updated_at BEFORE UPDATE ON safety.rate_limit_usage
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

-- One row a user; its lock orders all verdicts about that user. An empty setting means that the
-- policy's default applies.
CREATE TABLE safety.safety_settings (
    user_id uuid CONSTRAINT safety_settings_pkey PRIMARY KEY
        CONSTRAINT safety_settings_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    timezone varchar(100) NOT NULL DEFAULT 'UTC',
    work_days smallint[] NOT NULL DEFAULT '{1,2,3,4,5}'  -- ISO: 1 is Monday
        CONSTRAINT safety_settings_work_days_check
        CHECK (work_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    work_start time,
    work_end time,
    warmup_started_on date,
    jitter_min_seconds integer,
    jitter_max_seconds integer,
    paused_until timestamptz,
    pause_reason text
        CONSTRAINT safety_settings_pause_reason_check CHECK (pause_reason IN
            ('user', 'health', 'linkedin_throttle', 'challenge', 'admin')),
    restricted boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT safety_settings_jitter_max_seconds_check
        CHECK (jitter_min_seconds >= 0 AND jitter_min_seconds <= jitter_max_seconds)
);
CREATE TRIGGER set_safety_settings_updated_at BEFORE UPDATE ON safety.safety_settings
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER audit_safety_settings AFTER INSERT OR UPDATE OR DELETE ON safety.safety_settings
    FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id', 'user_id');

-- The ceiling is LinkedIn's own: 150 calls a member and day on its most generous open product.
CREATE TABLE safety.safety_limits (
    user_id uuid NOT NULL
        CONSTRAINT safety_limits_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    action_type varchar(100) NOT NULL,
    warmup_start integer NOT NULL  -- per day
        CONSTRAINT safety_limits_warmup_start_check CHECK (warmup_start >= 0),
    ramp_per_day numeric(6, 2) NOT NULL
        CONSTRAINT safety_limits_ramp_per_day_check CHECK (ramp_per_day >= 0),
    daily_cap integer NOT NULL
        CONSTRAINT safety_limits_daily_cap_check CHECK (daily_cap BETWEEN 0 AND 150),
    weekly_cap integer NOT NULL
        CONSTRAINT safety_limits_weekly_cap_check CHECK (weekly_cap BETWEEN 0 AND 7 * 150),
    min_gap_seconds integer NOT NULL
        CONSTRAINT safety_limits_min_gap_seconds_check CHECK (min_gap_seconds >= 0),
    source text NOT NULL DEFAULT 'default'
        CONSTRAINT safety_limits_source_check CHECK (source IN ('default', 'user', 'learned')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT safety_limits_pkey PRIMARY KEY (user_id, action_type)
);
CREATE TRIGGER set_safety_limits_updated_at BEFORE UPDATE ON safety.safety_limits
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER audit_safety_limits AFTER INSERT OR UPDATE OR DELETE ON safety.safety_limits
    FOR EACH ROW
    EXECUTE FUNCTION auth.audit_trigger_function('user_id', 'user_id', 'action_type');

CREATE TABLE safety.action_reservations (
    attempt_id uuid CONSTRAINT action_reservations_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT action_reservations_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    action_type varchar(100) NOT NULL,
    units integer NOT NULL DEFAULT 1
        CONSTRAINT action_reservations_units_check CHECK (units >= 1),
    verdict text NOT NULL
        CONSTRAINT action_reservations_verdict_check
        CHECK (verdict IN ('allowed', 'blocked', 'deferred', 'needs_confirmation')),
    reasons text[] NOT NULL DEFAULT '{}',
    next_allowed_time timestamptz,
    decided_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    outcome text NOT NULL DEFAULT 'pending'  -- released only when nothing was sent
        CONSTRAINT action_reservations_outcome_check
        CHECK (outcome IN ('pending', 'sent', 'unknown', 'released')),
    policy_version integer NOT NULL
);
CREATE INDEX action_reservations_window
    ON safety.action_reservations (user_id, action_type, decided_at)
 WHERE outcome <> 'released';
CREATE INDEX action_reservations_user ON safety.action_reservations (user_id);
