-- Why: rules say what shall be done, scheduled_jobs when and who holds the run, automation_logs
-- what happened outside: the action ledger, one row per attempt at one external action.

CREATE TABLE automation.automation_rules (
    id uuid DEFAULT public.inergize_id() CONSTRAINT automation_rules_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT automation_rules_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    type varchar(50) NOT NULL
        CONSTRAINT automation_rules_type_check CHECK (type IN
            ('connection_request', 'post_engagement', 'message_sequence', 'content_sharing')),
    is_enabled boolean NOT NULL DEFAULT false,
    configuration jsonb NOT NULL,
    target_criteria jsonb NOT NULL DEFAULT '{}',
    safety_limits jsonb NOT NULL,  -- may only lower what the safety service allows
    schedule jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    timezone varchar(100),
    version integer NOT NULL DEFAULT 1,
    next_run_at timestamptz,
    last_run_at timestamptz,
    disabled_reason text
);
CREATE INDEX automation_rules_user ON automation.automation_rules (user_id);
CREATE TRIGGER set_automation_rules_updated_at BEFORE UPDATE ON automation.automation_rules
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER audit_automation_rules AFTER INSERT OR DELETE OR UPDATE OF
    name, type, is_enabled, configuration, target_criteria, safety_limits, schedule, timezone,
    disabled_reason
    ON automation.automation_rules
    FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id');

CREATE TABLE automation.automation_logs (
    id uuid DEFAULT public.inergize_id() CONSTRAINT automation_logs_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT automation_logs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    rule_id uuid
        CONSTRAINT automation_logs_rule_id_fkey
        REFERENCES automation.automation_rules (id) ON DELETE SET NULL,
    action_type varchar(100) NOT NULL,
    target_linkedin_id varchar(100),
    target_data jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'planned'
        CONSTRAINT automation_logs_state_check CHECK (state IN
            ('planned', 'queued', 'claimed', 'confirmed', 'rejected', 'unknown', 'reconciling',
             'not_found', 'needs_human', 'blocked', 'skipped')),
    status varchar(50) NOT NULL GENERATED ALWAYS AS (CASE
            WHEN state = 'confirmed' THEN 'success'
            WHEN state IN ('rejected', 'not_found') THEN 'failed'
            WHEN state IN ('blocked', 'skipped') THEN 'skipped'
            ELSE 'pending' END) STORED
        CONSTRAINT automation_logs_status_check
        CHECK (status IN ('success', 'failed', 'pending', 'skipped')),
    response_data jsonb NOT NULL DEFAULT '{}',
    error_message text,
    attempt integer NOT NULL DEFAULT 1
        CONSTRAINT automation_logs_attempt_check CHECK (attempt >= 1),
    retry_count integer NOT NULL GENERATED ALWAYS AS (attempt - 1) STORED,
    executed_at timestamptz NOT NULL DEFAULT now(),  -- final since then, else created then
    action_id uuid NOT NULL,
    idempotency_key text,
    job_id uuid,
    content_id uuid,
    request_hash bytea,
    fence bigint NOT NULL DEFAULT 0,
    claimed_by text,
    lease_until timestamptz,
    due_at timestamptz,
    sent_at timestamptz,
    remote_id varchar(200),
    block_reasons text[],
    next_allowed_time timestamptz,
    requires_member boolean NOT NULL DEFAULT false,
    member_confirmed_at timestamptz,
    resolved_by uuid,
    resolution text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT automation_logs_action_id_attempt_key UNIQUE (action_id, attempt),
    CONSTRAINT automation_logs_user_id_idempotency_key_attempt_key
        UNIQUE (user_id, idempotency_key, attempt),
    -- What needs the member waits for the member; a refusal makes it skipped.
    CONSTRAINT automation_logs_member_confirmed_at_check CHECK
        (NOT requires_member OR member_confirmed_at IS NOT NULL OR state IN ('planned', 'skipped'))
);
-- While an attempt may have reached LinkedIn, no second one can exist.
CREATE UNIQUE INDEX automation_logs_one_live_key ON automation.automation_logs (action_id)
 WHERE state NOT IN ('rejected', 'not_found', 'blocked', 'skipped');
CREATE INDEX automation_logs_due ON automation.automation_logs (due_at) WHERE state = 'planned';
CREATE INDEX automation_logs_lease ON automation.automation_logs (lease_until)
 WHERE state = 'claimed';
CREATE INDEX automation_logs_open ON automation.automation_logs (user_id)
 WHERE state IN ('unknown', 'reconciling', 'needs_human');
CREATE TRIGGER set_automation_logs_updated_at BEFORE UPDATE ON automation.automation_logs
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE automation.automation_log_events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT automation_log_events_pkey PRIMARY KEY,
    attempt_id uuid NOT NULL
        CONSTRAINT automation_log_events_attempt_id_fkey
        REFERENCES automation.automation_logs (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    from_state text,
    to_state text NOT NULL,
    fence bigint NOT NULL,
    actor text,
    detail jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX automation_log_events_attempt ON automation.automation_log_events (attempt_id, id);
-- A history is added to and, with its attempt, removed; it is not rewritten.
REVOKE UPDATE, DELETE ON automation.automation_log_events FROM inergize_automation;

CREATE TABLE automation.scheduled_jobs (
    id uuid DEFAULT public.inergize_id() CONSTRAINT scheduled_jobs_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT scheduled_jobs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    job_type varchar(100) NOT NULL,
    job_data jsonb NOT NULL,
    status varchar(50) NOT NULL DEFAULT 'pending'
        CONSTRAINT scheduled_jobs_status_check
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    priority integer NOT NULL DEFAULT 0,
    scheduled_for timestamptz NOT NULL,
    started_at timestamptz,
    completed_at timestamptz,
    retry_count integer NOT NULL DEFAULT 0,
    max_retries integer NOT NULL DEFAULT 3,
    error_message text,
    result_data jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    rule_id uuid
        CONSTRAINT scheduled_jobs_rule_id_fkey
        REFERENCES automation.automation_rules (id) ON DELETE CASCADE,
    idempotency_key text CONSTRAINT scheduled_jobs_idempotency_key_key UNIQUE,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    enqueued_at timestamptz,
    recurrence text,  -- RFC 5545 RRULE or cron
    timezone varchar(100),
    queue text NOT NULL GENERATED ALWAYS AS (CASE
            WHEN priority > 0 THEN 'high' WHEN priority < 0 THEN 'low' ELSE 'normal' END) STORED
        CONSTRAINT scheduled_jobs_queue_check CHECK (queue IN ('high', 'normal', 'low')),
    CONSTRAINT scheduled_jobs_rule_id_scheduled_for_key UNIQUE (rule_id, scheduled_for)
);
CREATE INDEX scheduled_jobs_lease ON automation.scheduled_jobs (lease_until)
 WHERE status = 'processing';
CREATE INDEX scheduled_jobs_user ON automation.scheduled_jobs (user_id, created_at DESC);
CREATE TRIGGER set_scheduled_jobs_updated_at BEFORE UPDATE ON automation.scheduled_jobs
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
