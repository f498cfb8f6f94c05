-- list_due_refreshes --
-- Whose token ends soon and can be refreshed by nobody else now; those that end first come first.
-- $1 ahead interval, $2 limit integer
SELECT user_id
  FROM linkedin_tokens
 WHERE is_valid AND refresh_token_ct IS NOT NULL
   AND expires_at < now() + $1::interval
   AND (refresh_lease_until IS NULL OR refresh_lease_until < now())
 ORDER BY expires_at
 LIMIT $2;

-- lease_refresh --
-- Take the right to refresh a member's token; no row while another has it, or when there is nothing
-- to refresh with.
-- $1 user_id uuid, $2 lease interval
UPDATE linkedin_tokens
   SET refresh_lease_until = now() + $2::interval
 WHERE user_id = $1 AND is_valid AND refresh_token_ct IS NOT NULL
   AND (refresh_lease_until IS NULL OR refresh_lease_until < now())
RETURNING user_id, access_token_ct, access_token_nonce, refresh_token_ct, refresh_token_nonce,
          data_key, key_id, scopes, expires_at, refresh_expires_at, id AS token_id, version;

-- put_refreshed --
-- Store a refreshed token before it is used; no row when the connection has changed meanwhile.
-- $1 token_id uuid, $2 version integer, $3 access_token_ct bytea, $4 access_token_nonce bytea,
-- $5 refresh_token_ct bytea, $6 refresh_token_nonce bytea, $7 data_key bytea, $8 key_id text,
-- $9 scopes text[], $10 expires_at timestamptz, $11 refresh_expires_at timestamptz
UPDATE linkedin_tokens
   SET access_token_ct = $3, access_token_nonce = $4, refresh_token_ct = $5,
       refresh_token_nonce = $6, data_key = $7, key_id = $8, scopes = $9,
       scope = array_to_string($9::text[], ' '), expires_at = $10, refresh_expires_at = $11,
       refresh_lease_until = NULL, version = version + 1
 WHERE id = $1 AND version = $2
RETURNING id;

-- put_off_refresh --
-- LinkedIn could not be asked: nobody asks again before the pause is over.
-- $1 token_id uuid, $2 version integer, $3 pause interval, $4 pause interval of a token that has ended
UPDATE linkedin_tokens
   SET refresh_lease_until =
           now() + CASE WHEN expires_at <= now() THEN $4::interval ELSE $3::interval END
 WHERE id = $1 AND version = $2;

-- drop_refresh_token --
-- LinkedIn has ended the refresh token: the access token is good to its end, and not beyond.
-- $1 token_id uuid, $2 version integer
UPDATE linkedin_tokens
   SET refresh_token_ct = NULL, refresh_token_nonce = NULL, refresh_expires_at = NULL,
       refresh_lease_until = NULL, version = version + 1
 WHERE id = $1 AND version = $2
RETURNING id AS token_id, version, expires_at, expires_at <= now() AS is_over;

-- refuse_token --
-- LinkedIn refused an access token in use: with a refresh token it is due at once, without one it is
-- not used again. No row when it has been replaced or refused before.
-- $1 token_id uuid, $2 version integer, $3 reason text
UPDATE linkedin_tokens
   SET expires_at = least(expires_at, now()),
       is_valid = refresh_token_ct IS NOT NULL,
       invalid_reason = CASE WHEN refresh_token_ct IS NULL THEN $3 END
 WHERE id = $1 AND version = $2 AND is_valid
   AND (refresh_token_ct IS NULL OR expires_at > now())
RETURNING is_valid;

-- list_ending --
-- Whose token ends within a time and cannot be refreshed.
-- $1 ahead interval, $2 after user_id uuid or null, $3 limit integer
SELECT user_id, id AS token_id, version, expires_at, expires_at <= now() AS is_over
  FROM linkedin_tokens
 WHERE is_valid AND refresh_token_ct IS NULL AND expires_at < now() + $1::interval
   AND ($2::uuid IS NULL OR user_id > $2)
 ORDER BY user_id
 LIMIT $3;

-- next_announcement --
-- A number above those of all that was announced before; taken under the lock of the user's profile,
-- it orders what becomes of a user's connection.
SELECT nextval('linkedin_announcements');

-- move_to_revocations --
-- Take a user's tokens out of use, keeping them sealed until LinkedIn has been told.
-- $1 user_id uuid
WITH ended AS (
    DELETE FROM linkedin_tokens WHERE user_id = $1 RETURNING *
)
INSERT INTO linkedin_revocations (user_id, access_token_ct, access_token_nonce, refresh_token_ct,
                                  refresh_token_nonce, data_key, key_id)
SELECT user_id, access_token_ct, access_token_nonce, refresh_token_ct, refresh_token_nonce,
       data_key, key_id
  FROM ended
RETURNING id;

-- deactivate_profile --
-- The connection has ended; no row when there was none.
-- $1 user_id uuid
UPDATE linkedin_profiles SET is_active = false, next_sync_at = NULL
 WHERE user_id = $1 AND is_active
RETURNING linkedin_id;

-- get_revocation --
-- Tokens that LinkedIn is still to be told of.
-- $1 id uuid
SELECT user_id, access_token_ct, access_token_nonce, refresh_token_ct, refresh_token_nonce,
       data_key, key_id
  FROM linkedin_revocations
 WHERE id = $1;

-- list_revocations --
-- All that LinkedIn is still to be told of one user.
-- $1 user_id uuid
SELECT id FROM linkedin_revocations WHERE user_id = $1;

-- delete_revocation --
-- LinkedIn has been told.
-- $1 id uuid
DELETE FROM linkedin_revocations WHERE id = $1;

-- forget_revocations --
-- LinkedIn has not listened for all that time: the tokens go, and end there by themselves.
-- $1 age interval, $2 limit integer
DELETE FROM linkedin_revocations
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_revocations WHERE created_at < now() - $1::interval LIMIT $2))
RETURNING id;
