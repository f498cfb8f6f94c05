-- lock_jwt_keys --
-- One process at a time makes a signing key.
SELECT pg_advisory_xact_lock(hashtextextended('auth.jwt_keys', 0));

-- list_jwt_keys --
-- Every key that may have signed a token that is still valid, and those to come; newest first.
-- The first that has begun is the one that signs.
SELECT kid, public_jwk ->> 'x' AS x, private_ct, private_nonce, private_key_id,
       not_before <= now() AS has_begun, not_before, retire_at
  FROM jwt_keys
 WHERE retire_at IS NULL OR retire_at > now()
 ORDER BY not_before DESC, kid;

-- add_jwt_key --
-- Store a new signing key that signs after a lead, and after every other key.
-- $1 kid text, $2 public_jwk jsonb, $3 private_ct bytea, $4 private_nonce bytea, $5 private_key_id text, $6 lead interval
INSERT INTO jwt_keys (kid, public_jwk, private_ct, private_nonce, private_key_id, not_before)
SELECT $1, $2, $3, $4, $5,
       greatest(now() + $6::interval, max(not_before) + interval '1 microsecond')
  FROM jwt_keys
RETURNING not_before;

-- retire_jwt_keys --
-- Let the keys before a new one go when no token of theirs is left.
-- $1 kid text of the new one, $2 life interval of tokens
UPDATE jwt_keys
   SET retire_at = (SELECT not_before FROM jwt_keys WHERE kid = $1) + $2::interval
 WHERE retire_at IS NULL AND kid <> $1;

-- forget_jwt_keys --
-- Delete the keys whose tokens have all expired.
DELETE FROM jwt_keys WHERE retire_at < now() RETURNING kid;
