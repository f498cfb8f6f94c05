-- drop_abandoned --
-- Free an address whose account was never proved to be its owner's, once no token could prove it.
-- $1 email text, $2 age interval
DELETE FROM users
 WHERE lower(email) = lower($1)
   AND NOT is_verified
   AND last_login_at IS NULL
   AND role = 'member'
   AND created_at < now() - $2::interval
   AND NOT EXISTS (SELECT 1
                     FROM one_time_tokens
                    WHERE user_id = users.id AND purpose = 'verify_email'
                      AND used_at IS NULL AND expires_at > now())
RETURNING id;

-- forget_in_audit --
-- Take what the audit log says of an account that has gone, and the meaning from its pseudonym.
-- $1 user_id uuid
SELECT audit_erase($1);

-- add_user --
-- Open an account; no row when the address is taken, in whatever case.
-- $1 email text, $2 password_hash text, $3 first_name text, $4 last_name text, $5 timezone text, $6 language text, $7 role text, $8 is_verified boolean
INSERT INTO users (email, password_hash, first_name, last_name, timezone, language, role,
                   is_verified, password_changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
    ON CONFLICT (lower(email)) DO NOTHING
RETURNING id;

-- find_owner --
-- Whose address it is.
-- $1 email text
SELECT id, email, first_name, language FROM users WHERE lower(email) = lower($1);

-- find_credentials --
-- What signing in checks. Addresses are ASCII: `lower` makes a plain i of a dotted capital one, and
-- with ever new spellings of one address a guesser would be counted ever anew.
-- $1 email text
SELECT id, password_hash, is_active, is_verified, password_changed_at,
       failed_logins <> 0 OR locked_until IS NOT NULL AS has_failures,
       EXISTS (SELECT 1 FROM user_mfa WHERE user_id = users.id AND is_enabled) AS has_second_factor
  FROM users
 WHERE lower(email) = lower($1) AND octet_length($1) = char_length($1);

-- hold_credentials --
-- Hold an account whose password was checked; no row when it was changed meanwhile.
-- $1 user_id uuid, $2 password_changed_at timestamptz
SELECT id
  FROM users
 WHERE id = $1 AND is_active AND password_changed_at IS NOT DISTINCT FROM $2
   FOR NO KEY UPDATE;

-- replace_password_hash --
-- Store the same password under stronger parameters, unless it was changed meanwhile.
-- $1 user_id uuid, $2 old_hash text, $3 new_hash text
UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2;

-- take_password --
-- Replace the password of an account that nobody has proved yet; no row for a proved one.
-- $1 user_id uuid, $2 password_hash text
UPDATE users SET password_hash = $2, password_changed_at = now()
 WHERE id = $1 AND NOT is_verified AND is_active
RETURNING id;

-- note_login --
-- Record a sign-in, and read what a session says of its user.
-- $1 user_id uuid
UPDATE users
   SET last_login_at = now()
 WHERE id = $1 AND is_active
RETURNING now() AS at, role, timezone,
          effective_tier(subscription_tier, subscription_status, subscription_expires_at)
              AS subscription_tier,
          extract(epoch FROM now())::float8 AS authenticated_at,
       coalesce(extract(epoch FROM tokens_valid_after), 0)::float8 AS tokens_valid_after;

-- get_user --
-- An account, for its owner.
-- $1 user_id uuid, $2 grace interval
SELECT id, email, first_name, last_name, subscription_tier, subscription_status,
       subscription_expires_at, linkedin_connected, timezone, language, avatar_url, is_verified,
       role, last_login_at, created_at, updated_at, phone, pending_email,
       EXISTS (SELECT 1 FROM user_mfa WHERE user_id = $1 AND is_enabled) AS is_mfa_enabled,
       erase_requested_at + $2::interval AS erasure_at
  FROM users
 WHERE id = $1 AND is_active;

-- set_linkedin_connected --
-- Note whether LinkedIn is connected, unless something newer is known; no row for an unknown user.
-- $1 user_id uuid, $2 is_connected boolean, $3 announcement bigint
WITH noted AS (
    UPDATE users SET linkedin_connected = $2, linkedin_announcement = $3
     WHERE id = $1 AND linkedin_announcement <= $3
)
SELECT id FROM users WHERE id = $1;

-- promote --
-- Make a proved account an administrator's; no row when its address was never proved.
-- $1 user_id uuid
UPDATE users SET role = 'admin' WHERE id = $1 AND is_verified RETURNING id;

-- new_id --
-- An id like any row's: an answer about a taken address must not look different.
SELECT inergize_id();

-- add_one_time_token --
-- Store a one-time token's hash.
-- $1 user_id uuid, $2 purpose text, $3 token_hash bytea, $4 hash_key_id text, $5 bound_to text, $6 life interval
INSERT INTO one_time_tokens (user_id, purpose, token_hash, hash_key_id, bound_to, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + $6::interval)
RETURNING id;

-- lock_token_owner --
-- Hold the account a token is for: whoever touches both locks the account first.
-- $1 purpose text, $2 token_hashes bytea[]
SELECT users.id
  FROM one_time_tokens AS token
  JOIN users ON users.id = token.user_id
 WHERE token.token_hash = ANY ($2) AND token.purpose = $1
   FOR UPDATE OF users;

-- use_one_time_token --
-- Redeem a token: of any number of tries at once, one gets the row.
-- $1 purpose text, $2 token_hashes bytea[]
UPDATE one_time_tokens
   SET used_at = now()
 WHERE token_hash = ANY ($2) AND purpose = $1 AND used_at IS NULL AND expires_at > now()
RETURNING user_id, bound_to;

-- void_one_time_tokens --
-- Make earlier tokens of a purpose worthless.
-- $1 user_id uuid, $2 purpose text
UPDATE one_time_tokens SET used_at = now() WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL;

-- find_registration --
-- Whose registration a token stands for.
-- $1 token_hashes bytea[]
SELECT user_id
  FROM one_time_tokens
 WHERE token_hash = ANY ($1) AND purpose = 'registration' AND used_at IS NULL AND expires_at > now();

-- mark_verified --
-- Note that the address is its owner's; no row when it has changed since the token was mailed.
-- $1 user_id uuid, $2 email text
UPDATE users SET is_verified = true
 WHERE id = $1 AND lower(email) = lower($2) AND is_active
RETURNING id;

-- lock_unverified --
-- Hold an account that still waits for its verification, so that two requests mail it once.
-- $1 user_id uuid
SELECT id, email, first_name, language
  FROM users
 WHERE id = $1 AND NOT is_verified AND is_active
   FOR UPDATE;

-- is_verification_due --
-- Whether another mail may go out: after as long as it took from the registration to the last one,
-- so the gaps double; none to an account that nobody has proved for so long.
-- $1 user_id uuid, $2 shortest interval, $3 longest interval, $4 patience interval
SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND created_at > now() - $4::interval)
   AND NOT EXISTS (
    SELECT 1
      FROM one_time_tokens AS token
      JOIN users ON users.id = token.user_id
     WHERE token.user_id = $1 AND token.purpose = 'verify_email' AND token.used_at IS NULL
       AND now() < token.created_at
                   + least(greatest(token.created_at - users.created_at, $2::interval), $3::interval)
);

