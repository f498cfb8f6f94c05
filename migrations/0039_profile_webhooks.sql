-- Why: programs of our users want to be told what happened instead of asking. Each thing that one
-- webhook is told is a row, written with the thing itself: whatever dies afterwards, the row is
-- still due.

CREATE TABLE profile.webhooks (
    id uuid DEFAULT public.inergize_id() CONSTRAINT webhooks_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT webhooks_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    url varchar(2000) NOT NULL,
    host varchar(255) NOT NULL,  -- of the URL: what is sent to one host at once has a bound
    description varchar(200) NOT NULL DEFAULT '',
    event_types text[] NOT NULL
        CONSTRAINT webhooks_event_types_check CHECK (cardinality(event_types) BETWEEN 1 AND 50),
    secret_ct bytea NOT NULL,
    secret_nonce bytea NOT NULL,
    secret_key_id text NOT NULL,
    previous_secret_ct bytea,  -- signs beside the new one until previous_until
    previous_secret_nonce bytea,
    previous_secret_key_id text,
    previous_until timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    disabled_reason text
        CONSTRAINT webhooks_disabled_reason_check
        CHECK (disabled_reason IN ('user', 'gone', 'failing')),
    failing_since timestamptz,  -- nothing has arrived since then
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhooks_is_active_check CHECK (is_active = (disabled_reason IS NULL)),
    CONSTRAINT webhooks_previous_until_check CHECK (
        num_nulls(previous_secret_ct, previous_secret_nonce, previous_secret_key_id, previous_until)
        IN (0, 4))
);
CREATE TRIGGER set_webhooks_updated_at BEFORE UPDATE ON profile.webhooks
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE INDEX webhooks_user ON profile.webhooks (user_id, created_at DESC, id DESC);

CREATE TABLE profile.webhook_deliveries (
    id uuid DEFAULT public.inergize_id() CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT webhook_deliveries_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    webhook_id uuid NOT NULL
        CONSTRAINT webhook_deliveries_webhook_id_fkey
        REFERENCES profile.webhooks (id) ON DELETE CASCADE,
    event_type varchar(50) NOT NULL,
    dedupe_key text NOT NULL,
    payload jsonb NOT NULL,
    host varchar(255) NOT NULL,  -- the webhook's
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT webhook_deliveries_state_check
        CHECK (state IN ('pending', 'delivered', 'dead', 'missed')),
    attempt integer NOT NULL DEFAULT 0
        CONSTRAINT webhook_deliveries_attempt_check CHECK (attempt >= 0),
    next_attempt_at timestamptz,  -- of one that is being sent: its lease's end
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    response_code integer,
    response_excerpt varchar(4000),
    error varchar(100),
    elapsed_ms integer,
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_deliveries_webhook_id_dedupe_key_key UNIQUE (webhook_id, dedupe_key),
    CONSTRAINT webhook_deliveries_ended_at_check
        CHECK ((state = 'pending') = (ended_at IS NULL)
               AND (state = 'pending') = (next_attempt_at IS NOT NULL)
               AND (state = 'pending' OR lease_until IS NULL))
);
CREATE INDEX webhook_deliveries_due ON profile.webhook_deliveries (host, next_attempt_at)
 WHERE state = 'pending';
CREATE INDEX webhook_deliveries_leased ON profile.webhook_deliveries (lease_until)
 WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_deliveries_list
    ON profile.webhook_deliveries (webhook_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_user ON profile.webhook_deliveries (user_id);
CREATE INDEX webhook_deliveries_ended ON profile.webhook_deliveries (ended_at)
 WHERE ended_at IS NOT NULL;
