-- hold_owner --
-- Hold an account: whoever touches its second factors or challenges holds it first.
-- $1 user_id uuid
SELECT id, email, first_name, language FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE;

-- hold_challenge_owner --
-- Hold the account that a challenge is for.
-- $1 token_hashes bytea[]
SELECT users.id, users.email, users.first_name, users.language
  FROM mfa_challenges AS challenge
  JOIN users ON users.id = challenge.user_id
 WHERE challenge.token_hash = ANY ($1) AND users.is_active
   FOR NO KEY UPDATE OF users;

-- find_password_hash --
-- What proving oneself again checks.
-- $1 user_id uuid
SELECT password_hash FROM users WHERE id = $1 AND is_active;

-- list_methods --
-- A user's second factors, oldest first.
-- $1 user_id uuid
SELECT id, method, is_enabled, phone_number, created_at, secret_ct, secret_nonce, secret_key_id,
       backup_codes
  FROM user_mfa
 WHERE user_id = $1
 ORDER BY created_at, id;

-- begin_method --
-- Begin to set a method up, or begin again; no row when it is switched on already.
-- $1 user_id uuid, $2 method text, $3 secret_ct bytea, $4 secret_nonce bytea, $5 secret_key_id text, $6 phone_number text, $7 email text
INSERT INTO user_mfa (user_id, method, secret_ct, secret_nonce, secret_key_id, phone_number, email)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (user_id, method) DO UPDATE
   SET secret_ct = excluded.secret_ct, secret_nonce = excluded.secret_nonce,
       secret_key_id = excluded.secret_key_id, phone_number = excluded.phone_number,
       email = excluded.email, last_totp_step = NULL, created_at = now()
 WHERE NOT user_mfa.is_enabled
RETURNING id, method, is_enabled, phone_number, created_at, secret_ct, secret_nonce, secret_key_id,
          backup_codes;

-- enable_method --
-- Switch a method on; the step of its first code will not be accepted again.
-- $1 user_id uuid, $2 method_id uuid, $3 totp_step bigint
UPDATE user_mfa
   SET is_enabled = true, is_verified = true, last_totp_step = $3
 WHERE user_id = $1 AND id = $2 AND NOT is_enabled
RETURNING id, method, is_enabled, phone_number, created_at, secret_ct, secret_nonce, secret_key_id,
          backup_codes;

-- remove_method --
-- Switch a method off, or take back one that was begun.
-- $1 user_id uuid, $2 method_id uuid
DELETE FROM user_mfa
 WHERE user_id = $1 AND id = $2
RETURNING id, method, is_enabled, phone_number, created_at, secret_ct, secret_nonce, secret_key_id,
          backup_codes;

-- keep_backup_codes --
-- Give the user's oldest method the backup codes, and take them from the others. No row when no
-- method is switched on.
-- $1 user_id uuid, $2 hashes text[]
WITH holder AS (
    SELECT id FROM user_mfa WHERE user_id = $1 AND is_enabled ORDER BY created_at, id LIMIT 1
), others AS (
    UPDATE user_mfa SET backup_codes = NULL
     WHERE user_id = $1 AND backup_codes IS NOT NULL AND id NOT IN (SELECT id FROM holder)
)
UPDATE user_mfa SET backup_codes = $2 WHERE user_id = $1 AND id IN (SELECT id FROM holder)
RETURNING id;

-- use_backup_code --
-- Use a backup code up; no row when another call has.
-- $1 user_id uuid, $2 method_id uuid, $3 position integer, $4 hash text
UPDATE user_mfa SET backup_codes[$3] = NULL
 WHERE user_id = $1 AND id = $2 AND is_enabled AND backup_codes[$3] = $4
RETURNING cardinality(array_remove(backup_codes, NULL)) AS codes_left;

-- use_totp_step --
-- Use a time step up; no row when it or a later one was used before.
-- $1 user_id uuid, $2 method_id uuid, $3 step bigint
UPDATE user_mfa SET last_totp_step = $3
 WHERE user_id = $1 AND id = $2 AND is_enabled AND coalesce(last_totp_step, -1) < $3
RETURNING id;

-- lock_left --
-- How long no code of the user's is compared; no row when codes are.
-- $1 user_id uuid
SELECT max(locked_until) - now() AS left_over
  FROM user_mfa
 WHERE user_id = $1
HAVING max(locked_until) > now();

-- count_user_try --
-- Count a try against everything the user can be asked: too many in a row close the door for a
-- while, which doubles.
-- $1 user_id uuid, $2 free_tries integer, $3 first_pause interval, $4 longest_pause interval
UPDATE user_mfa
   SET failed_attempts = least(failed_attempts::integer + 1, 32767),
       locked_until = CASE WHEN failed_attempts + 1 < $2 THEN locked_until
           ELSE now() + least($3::interval * 2 ^ least(failed_attempts + 1 - $2, 20), $4::interval)
           END
 WHERE user_id = $1
RETURNING failed_attempts;

-- forgive_tries --
-- Begin counting anew after a right code.
-- $1 user_id uuid
UPDATE user_mfa SET failed_attempts = 0, locked_until = NULL
 WHERE user_id = $1 AND failed_attempts > 0;

