-- lock_resettable --
-- Hold the account that a new password may be mailed for; none that nobody has proved for so long.
-- $1 email text, $2 patience interval
SELECT id, email, first_name, language
  FROM users
 WHERE lower(email) = lower($1) AND is_active
   AND (is_verified OR created_at > now() - $2::interval)
   FOR NO KEY UPDATE;

-- is_reset_due --
-- Whether another mail may go out: each of a day waits twice as long as the one before.
-- $1 user_id uuid, $2 shortest interval, $3 longest interval
SELECT coalesce(now() >= max(created_at)
                         + least($2::interval * 2 ^ least(count(*) - 1, 20), $3::interval), true)
  FROM one_time_tokens
 WHERE user_id = $1 AND purpose = 'reset_password' AND created_at > now() - interval '1 day';

-- find_reset --
-- The address that a token is good for, while it is good; nothing is used up.
-- $1 token_hashes bytea[]
SELECT users.email
  FROM one_time_tokens AS token
  JOIN users ON users.id = token.user_id
 WHERE token.token_hash = ANY ($1) AND token.purpose = 'reset_password'
   AND token.used_at IS NULL AND token.expires_at > now()
   AND lower(token.bound_to) = lower(users.email) AND users.is_active;

-- reset_password --
-- Set a new password for whoever has shown a token from the mailbox, which proves the address too.
-- No row when the address has changed since the token was mailed.
-- $1 user_id uuid, $2 email text, $3 password_hash text
UPDATE users
   SET password_hash = $3, password_changed_at = now(), tokens_valid_after = now(),
       is_verified = true
 WHERE id = $1 AND lower(email) = lower($2) AND is_active
RETURNING id, email, first_name, language;

-- find_own --
-- What changing one's password checks.
-- $1 user_id uuid
SELECT email, password_hash, password_changed_at FROM users WHERE id = $1 AND is_active;

-- change_password --
-- Set a new password; no row when somebody has set another one since the present one was checked.
-- $1 user_id uuid, $2 password_changed_at timestamptz, $3 password_hash text
UPDATE users
   SET password_hash = $3, password_changed_at = now()
 WHERE id = $1 AND password_changed_at IS NOT DISTINCT FROM $2 AND is_active
RETURNING id, email, first_name, language;

-- end_challenges --
-- Make second-factor challenges worthless that the former password led to.
-- $1 user_id uuid
UPDATE mfa_challenges SET consumed_at = now() WHERE user_id = $1 AND consumed_at IS NULL;
