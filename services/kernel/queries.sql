-- set_actor --
-- Tell the audit triggers who acts, for this transaction.
-- $1 actor text, $2 request_id text
SELECT set_config('inergize.actor', $1, true), set_config('inergize.request_id', $2, true);

-- add_outbox_message --
-- Enter a message.
-- $1 topic text, $2 user_id uuid, $3 payload jsonb, $4 queue text, $5 available_at timestamptz or null
INSERT INTO outbox (topic, user_id, payload, queue, available_at)
VALUES ($1, $2, $3, $4, coalesce($5, now()))
RETURNING id;

-- seal_outbox_secret --
-- Add the sealed part: it is bound to the row's id, which only exists after the insert.
-- $1 id uuid, $2 ciphertext bytea, $3 nonce bytea, $4 key_id text
UPDATE outbox SET secret_ct = $2, secret_nonce = $3, secret_key_id = $4 WHERE id = $1;

-- claim_outbox --
-- Take messages that are due and free, or whose holder's lease has lapsed.
-- $1 limit integer, $2 claimed_by text, $3 lease interval
WITH due AS (
    SELECT id
      FROM outbox
     WHERE done_at IS NULL
       AND available_at <= now()
       AND (lease_until IS NULL OR lease_until < now())
     ORDER BY available_at
     LIMIT $1
       FOR UPDATE SKIP LOCKED
)
UPDATE outbox
   SET claimed_by = $2, lease_until = now() + $3, fence = fence + 1
  FROM due
 WHERE outbox.id = due.id
RETURNING outbox.id, outbox.topic, outbox.queue, outbox.attempt + 1 AS attempt, outbox.fence;

-- get_outbox_message --
-- Read a claimed message; no row when the fence is old or it is done.
-- $1 id uuid, $2 fence bigint
SELECT id, topic, user_id, payload, secret_ct, secret_nonce, secret_key_id, attempt + 1 AS attempt
  FROM outbox
 WHERE id = $1 AND fence = $2 AND done_at IS NULL;

-- finish_outbox_message --
-- End a message for good, delivered or not, and blank its secret.
-- $1 id uuid, $2 fence bigint, $3 error text or null
UPDATE outbox
   SET done_at = now(), lease_until = NULL, last_error = $3,
       secret_ct = NULL, secret_nonce = NULL, secret_key_id = NULL
 WHERE id = $1 AND fence = $2 AND done_at IS NULL
RETURNING id;

-- retry_outbox_message --
-- Count a failed try and plan the next with exponential back-off; the last try ends the message.
-- Claims that lapse are not counted: while no worker runs, nothing has been tried.
-- $1 id uuid, $2 fence bigint, $3 error text, $4 max_attempts integer, $5 first_seconds integer, $6 longest_seconds integer
UPDATE outbox
   SET lease_until = NULL,
       last_error = $3,
       attempt = attempt + 1,
       available_at = now() + make_interval(secs => least($5 * power(2, least(attempt, 30)), $6)),
       done_at = CASE WHEN attempt + 1 >= $4 THEN now() END,
       secret_ct = CASE WHEN attempt + 1 >= $4 THEN NULL ELSE secret_ct END,
       secret_nonce = CASE WHEN attempt + 1 >= $4 THEN NULL ELSE secret_nonce END,
       secret_key_id = CASE WHEN attempt + 1 >= $4 THEN NULL ELSE secret_key_id END
 WHERE id = $1 AND fence = $2 AND done_at IS NULL
RETURNING id;

-- database_now --
-- The clock that leases and due times are compared with.
SELECT now();

