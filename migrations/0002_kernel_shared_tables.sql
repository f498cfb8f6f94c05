-- Why: effects to announce, answers to repeat and work to do once per due time are kept by every
-- service in the same three tables. A service's search_path picks its own, so the kernel's SQL
-- is one text for all six.
DO $$
DECLARE
    service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['auth', 'profile', 'content', 'automation', 'safety', 'analytics']
    LOOP
        -- user_id has no foreign key: the messages that erase an account must outlive its row.
        EXECUTE format($sql$
            CREATE TABLE %1$I.outbox (
                id uuid DEFAULT public.inergize_id() CONSTRAINT outbox_pkey PRIMARY KEY,
                topic text NOT NULL,
                user_id uuid,
                payload jsonb NOT NULL DEFAULT '{}',
                secret_ct bytea,
                secret_nonce bytea
                    CONSTRAINT outbox_secret_nonce_check CHECK (octet_length(secret_nonce) = 12),
                secret_key_id text,
                queue text NOT NULL DEFAULT 'normal',
                available_at timestamptz NOT NULL DEFAULT now(),
                attempt integer NOT NULL DEFAULT 0,
                claimed_by text,
                lease_until timestamptz,
                fence bigint NOT NULL DEFAULT 0,
                done_at timestamptz,
                last_error text,
                created_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE INDEX outbox_due ON %1$I.outbox (available_at) WHERE done_at IS NULL;

            CREATE TABLE %1$I.idempotency_keys (
                caller_id text NOT NULL,
                method text NOT NULL,
                key text NOT NULL,
                request_hash bytea NOT NULL,
                state text NOT NULL DEFAULT 'in_progress'
                    CONSTRAINT idempotency_keys_state_check CHECK (state IN ('in_progress', 'done')),
                response bytea,
                status_code integer,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
                CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller_id, method, key)
            );
            CREATE INDEX idempotency_expires ON %1$I.idempotency_keys (expires_at);

            CREATE TABLE %1$I.periodic_runs (
                name text NOT NULL,
                due_at timestamptz NOT NULL,
                state text NOT NULL DEFAULT 'due'
                    CONSTRAINT periodic_runs_state_check
                    CHECK (state IN ('due', 'running', 'done', 'failed')),
                claimed_by text,
                lease_until timestamptz,
                fence bigint NOT NULL DEFAULT 0,
                cursor jsonb,
                finished_at timestamptz,
                error text,
                CONSTRAINT periodic_runs_pkey PRIMARY KEY (name, due_at)
            );
        $sql$, service);
    END LOOP;
END $$;
