-- hold_account --
-- Hold an account until the transaction ends; no row when it is switched off.
-- $1 user_id uuid
SELECT id, email, pending_email, first_name, language, timezone
  FROM users
 WHERE id = $1 AND is_active
   FOR UPDATE;

-- find_holder --
-- Whose account it is, for a mail; no row when it is switched off.
-- $1 user_id uuid
SELECT id, email, pending_email, first_name, language, timezone
  FROM users
 WHERE id = $1 AND is_active;

-- put_settings --
-- Store what the user may change; what is empty is none.
-- $1 user_id uuid, $2 first_name text, $3 last_name text, $4 timezone text, $5 language text, $6 avatar_url text, $7 phone text
UPDATE users
   SET first_name = $2, last_name = $3, timezone = $4, language = $5,
       avatar_url = nullif($6, ''), phone = nullif($7, '')
 WHERE id = $1;

-- put_pending_email --
-- Note the address a change leads to, or that none is pending.
-- $1 user_id uuid, $2 pending_email text or null
UPDATE users SET pending_email = $2 WHERE id = $1;

-- seconds_to_next_change --
-- How long until another change may begin: after as long as it took from the day's first to its
-- last one, so the gaps double.
-- $1 user_id uuid, $2 shortest interval, $3 longest interval
SELECT coalesce(extract(epoch FROM max(created_at)
                    + least(greatest(max(created_at) - min(created_at), $2::interval), $3::interval)
                    - now()), 0)::float8
  FROM one_time_tokens
 WHERE user_id = $1 AND purpose = 'change_email' AND created_at > now() - interval '1 day';

-- end_change_tokens --
-- Make the tokens of earlier changes worthless, confirmed ones too.
-- $1 user_id uuid
UPDATE one_time_tokens SET expires_at = now()
 WHERE user_id = $1 AND purpose = 'change_email' AND expires_at > now();

-- confirm_side --
-- Redeem a token of the pending change; no row unless it is this user's and good.
-- $1 user_id uuid, $2 token_hashes bytea[], $3 addresses text[]
UPDATE one_time_tokens
   SET used_at = now()
 WHERE user_id = $1 AND token_hash = ANY ($2) AND purpose = 'change_email'
   AND used_at IS NULL AND expires_at > now() AND bound_to = ANY ($3)
RETURNING bound_to;

-- count_open_sides --
-- How many sides of the pending change are still to be confirmed.
-- $1 user_id uuid
SELECT count(*)
  FROM one_time_tokens
 WHERE user_id = $1 AND purpose = 'change_email' AND used_at IS NULL AND expires_at > now();

-- move_to_pending_email --
-- Make the change. The index of addresses decides between two users who want the same one.
-- $1 user_id uuid
UPDATE users SET email = pending_email, pending_email = NULL
 WHERE id = $1 AND pending_email IS NOT NULL;

-- hold_lapsed_changes --
-- Hold accounts whose pending change no token can complete any more.
-- $1 limit integer
SELECT id
  FROM users
 WHERE pending_email IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM one_time_tokens
                    WHERE user_id = users.id AND purpose = 'change_email'
                      AND used_at IS NULL AND expires_at > now())
 LIMIT $1
   FOR UPDATE SKIP LOCKED;

-- forget_lapsed_changes --
-- Forget where such a change led. Looks again, now that the rows are held: another may have begun.
-- $1 user_ids uuid[]
UPDATE users SET pending_email = NULL
 WHERE id = ANY ($1) AND pending_email IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM one_time_tokens
                    WHERE user_id = users.id AND purpose = 'change_email'
                      AND used_at IS NULL AND expires_at > now());

-- ask_for_erasure --
-- Enter the wish to be erased; no row when it was entered before.
-- $1 user_id uuid, $2 grace interval
UPDATE users SET erase_requested_at = now()
 WHERE id = $1 AND erase_requested_at IS NULL
RETURNING erase_requested_at + $2::interval;

-- take_erasure_back --
-- Keep the account after all; no row when nothing was entered, or the erasure has begun.
-- $1 user_id uuid
UPDATE users SET erase_requested_at = NULL
 WHERE id = $1 AND erase_requested_at IS NOT NULL AND erasure_began_at IS NULL
RETURNING id;

-- begin_due_erasures --
-- Switch accounts off whose time has come, or whose erasure began long ago and never ended.
-- $1 grace interval, $2 begin_again_after interval, $3 limit integer
WITH due AS (
    SELECT id
      FROM users
     WHERE erase_requested_at <= now() - $1::interval
       AND (erasure_began_at IS NULL OR erasure_began_at < now() - $2::interval)
     ORDER BY erase_requested_at
     LIMIT $3
       FOR UPDATE SKIP LOCKED
)
UPDATE users SET is_active = false, erasure_began_at = now()
  FROM due
 WHERE users.id = due.id
RETURNING users.id;

-- get_now --
-- The clock that due times are compared with.
SELECT now();

-- has_begun_erasure --
-- Whether an account is being erased; no row when it has gone.
-- $1 user_id uuid
SELECT erasure_began_at IS NOT NULL FROM users WHERE id = $1;