-- add_periodic_run --
-- Enter a due time, once.
-- $1 name text, $2 due_at timestamptz
INSERT INTO periodic_runs (name, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- claim_periodic --
-- Take runs that are due, or whose holder's lease has lapsed.
-- $1 names text[], $2 claimed_by text, $3 lease interval
WITH due AS (
    SELECT name, due_at
      FROM periodic_runs
     WHERE name = ANY ($1)
       AND (state = 'due' OR (state = 'running' AND lease_until < now()))
     ORDER BY due_at
       FOR UPDATE SKIP LOCKED
)
UPDATE periodic_runs AS run
   SET state = 'running', claimed_by = $2, lease_until = now() + $3, fence = run.fence + 1
  FROM due
 WHERE run.name = due.name AND run.due_at = due.due_at
RETURNING run.name, run.due_at, run.fence;

-- get_periodic_run --
-- Read a claimed run; no row when the fence is old.
-- $1 name text, $2 due_at timestamptz, $3 fence bigint
SELECT cursor FROM periodic_runs
 WHERE name = $1 AND due_at = $2 AND fence = $3 AND state = 'running';

-- keep_periodic_cursor --
-- Keep how far a run has come; a null cursor means that it is done.
-- $1 name text, $2 due_at timestamptz, $3 fence bigint, $4 cursor jsonb or null, $5 lease interval
UPDATE periodic_runs
   SET cursor = $4,
       state = CASE WHEN $4::jsonb IS NULL THEN 'done' ELSE 'running' END,
       finished_at = CASE WHEN $4::jsonb IS NULL THEN now() END,
       lease_until = now() + $5
 WHERE name = $1 AND due_at = $2 AND fence = $3 AND state = 'running'
RETURNING name;

-- fail_periodic --
-- Record that a run failed; its next due time is a new run.
-- $1 name text, $2 due_at timestamptz, $3 fence bigint, $4 error text
UPDATE periodic_runs
   SET state = 'failed', finished_at = now(), error = $4
 WHERE name = $1 AND due_at = $2 AND fence = $3 AND state = 'running'
RETURNING name;

-- get_idempotency_key --
-- What is known of an earlier call.
-- $1 caller_id text, $2 method text, $3 key text
SELECT request_hash, state, response
  FROM idempotency_keys
 WHERE caller_id = $1 AND method = $2 AND key = $3 AND expires_at > now();

-- add_idempotency_key --
-- Enter a call's key with its effect; an expired entry gives way.
-- $1 caller_id text, $2 method text, $3 key text, $4 request_hash bytea
INSERT INTO idempotency_keys (caller_id, method, key, request_hash)
VALUES ($1, $2, $3, $4)
ON CONFLICT (caller_id, method, key) DO UPDATE
   SET request_hash = excluded.request_hash, state = 'in_progress', response = NULL,
       created_at = now(), expires_at = now() + interval '24 hours'
 WHERE idempotency_keys.expires_at <= now()
RETURNING key;

-- store_idempotent_reply --
-- Keep the reply; inserts the key for a call that wrote nothing.
-- $1 caller_id text, $2 method text, $3 key text, $4 request_hash bytea, $5 response bytea
INSERT INTO idempotency_keys (caller_id, method, key, request_hash, state, response, status_code)
VALUES ($1, $2, $3, $4, 'done', $5, 0)
ON CONFLICT (caller_id, method, key) DO UPDATE
   SET state = 'done', response = excluded.response, status_code = 0
 WHERE idempotency_keys.request_hash = excluded.request_hash;

-- forget_idempotency_keys --
-- Delete expired keys, a batch at a time.
-- $1 limit integer
DELETE FROM idempotency_keys
 WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING key;

-- forget_outbox_messages --
-- Delete messages that ended a week ago, a batch at a time.
-- $1 limit integer
DELETE FROM outbox
 WHERE id IN (SELECT id FROM outbox WHERE done_at < now() - interval '7 days' LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- forget_periodic_runs --
-- Delete runs that ended a month ago, a batch at a time.
-- $1 limit integer
DELETE FROM periodic_runs
 WHERE ctid IN (SELECT ctid FROM periodic_runs WHERE finished_at < now() - interval '30 days' LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING name;
