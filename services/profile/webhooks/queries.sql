-- add_deliveries --
-- Tell a user's webhooks of an event, each once for a dedupe key. One that is switched off for
-- failing keeps what it misses; one that its owner switched off does not.
-- $1 user_id uuid, $2 event_type text, $3 payload jsonb, $4 dedupe_key text
INSERT INTO webhook_deliveries
       (user_id, webhook_id, event_type, payload, dedupe_key, host, state, next_attempt_at, ended_at)
SELECT user_id, id, $2::text, $3, $4, host,
       CASE WHEN is_active THEN 'pending' ELSE 'missed' END,
       CASE WHEN is_active THEN now() END,
       CASE WHEN is_active THEN NULL ELSE now() END
  FROM webhooks
 WHERE user_id = $1 AND $2::text = ANY (event_types)
   AND disabled_reason IS DISTINCT FROM 'user'
ON CONFLICT ON CONSTRAINT webhook_deliveries_webhook_id_dedupe_key_key DO NOTHING;

-- add_test_delivery --
-- Tell one webhook that it is tested, whatever it wants to be told of.
-- $1 user_id uuid, $2 webhook_id uuid, $3 event_type text, $4 payload jsonb
INSERT INTO webhook_deliveries
       (user_id, webhook_id, event_type, payload, dedupe_key, host, next_attempt_at)
SELECT user_id, id, $3::text, $4, 'test:' || public.inergize_id(), host, now()
  FROM webhooks
 WHERE user_id = $1 AND id = $2
RETURNING id, webhook_id, event_type, payload, state, attempt, next_attempt_at,
          false AS is_being_sent, response_code, response_excerpt, error, elapsed_ms,
          ended_at, created_at;

-- count_recent_tests --
-- How often a webhook was tested within the last minute.
-- $1 webhook_id uuid, $2 event_type text
SELECT count(*)
  FROM webhook_deliveries
 WHERE webhook_id = $1 AND event_type = $2 AND created_at > now() - interval '1 minute';

-- lock_user --
-- Let the user's other calls that add a webhook wait, so that what is counted next stays true.
-- $1 user_id uuid
SELECT pg_advisory_xact_lock(hashtextextended('profile.webhooks:' || $1::uuid, 0));

-- count_webhooks --
-- How many webhooks a user has.
-- $1 user_id uuid
SELECT count(*) FROM webhooks WHERE user_id = $1;

-- new_id --
-- An id for a row that is about to be added: what is sealed in it is bound to it.
SELECT public.inergize_id();