-- add_session --
-- Open a session; $1 is also its family, since rotation keeps the row. No row for level 1 where a
-- second factor is on: the account's row is held by now, as whoever switches one on holds it.
-- $1 id uuid, $2 user_id uuid, $3 session_token_hash bytea, $4 refresh_token_hash bytea, $5 hash_key_id text, $6 seed_ct bytea, $7 seed_nonce bytea, $8 seed_key_id text, $9 idle_expires_at timestamptz, $10 expires_at timestamptz, $11 auth_level smallint, $12 device_info jsonb, $13 ip_address inet, $14 user_agent text
INSERT INTO user_sessions (id, family_id, user_id, session_token_hash, refresh_token_hash,
                           hash_key_id, refresh_seed_ct, refresh_seed_nonce, refresh_seed_key_id,
                           idle_expires_at, expires_at, auth_level, device_info, ip_address,
                           user_agent)
SELECT $1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::smallint, $12, $13, $14
 WHERE $11::smallint > 1
    OR NOT EXISTS (SELECT 1 FROM user_mfa WHERE user_id = $2 AND is_enabled)
RETURNING id;

-- lock_session --
-- Read a session for refreshing; a refresh of the same session meanwhile waits.
-- $1 session_id uuid, $2 repeat_window interval
SELECT s.id, s.user_id, s.family_id, s.generation, now() AS at,
       coalesce(s.rotated_at, s.created_at) AS issued_at, s.idle_expires_at, s.expires_at,
       s.refresh_seed_ct, s.refresh_seed_nonce, s.refresh_seed_key_id, s.refresh_token_hash,
       s.is_active AND s.revoked_at IS NULL AND u.is_active
           AND now() < s.idle_expires_at AND now() < s.expires_at AS is_live,
       coalesce(s.rotated_at > now() - $2::interval, false) AS is_just_rotated,
       s.ip_address, s.strange_generation,
       extract(epoch FROM s.authenticated_at)::float8 AS authenticated_at, s.auth_level, u.role,
       effective_tier(u.subscription_tier, u.subscription_status, u.subscription_expires_at)
           AS subscription_tier,
       u.timezone,
       coalesce(extract(epoch FROM u.tokens_valid_after), 0)::float8 AS tokens_valid_after
  FROM user_sessions AS s
  JOIN users AS u ON u.id = s.user_id
 WHERE s.id = $1
   FOR UPDATE OF s;