-- add_challenge --
-- Open a challenge.
-- $1 user_id uuid, $2 purpose text, $3 token_hash bytea, $4 hash_key_id text, $5 mfa_id uuid, $6 session_id uuid, $7 ip_address inet, $8 device_info jsonb, $9 life interval
INSERT INTO mfa_challenges (user_id, purpose, token_hash, hash_key_id, mfa_id, session_id,
                            ip_address, device_info, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
RETURNING id, user_id, sends, 0::float8 AS last_sent_seconds, expires_at;

-- end_enrolments --
-- Make earlier challenges to confirm a method worthless.
-- $1 user_id uuid, $2 method_id uuid
UPDATE mfa_challenges SET consumed_at = now()
 WHERE user_id = $1 AND mfa_id = $2 AND purpose = 'enrol' AND consumed_at IS NULL;

-- hold_challenge --
-- An open challenge, for sending a code: a running session's only to that session.
-- $1 token_hashes bytea[], $2 session_id uuid
SELECT id, user_id, sends, expires_at,
       coalesce(extract(epoch FROM now() - last_sent_at), 0)::float8 AS last_sent_seconds
  FROM mfa_challenges
 WHERE token_hash = ANY ($1) AND consumed_at IS NULL AND expires_at > now()
   AND attempts < max_attempts AND (purpose = 'login' OR purpose = 'step_up' AND session_id = $2)
   FOR UPDATE;

-- count_sends --
-- Codes that were sent to a user lately, and how long ago the oldest of their challenges began.
-- $1 user_id uuid, $2 window interval
SELECT coalesce(sum(sends), 0)::integer AS sends,
       coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_seconds
  FROM mfa_challenges
 WHERE user_id = $1 AND created_at > now() - $2::interval AND sends > 0;

-- note_sent --
-- Note the code that goes out for a challenge; the one before stops working.
-- $1 user_id uuid, $2 challenge_id uuid, $3 code_hash bytea, $4 sent_by text, $5 method_id uuid
UPDATE mfa_challenges
   SET code_hash = $3, sent_by = $4, mfa_id = $5, sends = sends + 1, last_sent_at = now()
 WHERE user_id = $1 AND id = $2;

-- count_try --
-- Count a try at a challenge before it is compared; no row when it has ended, or is not the
-- session's that asks.
-- $1 token_hashes bytea[], $2 session_id uuid
UPDATE mfa_challenges SET attempts = attempts + 1
 WHERE token_hash = ANY ($1) AND consumed_at IS NULL AND expires_at > now()
   AND attempts < max_attempts AND (purpose = 'login' OR purpose = 'step_up' AND session_id = $2)
RETURNING id, user_id, session_id, code_hash, sent_by, mfa_id, device_info,
          extract(epoch FROM now())::float8 AS at;

-- count_enrolment_try --
-- Count a try at confirming a method, before it is compared; only the session that began it may.
-- $1 user_id uuid, $2 method_id uuid, $3 session_id uuid
UPDATE mfa_challenges SET attempts = attempts + 1
 WHERE user_id = $1 AND mfa_id = $2 AND session_id = $3 AND purpose = 'enrol'
   AND consumed_at IS NULL AND expires_at > now() AND attempts < max_attempts
RETURNING id, user_id, session_id, code_hash, sent_by, mfa_id, device_info,
          extract(epoch FROM now())::float8 AS at;

-- give_try_back --
-- Take a try back that was counted and not compared.
-- $1 user_id uuid, $2 challenge_id uuid
UPDATE mfa_challenges SET attempts = attempts - 1
 WHERE user_id = $1 AND id = $2 AND attempts > 0;

-- give_user_try_back --
-- The same for the user, with the pause it has led to.
-- $1 user_id uuid, $2 free_tries integer
UPDATE user_mfa
   SET locked_until = CASE WHEN failed_attempts < $2 THEN locked_until END,
       failed_attempts = failed_attempts - 1
 WHERE user_id = $1 AND failed_attempts > 0;

-- consume_challenge --
-- Use a challenge up: of any number of right codes at once, one gets the row. None for a sign-in
-- whose password has been changed since: the account is held, as whoever changes it holds it.
-- $1 user_id uuid, $2 challenge_id uuid
UPDATE mfa_challenges SET consumed_at = now()
 WHERE user_id = $1 AND id = $2 AND consumed_at IS NULL AND expires_at > now()
   AND (purpose <> 'login'
        OR NOT EXISTS (SELECT 1 FROM users
                        WHERE id = $1 AND password_changed_at > mfa_challenges.created_at))
RETURNING id;

-- drop_old_challenges --
-- Forget challenges some time after their end.
-- $1 age interval, $2 batch integer
DELETE FROM mfa_challenges
 WHERE id IN (SELECT id
                FROM mfa_challenges
               WHERE expires_at < now() - $1::interval
               ORDER BY expires_at
               LIMIT $2
                 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- drop_unfinished_methods --
-- Forget methods that were begun some time ago and never switched on: nobody needs the numbers.
-- $1 age interval, $2 batch integer
DELETE FROM user_mfa
 WHERE id IN (SELECT id
                FROM user_mfa
               WHERE NOT is_enabled AND created_at < now() - $1::interval
               LIMIT $2
                 FOR UPDATE SKIP LOCKED)
RETURNING id;
