-- lock_owner --
-- Hold an account that makes a key, so that two at once cannot both be its last.
-- $1 user_id uuid
SELECT id, email, first_name, language, erase_requested_at IS NOT NULL AS is_ending
  FROM users
 WHERE id = $1 AND is_active
   FOR UPDATE;

-- count_live --
-- How many keys of an account are good.
-- $1 user_id uuid
SELECT count(*) FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now();

-- add_api_key --
-- Store a new key's hash; no row when it would end in the past or later than allowed.
-- $1 user_id uuid, $2 name text, $3 prefix text, $4 key_hash bytea, $5 hash_key_id text, $6 scopes text[], $7 expires_at timestamptz or null for as late as allowed, $8 longest_life interval
INSERT INTO api_keys (user_id, name, prefix, key_hash, hash_key_id, scopes, expires_at)
SELECT $1, $2, $3, $4, $5, $6, ends.at
  FROM (SELECT coalesce($7::timestamptz, now() + $8::interval) AS at) AS ends
 WHERE ends.at > now() AND ends.at <= now() + $8::interval
RETURNING id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at;

-- list_api_keys --
-- A page of an account's keys, newest first.
-- $1 user_id uuid, $2 prefix text, $3 created_at timestamptz and $4 id uuid of the row before or null, $5 limit integer
SELECT id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at
  FROM api_keys
 WHERE user_id = $1
   AND starts_with(prefix, $2)
   AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $5;

-- revoke_api_key --
-- End a key: whether this ended it or it had ended before; no row when it is not the user's.
-- $1 user_id uuid, $2 id uuid
WITH mine AS (
    SELECT id, prefix, revoked_at IS NULL AS is_live
      FROM api_keys WHERE user_id = $1 AND id = $2 FOR UPDATE
), revoked AS (
    UPDATE api_keys SET revoked_at = now()
     WHERE user_id = $1 AND id IN (SELECT id FROM mine WHERE is_live)
)
SELECT prefix, is_live FROM mine;

-- check_api_key --
-- Whose key it is, if it is good, and note its use now and then.
-- $1 key_hashes bytea[], $2 gap interval
WITH found AS (
    SELECT k.id, k.user_id, k.scopes, u.timezone,
           effective_tier(u.subscription_tier, u.subscription_status, u.subscription_expires_at)
               AS subscription_tier
      FROM api_keys AS k
      JOIN users AS u ON u.id = k.user_id
     WHERE k.key_hash = ANY ($1)
       AND k.revoked_at IS NULL AND k.expires_at > now()
       AND u.is_active AND u.erase_requested_at IS NULL
), used AS (
    UPDATE api_keys SET last_used_at = now()
     WHERE id IN (SELECT id FROM found)
       AND (last_used_at IS NULL OR last_used_at < now() - $2::interval)
)
SELECT id, user_id, scopes, subscription_tier, timezone FROM found;

-- forget_api_keys --
-- Drop keys that ended long ago; run until it drops none.
-- $1 kept interval, $2 batch integer
DELETE FROM api_keys
 WHERE id IN (SELECT id
                FROM api_keys
               WHERE least(coalesce(revoked_at, expires_at), expires_at) < now() - $1::interval
               LIMIT $2)
RETURNING id;
