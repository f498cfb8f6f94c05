-- begin_changelogs --
-- Note whose log may be read from now on: members who are connected and have consented to it.
-- $1 scopes text[], any of them will do
INSERT INTO linkedin_changelogs (user_id)
SELECT token.user_id
  FROM linkedin_tokens AS token
  JOIN linkedin_profiles AS profile ON profile.user_id = token.user_id
 WHERE profile.is_active AND token.is_valid AND token.scopes && $1::text[]
ON CONFLICT (user_id) DO NOTHING;

-- claim_due --
-- Whose log is to be read now. They are put off meanwhile, so that no other process reads them too.
-- $1 scopes text[], $2 lease interval, $3 limit integer
UPDATE linkedin_changelogs AS log
   SET next_read_at = now() + $2::interval
 WHERE log.user_id = ANY (ARRAY(
       SELECT due.user_id
         FROM linkedin_changelogs AS due
         JOIN linkedin_tokens AS token ON token.user_id = due.user_id
        WHERE due.next_read_at <= now() AND token.is_valid AND token.scopes && $1::text[]
        ORDER BY due.next_read_at
        LIMIT $3 FOR UPDATE OF due SKIP LOCKED))
RETURNING log.user_id, log.read_until;

-- hold_place --
-- How far a log has been read: two readers of one log keep what it tells one after the other.
-- $1 user_id uuid
SELECT read_until, last_ids FROM linkedin_changelogs WHERE user_id = $1 FOR UPDATE;

-- note_read --
-- How far a log has been read, and when to look again.
-- $1 user_id uuid, $2 read_until timestamptz or null, $3 last_ids text[], $4 pause interval,
-- $5 is_last boolean, whether that was its end
UPDATE linkedin_changelogs
   SET read_until = $2, last_ids = $3, next_read_at = now() + $4::interval, refused_reason = NULL,
       read_at = CASE WHEN $5 THEN now() ELSE read_at END
 WHERE user_id = $1;

-- note_refused --
-- LinkedIn does not tell this member's: it is not asked again before the pause is over.
-- $1 user_id uuid, $2 reason text, $3 pause interval
UPDATE linkedin_changelogs
   SET refused_reason = $2, next_read_at = now() + $3::interval
 WHERE user_id = $1;

-- list_invited --
-- Which members the user has invited: by what was done for the user, or by what the log told.
-- $1 user_id uuid, $2 member_urns text[]
SELECT target_urn AS member_urn
  FROM linkedin_attempts
 WHERE user_id = $1 AND kind = 'send_invitation' AND state = 'confirmed' AND target_urn = ANY ($2)
 UNION
SELECT subject
  FROM linkedin_observations
 WHERE user_id = $1 AND kind = 'invitation_sent' AND subject = ANY ($2);

-- add_to_figure --
-- Add to a total that only grows.
-- $1 user_id uuid, $2 subject_urn text, $3 metric_type text, $4 more bigint
INSERT INTO linkedin_figures AS known (user_id, subject_urn, metric_type, metric_value)
VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, subject_urn, metric_type) DO UPDATE
   SET metric_value = known.metric_value + excluded.metric_value, measured_at = now()
RETURNING metric_value;