-- add_webhook --
-- Add a webhook.
-- $1 id uuid, $2 user_id uuid, $3 url text, $4 host text, $5 description text, $6 event_types text[], $7 secret_ct bytea, $8 secret_nonce bytea, $9 secret_key_id text
INSERT INTO webhooks
       (id, user_id, url, host, description, event_types, secret_ct, secret_nonce, secret_key_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, user_id, url, description, event_types, disabled_reason, failing_since,
          previous_until, version, created_at, updated_at;

-- list_webhooks --
-- A page of a user's webhooks, newest first.
-- $1 user_id uuid, $2 created_at timestamptz and $3 id uuid of the row before or null, $4 limit integer
SELECT id, user_id, url, description, event_types, disabled_reason, failing_since,
       previous_until, version, created_at, updated_at
  FROM webhooks
 WHERE user_id = $1
   AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $4;

-- get_webhook --
-- One of a user's webhooks.
-- $1 user_id uuid, $2 id uuid
SELECT id, user_id, url, description, event_types, disabled_reason, failing_since,
       previous_until, version, created_at, updated_at
  FROM webhooks
 WHERE user_id = $1 AND id = $2;

-- lock_webhook --
-- The same, held until the transaction ends; events may be added meanwhile.
-- $1 user_id uuid, $2 id uuid
SELECT id, user_id, url, description, event_types, disabled_reason, failing_since,
       previous_until, version, created_at, updated_at
  FROM webhooks
 WHERE user_id = $1 AND id = $2
   FOR NO KEY UPDATE;

-- update_webhook --
-- Replace what its owner may change.
-- $1 user_id uuid, $2 id uuid, $3 url text, $4 host text, $5 description text, $6 event_types text[], $7 disabled_reason text or null, $8 failing_since timestamptz or null
UPDATE webhooks
   SET url = $3, host = $4, description = $5, event_types = $6,
       is_active = $7::text IS NULL, disabled_reason = $7, failing_since = $8,
       version = version + 1
 WHERE user_id = $1 AND id = $2
RETURNING id, user_id, url, description, event_types, disabled_reason, failing_since,
          previous_until, version, created_at, updated_at;

-- move_deliveries --
-- What is still to be sent goes to the webhook's new host.
-- $1 webhook_id uuid, $2 host text
UPDATE webhook_deliveries SET host = $2 WHERE webhook_id = $1 AND state = 'pending';

-- miss_deliveries --
-- What was still to be sent to a webhook is missed; whoever is sending it may still tell.
-- $1 webhook_id uuid
UPDATE webhook_deliveries
   SET state = 'missed', next_attempt_at = NULL, lease_until = NULL, ended_at = now()
 WHERE webhook_id = $1 AND state = 'pending';

-- delete_webhook --
-- Delete a webhook with its deliveries.
-- $1 user_id uuid, $2 id uuid
DELETE FROM webhooks WHERE user_id = $1 AND id = $2;

-- rotate_secret --
-- Put a new secret in place; the old one, sealed for its new place, signs a while longer.
-- $1 user_id uuid, $2 id uuid, $3 secret_ct bytea, $4 secret_nonce bytea, $5 secret_key_id text, $6 previous_ct bytea, $7 previous_nonce bytea, $8 previous_key_id text, $9 grace interval; $6 to $9 null for none
UPDATE webhooks
   SET secret_ct = $3, secret_nonce = $4, secret_key_id = $5,
       previous_secret_ct = $6, previous_secret_nonce = $7, previous_secret_key_id = $8,
       previous_until = now() + $9::interval,
       version = version + 1
 WHERE user_id = $1 AND id = $2
RETURNING id, user_id, url, description, event_types, disabled_reason, failing_since,
          previous_until, version, created_at, updated_at;

-- get_secret --
-- What signs a webhook's messages, sealed.
-- $1 user_id uuid, $2 id uuid
SELECT secret_ct, secret_nonce, secret_key_id FROM webhooks WHERE user_id = $1 AND id = $2;

-- list_deliveries --
-- A page of what a webhook was told, newest first.
-- $1 user_id uuid, $2 webhook_id uuid, $3 states text[] and $4 event_types text[] (empty for all), $5 created_at timestamptz and $6 id uuid of the row before or null, $7 limit integer
SELECT id, webhook_id, event_type, payload, state, attempt, next_attempt_at,
       coalesce(lease_until > now(), false) AS is_being_sent,
       response_code, response_excerpt, error, elapsed_ms, ended_at, created_at
  FROM webhook_deliveries
 WHERE user_id = $1 AND webhook_id = $2
   AND (cardinality($3::text[]) = 0 OR state = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR event_type = ANY ($4))
   AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $7;

-- get_delivery --
-- One of a webhook's deliveries.
-- $1 user_id uuid, $2 webhook_id uuid, $3 id uuid
SELECT id, webhook_id, event_type, payload, state, attempt, next_attempt_at,
       coalesce(lease_until > now(), false) AS is_being_sent,
       response_code, response_excerpt, error, elapsed_ms, ended_at, created_at
  FROM webhook_deliveries
 WHERE user_id = $1 AND webhook_id = $2 AND id = $3;

-- replay_delivery --
-- Make a delivery due now, as if it had never been tried; one that is being sent stays with its
-- sender.
-- $1 user_id uuid, $2 webhook_id uuid, $3 id uuid
UPDATE webhook_deliveries
   SET state = 'pending', attempt = 0, next_attempt_at = now(), ended_at = NULL
 WHERE user_id = $1 AND webhook_id = $2 AND id = $3
   AND (lease_until IS NULL OR lease_until <= now())
RETURNING id;

-- replay_missed --
-- Make due what a webhook has not got of what happened since a time; some at a time.
-- $1 user_id uuid, $2 webhook_id uuid, $3 since timestamptz, $4 limit integer
UPDATE webhook_deliveries
   SET state = 'pending', attempt = 0, next_attempt_at = now(), ended_at = NULL
 WHERE id IN (SELECT id
                FROM webhook_deliveries
               WHERE user_id = $1 AND webhook_id = $2 AND state IN ('dead', 'missed')
                 AND created_at >= $3
               ORDER BY created_at
               LIMIT $4)
RETURNING id;

-- lock_claims --
-- One claim after the other, so that what is counted as being sent is.
SELECT pg_advisory_xact_lock(hashtextextended('profile.webhook_claims', 0));

-- claim_deliveries --
-- Take what is due, the longest due first; of one host and of one user only so much is sent at
-- once, so that those that hang hold up nobody else. A lapsed lease is due again. For workers.
-- $1 limit integer, $2 lease interval, $3 at_once_per_host integer, $4 at_once_per_user integer
WITH RECURSIVE hosts AS (
    -- One look into the index for each host, however many wait there.
    (SELECT host FROM webhook_deliveries WHERE state = 'pending' ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT later.host
              FROM webhook_deliveries AS later
             WHERE later.state = 'pending' AND later.host > hosts.host
             ORDER BY later.host
             LIMIT 1)
      FROM hosts
     WHERE hosts.host IS NOT NULL
), leased AS (
    SELECT host, user_id FROM webhook_deliveries WHERE lease_until > now()
), host_leases AS (
    SELECT host, count(*) AS leases FROM leased GROUP BY host
), user_leases AS (
    SELECT user_id, count(*) AS leases FROM leased GROUP BY user_id
), waiting AS (
    SELECT due.id, due.user_id, due.next_attempt_at
      FROM hosts
      LEFT JOIN host_leases USING (host)
     CROSS JOIN LATERAL (
           SELECT entry.id, entry.user_id, entry.next_attempt_at
             FROM webhook_deliveries AS entry
             JOIN webhooks ON webhooks.id = entry.webhook_id AND webhooks.is_active
            WHERE entry.state = 'pending' AND entry.host = hosts.host
              AND entry.next_attempt_at <= now()
            ORDER BY entry.next_attempt_at
            LIMIT greatest($3::bigint - coalesce(host_leases.leases, 0), 0)) AS due
     WHERE hosts.host IS NOT NULL
), ranked AS (
    SELECT waiting.id, waiting.next_attempt_at,
           coalesce(user_leases.leases, 0)
           + row_number() OVER (PARTITION BY waiting.user_id ORDER BY waiting.next_attempt_at)
               AS place
      FROM waiting
      LEFT JOIN user_leases USING (user_id)
), chosen AS (
    SELECT id FROM ranked WHERE place <= $4 ORDER BY next_attempt_at LIMIT $1
)
UPDATE webhook_deliveries AS delivery
   SET attempt = delivery.attempt + 1, fence = delivery.fence + 1,
       lease_until = now() + $2::interval, next_attempt_at = now() + $2::interval
  FROM chosen, webhooks
 WHERE delivery.id = chosen.id AND webhooks.id = delivery.webhook_id
   AND delivery.state = 'pending' AND delivery.next_attempt_at <= now()
RETURNING delivery.id, delivery.webhook_id, delivery.fence, delivery.payload, webhooks.url,
          webhooks.secret_ct, webhooks.secret_nonce, webhooks.secret_key_id,
          webhooks.previous_until > now() AS has_previous, webhooks.previous_secret_ct,
          webhooks.previous_secret_nonce, webhooks.previous_secret_key_id;

-- lock_delivered_webhook --
-- The webhook of a claimed delivery, held before the delivery itself: in that order everybody
-- holds them. No row when the fence is old. For workers.
-- $1 delivery_id uuid, $2 fence bigint
SELECT webhooks.id, webhooks.user_id, webhooks.url, webhooks.is_active, webhooks.version,
       now() - webhooks.failing_since AS failing_for, delivery.attempt
  FROM webhook_deliveries AS delivery
  JOIN webhooks ON webhooks.id = delivery.webhook_id
 WHERE delivery.id = $1 AND delivery.fence = $2
   FOR NO KEY UPDATE OF webhooks;

-- finish_delivery --
-- Record how a try went; no row when the fence is old or another has recorded it. What was missed
-- while it was being sent may have arrived after all. For workers.
-- $1 delivery_id uuid, $2 fence bigint, $3 state text, $4 pause interval or null, $5 response_code integer or null, $6 response_excerpt text or null, $7 error text or null, $8 elapsed_ms integer or null
UPDATE webhook_deliveries
   SET state = $3, next_attempt_at = now() + $4::interval, lease_until = NULL,
       response_code = $5, response_excerpt = $6, error = $7, elapsed_ms = $8,
       ended_at = CASE WHEN $3 <> 'pending' THEN now() END
 WHERE id = $1 AND fence = $2
   AND (lease_until IS NOT NULL OR (state = 'missed' AND $3 = 'delivered'))
RETURNING id;

-- note_arrival --
-- Something has arrived at a webhook.
-- $1 id uuid
UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL;

-- note_failure --
-- Something has not arrived at a webhook.
-- $1 id uuid
UPDATE webhooks SET failing_since = now() WHERE id = $1 AND failing_since IS NULL;

-- disable_webhook --
-- Switch a webhook off; no row when it is. For workers.
-- $1 id uuid, $2 reason text
UPDATE webhooks
   SET is_active = false, disabled_reason = $2, version = version + 1
 WHERE id = $1 AND is_active
RETURNING version;

-- park_deliveries --
-- What was added for a webhook while it was being switched off is missed; run until none is left.
-- $1 limit integer
UPDATE webhook_deliveries
   SET state = 'missed', next_attempt_at = NULL, lease_until = NULL, ended_at = now()
 WHERE id IN (SELECT delivery.id
                FROM webhook_deliveries AS delivery
                JOIN webhooks ON webhooks.id = delivery.webhook_id
               WHERE delivery.state = 'pending' AND NOT webhooks.is_active
               LIMIT $1)
RETURNING id;

-- forget_previous_secrets --
-- Forget secrets that sign no more.
UPDATE webhooks
   SET previous_secret_ct = NULL, previous_secret_nonce = NULL, previous_secret_key_id = NULL,
       previous_until = NULL
 WHERE previous_until < now();

-- forget_deliveries --
-- Drop what ended long ago; run until it drops none.
-- $1 kept interval, $2 limit integer
DELETE FROM webhook_deliveries
 WHERE id IN (SELECT id
                FROM webhook_deliveries
               WHERE ended_at < now() - $1::interval
               LIMIT $2
                 FOR UPDATE SKIP LOCKED)
RETURNING id;
