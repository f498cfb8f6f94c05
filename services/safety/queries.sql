-- lock_account --
-- Wait for and hold the row that orders all verdicts about a user; no row before the first one.
-- $1 user_id uuid
SELECT user_id FROM safety_settings WHERE user_id = $1 FOR UPDATE;

-- add_account --
-- Create that row.
-- $1 user_id uuid
INSERT INTO safety_settings (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING;

-- get_account --
-- A user's settings, or the defaults, and the time: read after the lock, so that decisions about
-- one user carry times in the order in which they were taken.
-- $1 user_id uuid
SELECT clock_timestamp() AS now,
       coalesce(settings.timezone, 'UTC') AS time_zone,
       coalesce(settings.restricted, false) AS is_restricted,
       coalesce(settings.paused_until = 'infinity', false) AS is_paused_for_good,
       nullif(settings.paused_until, 'infinity') AS paused_until,
       settings.warmup_started_on
  FROM (VALUES (true)) AS always
  LEFT JOIN safety_settings AS settings ON settings.user_id = $1;

-- list_own_limits --
-- A user's own limits of some actions.
-- $1 user_id uuid, $2 action_types text[]
SELECT action_type, daily_cap, weekly_cap, min_gap_seconds, warmup_start, ramp_per_day
  FROM safety_limits
 WHERE user_id = $1 AND action_type = ANY ($2);

-- list_uses --
-- What counts against a user's quota: everything that was not given back.
-- $1 user_id uuid, $2 action_types text[], $3 after timestamptz
SELECT attempt_id, action_type, decided_at, units
  FROM action_reservations
 WHERE user_id = $1 AND action_type = ANY ($2) AND decided_at > $3 AND outcome <> 'released';

-- count_units --
-- How much a user has done since an instant.
-- $1 user_id uuid, $2 since timestamptz
SELECT coalesce(sum(units), 0)::bigint
  FROM action_reservations
 WHERE user_id = $1 AND decided_at >= $2 AND outcome <> 'released';

-- get_decision --
-- What was decided about an attempt, whoever asks: the caller compares user and action.
-- $1 attempt_id uuid
SELECT user_id, action_type, verdict, reasons, next_allowed_time, outcome
  FROM action_reservations
 WHERE attempt_id = $1;

-- add_decision --
-- Keep a decision; what is not allowed counts as released. No row when there is one already that
-- still holds: a reservation that was given back gives way.
-- $1 attempt_id uuid, $2 user_id uuid, $3 action_type text, $4 verdict text, $5 reasons text[],
-- $6 next_allowed_time timestamptz, $7 decided_at timestamptz, $8 expires_at timestamptz,
-- $9 outcome text, $10 policy_version integer
INSERT INTO action_reservations (attempt_id, user_id, action_type, verdict, reasons,
                                 next_allowed_time, decided_at, expires_at, outcome, policy_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (attempt_id) DO UPDATE
   SET verdict = excluded.verdict, reasons = excluded.reasons,
       next_allowed_time = excluded.next_allowed_time, decided_at = excluded.decided_at,
       expires_at = excluded.expires_at, outcome = excluded.outcome,
       policy_version = excluded.policy_version
 WHERE action_reservations.user_id = $2 AND action_reservations.action_type = $3
   AND action_reservations.verdict = 'allowed' AND action_reservations.outcome = 'released'
RETURNING attempt_id;

-- add_compliance_log --
-- Keep what was refused, or done without permission.
-- $1 user_id uuid, $2 check_type text, $3 status text, $4 details jsonb, $5 action_taken text,
-- $6 attempt_id uuid, $7 policy_version integer, $8 reasons text[]
INSERT INTO compliance_logs (user_id, check_type, status, details, action_taken, attempt_id,
                             policy_version, reasons)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- report_outcome --
-- Keep what became of an attempt. What was or may have been sent stays spent, whatever is
-- reported later; only what was still pending can be released.
-- $1 attempt_id uuid, $2 user_id uuid, $3 outcome text
WITH known AS (
    SELECT attempt_id, outcome
      FROM action_reservations
     WHERE attempt_id = $1 AND user_id = $2
       FOR UPDATE
)
UPDATE action_reservations AS reservation
   SET outcome = CASE WHEN $3 = 'released' AND known.outcome <> 'pending' THEN known.outcome
                      WHEN known.outcome = 'sent' THEN 'sent'
                      ELSE $3
                 END
  FROM known
 WHERE reservation.attempt_id = known.attempt_id AND reservation.user_id = $2
RETURNING reservation.action_type, reservation.verdict, reservation.outcome,
          known.outcome AS outcome_before;

-- list_used_actions --
-- The kinds of actions a user has ever asked for.
-- $1 user_id uuid
SELECT DISTINCT action_type FROM action_reservations WHERE user_id = $1;

-- get_today --
-- The UTC day.
SELECT (now() AT TIME ZONE 'UTC')::date;
