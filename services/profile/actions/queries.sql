-- begin_attempt --
-- Claim an attempt id for sending; no row when it is taken.
-- $1 attempt_id uuid, $2 user_id uuid, $3 request_hash bytea, $4 kind text, $5 actor_urn text,
-- $6 target_urn text or null, $7 words_hash bytea or null
INSERT INTO linkedin_attempts
       (attempt_id, user_id, request_hash, kind, actor_urn, target_urn, words_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (attempt_id) DO NOTHING
RETURNING attempt_id;

-- get_attempt --
-- What is known of an attempt, and whether it was for this very action.
-- $1 attempt_id uuid, $2 user_id uuid, $3 request_hash bytea
SELECT user_id = $2 AND request_hash = $3 AS is_same_action, state, remote_id, status_code,
       error_code, error_message, retry_at
  FROM linkedin_attempts
 WHERE attempt_id = $1;

-- give_up_attempt --
-- Nobody is known to be sending any more: what became of it is not known.
-- $1 attempt_id uuid, $2 user_id uuid, $3 error_code text
UPDATE linkedin_attempts
   SET state = 'unknown', error_code = $3
 WHERE attempt_id = $1 AND user_id = $2 AND state = 'sending'
RETURNING attempt_id;

-- finish_attempt --
-- Record LinkedIn's answer. It also settles an attempt that was given up, or looked for in vain,
-- while the answer was on its way: the sender is the best witness. No row when it was settled.
-- $1 attempt_id uuid, $2 user_id uuid, $3 state text, $4 remote_id text or null,
-- $5 status_code integer, $6 error_code text or null, $7 error_message text or null,
-- $8 retry_at timestamptz or null
UPDATE linkedin_attempts
   SET state = $3, remote_id = $4, status_code = $5, error_code = $6, error_message = $7,
       retry_at = $8
 WHERE attempt_id = $1 AND user_id = $2 AND state IN ('sending', 'unknown', 'not_found')
RETURNING attempt_id;

-- settle_twin --
-- LinkedIn has named the post that another one repeats: it is what became of the one attempt with
-- the same author and words whose answer was lost. Left alone when a confirmed attempt may be what
-- it means, or when there are several.
-- $1 user_id uuid, $2 actor_urn text, $3 words_hash bytea, $4 remote_id text, $5 since timestamptz
WITH alike AS (
    SELECT attempt_id, state
      FROM linkedin_attempts
     WHERE user_id = $1 AND actor_urn = $2 AND words_hash = $3 AND kind = 'publish_post'
       AND sent_at > $5 AND state IN ('unknown', 'confirmed')
)
UPDATE linkedin_attempts
   SET state = 'confirmed', remote_id = $4, error_code = NULL, error_message = NULL,
       evidence = 'repetition'
 WHERE attempt_id = (SELECT max(attempt_id::text)::uuid FROM alike HAVING count(*) = 1)
   AND state = 'unknown'
RETURNING attempt_id;

-- get_open_attempt --
-- An attempt to be read back, and whether it has had the time to become visible.
-- $1 attempt_id uuid, $2 user_id uuid
SELECT state, remote_id, status_code, error_code, error_message, retry_at, kind, actor_urn,
       target_urn, words_hash, sent_at, reconcile_count, evidence, now() - sent_at AS age
  FROM linkedin_attempts
 WHERE attempt_id = $1 AND user_id = $2;

-- list_taken --
-- Which of these things are the result of other attempts.
-- $1 user_id uuid, $2 attempt_id uuid, $3 remote_ids text[]
SELECT remote_id
  FROM linkedin_attempts
 WHERE user_id = $1 AND attempt_id <> $2 AND state = 'confirmed' AND remote_id = ANY ($3);

-- reconcile_attempt --
-- Record what reading back has shown, and count the try. No row when it was settled meanwhile.
-- $1 attempt_id uuid, $2 user_id uuid, $3 state text, $4 remote_id text or null, $5 evidence text or null
UPDATE linkedin_attempts
   SET state = $3, remote_id = $4, evidence = $5, reconcile_count = reconcile_count + 1,
       reconciled_at = now()
 WHERE attempt_id = $1 AND user_id = $2 AND state = 'unknown'
RETURNING reconcile_count;

-- list_sightings --
-- What LinkedIn's change log tells that the member did. It does not always tell which reaction.
-- $1 user_id uuid, $2 kind text, $3 subject text or null for any, $4 text_hash bytea or null for any,
-- $5 since timestamptz, $6 until timestamptz
SELECT DISTINCT remote_id
  FROM linkedin_observations
 WHERE user_id = $1 AND kind = $2 AND remote_id IS NOT NULL
   AND ($3::text IS NULL OR subject = $3)
   AND ($4::bytea IS NULL OR text_hash = $4 OR text_hash IS NULL AND kind = 'reaction')
   AND happened_at BETWEEN $5 AND $6;

-- list_rivals --
-- The user's other attempts at the very same, which may be what the change log tells of.
-- $1 user_id uuid, $2 attempt_id uuid, $3 kind text, $4 target_urn text or null,
-- $5 words_hash bytea or null, $6 since timestamptz, $7 until timestamptz
SELECT remote_id
  FROM linkedin_attempts
 WHERE user_id = $1 AND attempt_id <> $2 AND kind = $3
   AND target_urn IS NOT DISTINCT FROM $4 AND words_hash IS NOT DISTINCT FROM $5
   AND state IN ('sending', 'unknown', 'confirmed') AND sent_at BETWEEN $6 AND $7;

-- is_log_awaited --
-- A row while the member's change log is asked for and has not been read to its end since a time. One
-- that is put off for days tells nothing in time.
-- $1 user_id uuid, $2 scopes text[], any of them will do, $3 until timestamptz
SELECT token.user_id
  FROM linkedin_tokens AS token
  LEFT JOIN linkedin_changelogs AS log ON log.user_id = token.user_id
 WHERE token.user_id = $1 AND token.is_valid AND token.scopes && $2::text[]
   AND (log.read_at IS NULL OR log.read_at < $3)
   AND (log.next_read_at IS NULL OR log.next_read_at < now() + interval '1 day');