-- rotate_session --
-- Begin a session's next generation; no row when another has begun it.
-- $1 session_id uuid, $2 user_id uuid, $3 generation integer, $4 session_token_hash bytea, $5 refresh_token_hash bytea, $6 hash_key_id text, $7 idle_expires_at timestamptz
UPDATE user_sessions
   SET generation = $3, session_token_hash = $4, previous_refresh_hash = refresh_token_hash,
       refresh_token_hash = $5, hash_key_id = $6, idle_expires_at = $7,
       rotated_at = now(), last_accessed_at = now()
 WHERE id = $1 AND user_id = $2 AND generation = $3 - 1
RETURNING id;

-- note_strange_repeat --
-- Note that the predecessor of a session's present generation was repeated from another network.
-- $1 session_id uuid, $2 user_id uuid, $3 generation integer
UPDATE user_sessions SET strange_generation = $3 WHERE id = $1 AND user_id = $2;

-- note_address --
-- Note where a session is used from now.
-- $1 session_id uuid, $2 user_id uuid, $3 ip_address inet
UPDATE user_sessions SET ip_address = $3
 WHERE id = $1 AND user_id = $2 AND ip_address IS DISTINCT FROM $3;

-- revoke_session --
-- End one session.
-- $1 user_id uuid, $2 session_id uuid, $3 reason text
UPDATE user_sessions
   SET is_active = false, revoked_at = now(), revoke_reason = $3
 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL;

-- revoke_family --
-- End every session that descends from one sign-in.
-- $1 user_id uuid, $2 family_id uuid, $3 reason text
UPDATE user_sessions
   SET is_active = false, revoked_at = now(), revoke_reason = $3
 WHERE user_id = $1 AND family_id = $2 AND revoked_at IS NULL
RETURNING id;

-- revoke_sessions --
-- End every open session of a user, but one to keep, which is the one that ends the others.
-- $1 user_id uuid, $2 reason text, $3 keep uuid
UPDATE user_sessions
   SET is_active = false, revoked_at = now(), revoke_reason = $2, revoked_by = $3
 WHERE user_id = $1 AND is_active AND revoked_at IS NULL AND id IS DISTINCT FROM $3
RETURNING id;

-- prove_session --
-- Note that an open session's user was proved just now; its level never falls.
-- $1 user_id uuid, $2 session_id uuid, $3 auth_level smallint
UPDATE user_sessions
   SET authenticated_at = now(), auth_level = greatest(auth_level, $3)
 WHERE user_id = $1 AND id = $2 AND is_active AND revoked_at IS NULL
   AND now() < idle_expires_at AND now() < expires_at
RETURNING auth_level;

-- raise_level --
-- Note that an open session's user has shown a second factor too.
-- $1 user_id uuid, $2 session_id uuid, $3 auth_level smallint
UPDATE user_sessions
   SET auth_level = greatest(auth_level, $3)
 WHERE user_id = $1 AND id = $2 AND is_active AND revoked_at IS NULL
   AND now() < idle_expires_at AND now() < expires_at
RETURNING id;

-- live_facts --
-- What a session says about its user; no row when it has ended.
-- $1 user_id uuid, $2 session_id uuid
SELECT u.role, s.auth_level, u.timezone,
       effective_tier(u.subscription_tier, u.subscription_status, u.subscription_expires_at)
           AS subscription_tier,
       extract(epoch FROM s.authenticated_at)::float8 AS authenticated_at,
       coalesce(extract(epoch FROM u.tokens_valid_after), 0)::float8 AS tokens_valid_after
  FROM user_sessions AS s
  JOIN users AS u ON u.id = s.user_id
 WHERE s.user_id = $1 AND s.id = $2
   AND s.is_active AND s.revoked_at IS NULL AND u.is_active
   AND now() < s.idle_expires_at AND now() < s.expires_at;

-- live_session_ids --
-- A user's open sessions.
-- $1 user_id uuid
SELECT id FROM user_sessions WHERE user_id = $1 AND is_active;

-- lately_revoked --
-- Sessions whose copy in Redis could still be there.
-- $1 copy_life interval
SELECT user_id, id FROM user_sessions WHERE revoked_at > now() - $1::interval;
