-- find_device --
-- The device that a token is of, if it is known to the account with this address, which is ASCII.
-- $1 email text, $2 token_hashes bytea[]
SELECT d.id
  FROM known_devices AS d
  JOIN users AS u ON u.id = d.user_id
 WHERE lower(u.email) = lower($1) AND octet_length($1) = char_length($1)
   AND d.expires_at > now()
   AND (d.token_hash = ANY ($2) OR d.previous_hash = ANY ($2));

-- rotate_device --
-- Give a known device its next token; no row when it was forgotten meanwhile.
-- $1 user_id uuid, $2 device_id uuid, $3 token_hash bytea, $4 hash_key_id text, $5 life interval
UPDATE known_devices
   SET previous_hash = token_hash, token_hash = $3, hash_key_id = $4, used_at = now(),
       expires_at = now() + $5::interval
 WHERE user_id = $1 AND id = $2
RETURNING id;

-- add_device --
-- Enter a device that has signed in for the first time.
-- $1 user_id uuid, $2 token_hash bytea, $3 hash_key_id text, $4 life interval
INSERT INTO known_devices (user_id, token_hash, hash_key_id, expires_at)
VALUES ($1, $2, $3, now() + $4::interval);

-- forget_surplus_devices --
-- Keep the devices that were used last.
-- $1 user_id uuid, $2 most integer
DELETE FROM known_devices
 WHERE user_id = $1
   AND id IN (SELECT id FROM known_devices WHERE user_id = $1
               ORDER BY used_at DESC, id DESC OFFSET $2);

-- forget_devices --
-- Know none of a user's devices any more.
-- $1 user_id uuid
DELETE FROM known_devices WHERE user_id = $1;

-- sweep_devices --
-- Forget devices that have not signed in for too long, a batch at a time.
-- $1 batch integer
DELETE FROM known_devices
 WHERE id IN (SELECT id FROM known_devices WHERE expires_at < now() LIMIT $1
                 FOR UPDATE SKIP LOCKED)
RETURNING id;
