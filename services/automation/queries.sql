-- lock_attempt --
-- Hold an attempt until the transaction ends. For workers.
-- $1 user_id uuid, $2 action_id uuid, $3 attempt integer
SELECT id AS attempt_id, state, fence, coalesce(remote_id, '') AS remote_id,
       coalesce(error_message, '') AS error_message, next_allowed_time AS next_allowed_at,
       state = 'claimed' AND lease_until > now() AS is_held
  FROM automation_logs
 WHERE user_id = $1 AND action_id = $2 AND attempt = $3
   FOR UPDATE;

-- add_attempt --
-- Enter an attempt, claimed. No row when it is there already, or when another attempt at the action
-- may have reached LinkedIn. For workers.
-- $1 user_id uuid, $2 action_id uuid, $3 attempt integer, $4 action_type text, $5 content_id uuid or null, $6 due_at timestamptz or null, $7 claimed_by text, $8 lease interval
INSERT INTO automation_logs
       (user_id, action_id, attempt, action_type, content_id, due_at,
        state, fence, claimed_by, lease_until)
VALUES ($1, $2, $3, $4, $5, $6, 'claimed', 1, $7, now() + $8)
ON CONFLICT DO NOTHING
RETURNING id AS attempt_id, state, fence, '' AS remote_id, '' AS error_message,
          next_allowed_time AS next_allowed_at, true AS is_held;

-- claim_attempt --
-- Take an attempt over; it must be locked. For workers.
-- $1 user_id uuid, $2 id uuid, $3 claimed_by text, $4 lease interval
UPDATE automation_logs
   SET state = 'claimed', fence = fence + 1, claimed_by = $3, lease_until = now() + $4
 WHERE user_id = $1 AND id = $2
RETURNING id AS attempt_id, state, fence, coalesce(remote_id, '') AS remote_id,
          coalesce(error_message, '') AS error_message, next_allowed_time AS next_allowed_at,
          true AS is_held;

-- live_state --
-- The state of the attempt that keeps others from being made; the index holds at most one.
-- $1 user_id uuid, $2 action_id uuid
SELECT state
  FROM automation_logs
 WHERE user_id = $1 AND action_id = $2
   AND state NOT IN ('rejected', 'not_found', 'blocked', 'skipped');

-- record_attempt --
-- End a claimed attempt; no row when the fence is old or it has ended. For workers.
-- $1 id uuid, $2 fence bigint, $3 state text, $4 remote_id text or null, $5 error_message text or null, $6 block_reasons text[], $7 next_allowed_time timestamptz or null
UPDATE automation_logs
   SET state = $3::text, remote_id = $4, error_message = $5, block_reasons = $6,
       next_allowed_time = $7, lease_until = NULL,
       executed_at = CASE WHEN $3::text = 'unknown' THEN executed_at ELSE now() END
 WHERE id = $1 AND fence = $2 AND state = 'claimed'
RETURNING user_id, action_id, action_type;

-- get_state --
-- What a claim has come to; no row when the fence is old. For workers.
-- $1 id uuid, $2 fence bigint
SELECT state FROM automation_logs WHERE id = $1 AND fence = $2;

-- return_lapsed --
-- Give back attempts whose holder's lease has ended; a new fence shuts that holder out.
-- For the sweeper.
-- $1 limit integer, $2 actor text
WITH lapsed AS (
    SELECT id
      FROM automation_logs
     WHERE state = 'claimed' AND lease_until <= now()
     ORDER BY lease_until
     LIMIT $1
       FOR UPDATE SKIP LOCKED
), returned AS (
    UPDATE automation_logs
       SET state = 'queued', fence = fence + 1, claimed_by = NULL, lease_until = NULL
      FROM lapsed
     WHERE automation_logs.id = lapsed.id
    RETURNING automation_logs.id, user_id, fence
)
INSERT INTO automation_log_events (attempt_id, user_id, from_state, to_state, fence, actor)
SELECT id, user_id, 'claimed', 'queued', fence, $2 FROM returned
RETURNING attempt_id;

-- claim_unknown --
-- Take attempts whose answer was lost and that are due to be read back, and those of which no
-- reading came back in time. For the reconciler.
-- $1 limit integer, $2 lease interval
WITH due AS (
    SELECT id, state
      FROM automation_logs
     WHERE state IN ('unknown', 'reconciling')
       AND coalesce(lease_until, '-infinity') <= now()
     ORDER BY coalesce(lease_until, '-infinity')
     LIMIT $1
       FOR UPDATE SKIP LOCKED
)
UPDATE automation_logs
   SET state = 'reconciling', fence = fence + 1, lease_until = now() + $2
  FROM due
 WHERE automation_logs.id = due.id
RETURNING automation_logs.id AS attempt_id, user_id, action_id, action_type, content_id, fence,
          due.state AS from_state;

-- record_reading --
-- Store what reading back has shown; while undecided, lease_until says when to read again. No row
-- when the fence is old or it is stored. For workers.
-- $1 id uuid, $2 fence bigint, $3 state text, $4 remote_id text or null, $5 error_message text or null, $6 retry_at timestamptz or null
UPDATE automation_logs
   SET state = $3::text, remote_id = $4, error_message = coalesce($5, error_message),
       lease_until = CASE WHEN $3::text = 'unknown' THEN $6::timestamptz END,
       executed_at = CASE WHEN $3::text IN ('confirmed', 'not_found') THEN now()
                          ELSE executed_at END
 WHERE id = $1 AND fence = $2 AND state = 'reconciling'
RETURNING user_id;

-- add_event --
-- Tell a step in an attempt's life.
-- $1 attempt_id uuid, $2 user_id uuid, $3 from_state text or null, $4 to_state text, $5 fence bigint, $6 actor text, $7 detail jsonb
INSERT INTO automation_log_events
       (attempt_id, user_id, from_state, to_state, fence, actor, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- get_action --
-- Read one of a user's attempts.
-- $1 user_id uuid, $2 id uuid
SELECT id AS attempt_id, action_id, attempt, action_type, state, content_id,
       coalesce(remote_id, '') AS remote_id, coalesce(error_message, '') AS error_message,
       coalesce(block_reasons, '{}') AS block_reasons,
       next_allowed_time AS next_allowed_at, due_at, created_at, updated_at
  FROM automation_logs
 WHERE user_id = $1 AND id = $2;

-- list_actions --
-- Read a page of a user's attempts, newest first. Ordered by a time that never changes: an attempt
-- that ends while somebody turns pages is neither missed nor shown twice.
-- $1 user_id uuid, $2 content_id uuid or null for all, $3 created_at timestamptz and $4 id uuid of the row before or null, $5 limit integer
SELECT id AS attempt_id, action_id, attempt, action_type, state, content_id,
       coalesce(remote_id, '') AS remote_id, coalesce(error_message, '') AS error_message,
       coalesce(block_reasons, '{}') AS block_reasons,
       next_allowed_time AS next_allowed_at, due_at, created_at, updated_at
  FROM automation_logs
 WHERE user_id = $1
   AND ($2::uuid IS NULL OR content_id = $2)
   AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
 ORDER BY created_at DESC, id DESC
 LIMIT $5;

-- list_events --
-- Read the story of one of a user's attempts, oldest step first.
-- $1 user_id uuid, $2 attempt_id uuid
SELECT from_state, to_state, coalesce(actor, '') AS actor, detail, at
  FROM automation_log_events
 WHERE user_id = $1 AND attempt_id = $2
 ORDER BY id;
