-- hold_list --
-- Hold a user's list: nobody else adds to it before this transaction ends.
-- $1 user_id uuid
SELECT pg_advisory_xact_lock(hashtextextended('automation_targets:' || $1::uuid::text, 0));

-- count_targets --
-- How many a user has on the list. A statement of its own: one that waited for the list would
-- count what was there before.
-- $1 user_id uuid
SELECT count(*) FROM automation_targets WHERE user_id = $1 AND state <> 'removed';

-- add_targets --
-- Put people on a user's list, outside of all rules; one who was taken off it comes back.
-- $1 user_id uuid, $2 target_linkedin_ids text[], $3 data of each jsonb[]
INSERT INTO automation_targets (user_id, target_linkedin_id, data)
SELECT $1, person.id, person.data
  FROM unnest($2::text[], $3::jsonb[]) AS person (id, data)
ON CONFLICT ON CONSTRAINT automation_targets_user_id_target_linkedin_id_rule_id_key
DO UPDATE SET state = 'pending', data = excluded.data, stopped_at = NULL, stop_reason = NULL
 WHERE automation_targets.state = 'removed'
RETURNING id;

-- list_targets --
-- Read a page of a user's targets, newest first.
-- $1 user_id uuid, $2 state text or null for all but removed ones, $3 created_at timestamptz and $4 id uuid of the row before or null, $5 limit integer
SELECT id AS target_id, target_linkedin_id, data, state, coalesce(stop_reason, '') AS stop_reason,
       stopped_at, created_at, updated_at
  FROM automation_targets
 WHERE user_id = $1
   AND CASE WHEN $2::text IS NULL THEN state <> 'removed' ELSE state = $2 END
   AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
 ORDER BY created_at DESC, id DESC
 LIMIT $5;

-- lock_target --
-- Hold a user's target.
-- $1 user_id uuid, $2 id uuid
SELECT id AS target_id, target_linkedin_id, data, state, coalesce(stop_reason, '') AS stop_reason,
       stopped_at, created_at, updated_at
  FROM automation_targets
 WHERE user_id = $1 AND id = $2
   FOR UPDATE;

-- stop_target --
-- Nothing more is done for a target, for this reason.
-- $1 id uuid, $2 state text, $3 stop_reason text
UPDATE automation_targets
   SET state = $2, stop_reason = $3, stopped_at = now(), next_step_at = NULL
 WHERE id = $1
RETURNING id AS target_id, target_linkedin_id, data, state, stop_reason, stopped_at, created_at,
          updated_at;

-- remove_target --
-- Take a target off the list, and forget all but who it was.
-- $1 id uuid
UPDATE automation_targets
   SET state = 'removed', data = '{}', stop_reason = 'removed', stopped_at = now(),
       next_step_at = NULL
 WHERE id = $1;

-- stop_all --
-- A person has answered: nothing more is done for them by any rule. What is known stays, but that
-- an answer is more than an acceptance.
-- $1 user_id uuid, $2 target_linkedin_id text, $3 state text
UPDATE automation_targets
   SET state = $3, stop_reason = $3, stopped_at = now(), next_step_at = NULL
 WHERE user_id = $1 AND target_linkedin_id = $2
   AND (state IN ('pending', 'active', 'failed') OR (state = 'accepted' AND $3::text = 'replied'))
RETURNING id;

-- skip_planned --
-- Call off what is planned for a person and has not been begun, and tell it.
-- $1 user_id uuid, $2 target_linkedin_id text, $3 actor text, $4 detail jsonb
WITH planned AS (
    SELECT id, state
      FROM automation_logs
     WHERE user_id = $1 AND target_linkedin_id = $2 AND state IN ('planned', 'queued')
     ORDER BY id
       FOR UPDATE
), skipped AS (
    UPDATE automation_logs
       SET state = 'skipped', executed_at = now(), fence = fence + 1
      FROM planned
     WHERE automation_logs.id = planned.id
    RETURNING automation_logs.id, planned.state AS from_state, fence
)
INSERT INTO automation_log_events
       (attempt_id, user_id, from_state, to_state, fence, actor, detail)
SELECT id, $1, from_state, 'skipped', fence, $3, $4 FROM skipped
RETURNING attempt_id;