-- delete_user --
-- Delete an account with all that refers to it; no row when it has gone.
-- $1 user_id uuid
DELETE FROM users WHERE id = $1 AND erasure_began_at IS NOT NULL RETURNING id;

-- get_pseudonym --
-- What the audit log calls the user; no row when it was forgotten.
-- $1 user_id uuid
SELECT subject FROM audit_subjects WHERE user_id = $1;

-- forget_in_audit --
-- Take the meaning from the user's pseudonym in the audit log.
-- $1 user_id uuid
SELECT audit_erase($1);

-- copied_ids --
-- What names the user's copies in Redis: sessions, and the hashes of one-time tokens.
-- $1 user_id uuid
SELECT (SELECT coalesce(array_agg(id), '{}') FROM user_sessions WHERE user_id = $1) AS session_ids,
       (SELECT coalesce(array_agg(token_hash), '{}') FROM one_time_tokens WHERE user_id = $1)
           AS token_hashes;

-- get_open_export --
-- The archive that is being made, or waits for it.
-- $1 user_id uuid
SELECT id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at
  FROM account_exports
 WHERE user_id = $1 AND state IN ('pending', 'running');

-- seconds_to_next_export --
-- How long until another archive may be asked for; one that failed does not count.
-- $1 user_id uuid, $2 gap interval
SELECT coalesce(extract(epoch FROM max(created_at) + $2::interval - now()), 0)::float8
  FROM account_exports
 WHERE user_id = $1 AND state <> 'failed';

-- add_export --
-- Enter the wish for an archive.
-- $1 user_id uuid
INSERT INTO account_exports (user_id)
VALUES ($1)
RETURNING id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at;

-- get_export --
-- One of a user's archives.
-- $1 user_id uuid, $2 export_id uuid
SELECT id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at
  FROM account_exports
 WHERE user_id = $1 AND id = $2;

-- lock_exports --
-- One process at a time hands archives out.
SELECT pg_advisory_xact_lock(hashtextextended('auth.account_exports', 0));

-- give_up_exports --
-- Archives that were begun too often; their files, if there are any, can go.
-- $1 most_attempts integer
UPDATE account_exports
   SET state = 'failed', completed_at = now(), expires_at = now(), lease_until = NULL
 WHERE state IN ('pending', 'running') AND attempts >= $1
   AND (lease_until IS NULL OR lease_until <= now())
RETURNING id, user_id;

-- hand_out_exports --
-- Take the archives that have waited longest, as many as may be made at once. For workers.
-- $1 most_at_once integer, $2 lease interval
WITH next AS (
    SELECT id
      FROM account_exports
     WHERE state IN ('pending', 'running') AND (lease_until IS NULL OR lease_until <= now())
     ORDER BY created_at
     LIMIT greatest($1 - (SELECT count(*) FROM account_exports
                           WHERE state IN ('pending', 'running') AND lease_until > now()), 0)
       FOR UPDATE
)
UPDATE account_exports AS export
   SET state = 'pending', lease_until = now() + $2::interval
  FROM next
 WHERE export.id = next.id
RETURNING export.id, export.user_id;

-- begin_export --
-- Begin an archive, or begin it again; no row when it is finished or gone, or when another worker
-- makes it: a message that came late was sent twice. For workers.
-- $1 export_id uuid, $2 lease interval
UPDATE account_exports
   SET state = 'running', attempts = attempts + 1, lease_until = now() + $2::interval
 WHERE id = $1 AND (state = 'pending' OR (state = 'running' AND lease_until <= now()))
RETURNING id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at;

-- get_begun_export --
-- An archive that is being made, or was finished. For workers.
-- $1 export_id uuid
SELECT id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at
  FROM account_exports
 WHERE id = $1 AND state IN ('running', 'ready');

-- finish_export --
-- An archive is where it belongs; no row when it was finished before. For workers.
-- $1 export_id uuid, $2 size_bytes bigint, $3 sha256 bytea, $4 life interval
UPDATE account_exports
   SET state = 'ready', size_bytes = $2, sha256 = $3, completed_at = now(),
       expires_at = now() + $4::interval, lease_until = NULL
 WHERE id = $1 AND state = 'running'
RETURNING expires_at;

-- put_export_back --
-- An attempt failed: another may begin after a pause. For workers.
-- $1 export_id uuid, $2 pause interval
UPDATE account_exports SET lease_until = now() + $2::interval
 WHERE id = $1 AND state = 'running';

-- list_files_past_their_time --
-- Archives whose files are to be deleted.
-- $1 limit integer
SELECT id, user_id, state, size_bytes, sha256, created_at, completed_at, expires_at
  FROM account_exports
 WHERE state IN ('ready', 'failed') AND expires_at <= now()
 ORDER BY expires_at
 LIMIT $1;

-- note_file_gone --
-- Note that an archive's file was deleted.
-- $1 user_id uuid, $2 export_id uuid
UPDATE account_exports
   SET state = CASE state WHEN 'ready' THEN 'expired' ELSE state END,
       expires_at = CASE state WHEN 'ready' THEN expires_at END
 WHERE user_id = $1 AND id = $2;
