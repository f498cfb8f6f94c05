-- add_subscription --
-- Keep a browser; one that is known is now this user's, under a new id.
-- $1 user_id uuid, $2 name text, $3 endpoint text, $4 id uuid, $5 keys_ct bytea, $6 keys_nonce bytea, $7 key_id text
INSERT INTO push_subscriptions (user_id, name, endpoint, id, keys_ct, keys_nonce, key_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT push_subscriptions_endpoint_key DO UPDATE
   SET user_id = excluded.user_id, name = excluded.name, id = excluded.id,
       keys_ct = excluded.keys_ct, keys_nonce = excluded.keys_nonce, key_id = excluded.key_id,
       last_pushed_at = NULL, created_at = now()
RETURNING id, name, endpoint, last_pushed_at, created_at;

-- drop_oldest_subscriptions --
-- Forget a user's oldest browsers beyond a number.
-- $1 user_id uuid, $2 kept integer
DELETE FROM push_subscriptions
 WHERE id IN (SELECT id FROM push_subscriptions WHERE user_id = $1
               ORDER BY created_at DESC, id DESC OFFSET $2);

-- list_subscriptions --
-- A page of a user's browsers, newest first.
-- $1 user_id uuid, $2 created_at timestamptz and $3 id uuid of the row before or null, $4 limit integer
SELECT id, name, endpoint, last_pushed_at, created_at
  FROM push_subscriptions
 WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $4;

-- list_subscription_ids --
-- All of a user's browsers.
-- $1 user_id uuid
SELECT id FROM push_subscriptions WHERE user_id = $1;

-- get_target --
-- Where to push to a browser.
-- $1 user_id uuid, $2 id uuid
SELECT id, endpoint, keys_ct, keys_nonce, key_id
  FROM push_subscriptions
 WHERE user_id = $1 AND id = $2;

-- remove_subscription --
-- Forget one of a user's browsers; no row when it is not the user's.
-- $1 user_id uuid, $2 id uuid
DELETE FROM push_subscriptions WHERE user_id = $1 AND id = $2 RETURNING id;

-- note_push --
-- Note that a browser was pushed to.
-- $1 user_id uuid, $2 id uuid
UPDATE push_subscriptions SET last_pushed_at = now() WHERE user_id = $1 AND id = $2;

-- get_vapid_key --
-- The deployment's key, sealed; no row before the first use.
SELECT private_key_ct, private_key_nonce, key_id FROM push_keys;

-- add_vapid_key --
-- Keep a new key, unless there is one.
-- $1 private_key_ct bytea, $2 private_key_nonce bytea, $3 key_id text
INSERT INTO push_keys (purpose, private_key_ct, private_key_nonce, key_id)
VALUES ('vapid', $1, $2, $3)
ON CONFLICT (purpose) DO NOTHING;
