-- list_users --
-- A page of accounts, newest first. For administrators.
-- $1 email_prefix text, any when empty, $2 tiers text[], all when empty, $3 only_suspended boolean, $4 created_at timestamptz and $5 id uuid of the row before or null, $6 limit integer, $7 grace interval
SELECT id, email, first_name, last_name, subscription_tier, subscription_status,
       subscription_expires_at, linkedin_connected, timezone, language, avatar_url, is_verified,
       role, last_login_at, created_at, updated_at, phone, pending_email,
       EXISTS (SELECT 1 FROM user_mfa WHERE user_id = users.id AND is_enabled) AS is_mfa_enabled,
       erase_requested_at + $7::interval AS erasure_at, is_active, failed_logins::integer,
       CASE WHEN locked_until > now() THEN locked_until END AS locked_until
  FROM users
 WHERE ($1::text = '' OR (lower(email) >= lower($1)
                          AND lower(email) < lower($1) || U&'\+10FFFF'))
   AND (cardinality($2::text[]) = 0 OR subscription_tier = ANY ($2))
   AND (NOT $3::boolean OR NOT is_active)
   AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5))
 ORDER BY created_at DESC, id DESC
 LIMIT $6;

-- get_managed_user --
-- An account, switched off or not. For administrators.
-- $1 user_id uuid, $2 grace interval
SELECT id, email, first_name, last_name, subscription_tier, subscription_status,
       subscription_expires_at, linkedin_connected, timezone, language, avatar_url, is_verified,
       role, last_login_at, created_at, updated_at, phone, pending_email,
       EXISTS (SELECT 1 FROM user_mfa WHERE user_id = $1 AND is_enabled) AS is_mfa_enabled,
       erase_requested_at + $2::interval AS erasure_at, is_active, failed_logins::integer,
       CASE WHEN locked_until > now() THEN locked_until END AS locked_until
  FROM users
 WHERE id = $1;

-- find_user --
-- Whose address it is. For the command line.
-- $1 email text
SELECT id FROM users WHERE lower(email) = lower($1);

-- suspend --
-- Switch an account off, tokens that are out included; no row for one that is off.
-- $1 user_id uuid
UPDATE users SET is_active = false, tokens_valid_after = now()
 WHERE id = $1 AND is_active
RETURNING id;

-- reinstate --
-- Switch an account on again, unless its erasure has begun; no row for one that is on.
-- $1 user_id uuid
UPDATE users SET is_active = true
 WHERE id = $1 AND NOT is_active AND erasure_began_at IS NULL
RETURNING id;

-- lock_user --
-- Hold an account whose erasure has not begun.
-- $1 user_id uuid
SELECT email FROM users WHERE id = $1 AND erasure_began_at IS NULL FOR UPDATE;
