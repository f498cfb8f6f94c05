-- get_connection --
-- The connection; no row before the first connect. Created_at of the token is the last consent.
-- $1 user_id uuid
SELECT profile.linkedin_id, profile.is_active, token.scopes, token.expires_at,
       -- One that can be refreshed is about to be, or rests until LinkedIn is asked again.
       token.expires_at <= now() AND token.refresh_token_ct IS NULL AS is_expired,
       CASE WHEN token.expires_at <= now() AND token.refresh_token_ct IS NOT NULL
                 AND token.is_valid AND token.refresh_lease_until > now()
            THEN token.refresh_lease_until END AS resting_until,
       token.is_valid, token.invalid_reason, token.created_at AS connected_at
  FROM linkedin_profiles AS profile
  LEFT JOIN linkedin_tokens AS token ON token.user_id = profile.user_id
 WHERE profile.user_id = $1;

-- get_profile --
-- The profile as last read; no row before the first connect.
-- $1 user_id uuid
SELECT linkedin_id, profile_data ->> 'name' AS name, headline, industry, location, profile_url,
       profile_picture_url, connections_count, followers_count, last_sync_at
  FROM linkedin_profiles
 WHERE user_id = $1;

-- put_profile --
-- Store the member who has just signed in; another account of the same user gives way, and takes
-- what was read of it along. What signing in does not tell is read soon, not all at once.
-- $1 user_id uuid, $2 linkedin_id text, $3 picture_url text or null, $4 profile_data jsonb
INSERT INTO linkedin_profiles AS profile
       (user_id, linkedin_id, profile_picture_url, profile_data, last_sync_at, next_sync_at)
VALUES ($1, $2, $3, $4, now(), now() + random() * interval '10 minutes')
ON CONFLICT (user_id) DO UPDATE
   SET linkedin_id = excluded.linkedin_id,
       profile_picture_url = excluded.profile_picture_url,
       profile_data = excluded.profile_data,
       is_active = true,
       last_sync_at = now(),
       next_sync_at = excluded.next_sync_at,
       sync_error = NULL;

-- forget_other_account --
-- Drop what was read of another LinkedIn account before a user connects a new one.
-- $1 user_id uuid, $2 linkedin_id text
DELETE FROM linkedin_profiles WHERE user_id = $1 AND linkedin_id <> $2;

-- put_tokens --
-- Store what a consent granted; whoever still holds the earlier version can change nothing.
-- $1 user_id uuid, $2 access_token_ct bytea, $3 access_token_nonce bytea,
-- $4 refresh_token_ct bytea or null, $5 refresh_token_nonce bytea or null, $6 data_key bytea,
-- $7 key_id text, $8 scopes text[], $9 expires_at timestamptz, $10 refresh_expires_at timestamptz
INSERT INTO linkedin_tokens AS token
       (user_id, access_token_ct, access_token_nonce, refresh_token_ct, refresh_token_nonce,
        data_key, key_id, scope, scopes, expires_at, refresh_expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, array_to_string($8::text[], ' '), $8, $9, $10)
ON CONFLICT (user_id) DO UPDATE
   SET access_token_ct = excluded.access_token_ct,
       access_token_nonce = excluded.access_token_nonce,
       refresh_token_ct = excluded.refresh_token_ct,
       refresh_token_nonce = excluded.refresh_token_nonce,
       data_key = excluded.data_key,
       key_id = excluded.key_id,
       scope = excluded.scope,
       scopes = excluded.scopes,
       expires_at = excluded.expires_at,
       refresh_expires_at = excluded.refresh_expires_at,
       is_valid = true,
       invalid_reason = NULL,
       refresh_lease_until = NULL,
       created_at = now(),
       version = token.version + 1
RETURNING id, version;

-- put_capability --
-- Note what a consent shows of the application's grants. A row that says so already is left alone,
-- or members who connect at once would queue for its lock.
-- $1 capability text, $2 product text, $3 scopes text[], $4 is_granted boolean
INSERT INTO linkedin_capabilities AS known (capability, product, scopes, granted, verified_at)
VALUES ($1, $2, $3, $4, now())
ON CONFLICT (capability) DO UPDATE
   SET product = excluded.product,
       scopes = excluded.scopes,
       granted = excluded.granted,
       verified_at = now()
 WHERE (known.product, known.scopes, known.granted)
       IS DISTINCT FROM (excluded.product, excluded.scopes, excluded.granted)
    OR known.verified_at < now() - interval '1 day';

-- get_credentials --
-- What acting as the member needs; no row unless the connection is usable now.
-- $1 user_id uuid
SELECT profile.linkedin_id, token.access_token_ct, token.access_token_nonce, token.data_key,
       token.key_id, token.id AS token_id, token.version
  FROM linkedin_profiles AS profile
  JOIN linkedin_tokens AS token ON token.user_id = profile.user_id
 WHERE profile.user_id = $1
   AND profile.is_active
   AND token.is_valid
   AND (token.expires_at IS NULL OR token.expires_at > now());
