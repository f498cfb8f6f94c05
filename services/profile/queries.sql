-- add_preferences --
-- Give a new user the defaults; one who has preferences keeps them.
-- $1 user_id uuid
INSERT INTO user_preferences (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING;

-- get_preferences --
-- What a user wants done; no row until Auth's message about the user has arrived.
-- $1 user_id uuid
SELECT notification_email, notification_push, auto_sync_linkedin, optimal_posting_enabled,
       automation_enabled, ai_suggestions_enabled, benchmark_consent, privacy_level, version
  FROM user_preferences
 WHERE user_id = $1;

-- get_connection --
-- The connection; no row before the first connect. Created_at of the token is the last consent.
-- $1 user_id uuid
SELECT profile.linkedin_id, profile.is_active, token.scopes, token.expires_at,
       token.expires_at <= now() AS is_expired, token.is_valid, token.invalid_reason,
       token.created_at AS connected_at
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
-- what was read of it along.
-- $1 user_id uuid, $2 linkedin_id text, $3 picture_url text or null, $4 profile_data jsonb
INSERT INTO linkedin_profiles AS profile
       (user_id, linkedin_id, profile_picture_url, profile_data, last_sync_at, next_sync_at)
VALUES ($1, $2, $3, $4, now(), now() + interval '24 hours')
ON CONFLICT (user_id) DO UPDATE
   SET linkedin_id = excluded.linkedin_id,
       profile_picture_url = excluded.profile_picture_url,
       profile_data = excluded.profile_data,
       is_active = true,
       last_sync_at = now(),
       next_sync_at = now() + make_interval(hours => profile.sync_frequency_hours),
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
       version = token.version + 1;

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
       token.key_id, token.version
  FROM linkedin_profiles AS profile
  JOIN linkedin_tokens AS token ON token.user_id = profile.user_id
 WHERE profile.user_id = $1
   AND profile.is_active
   AND token.is_valid
   AND (token.expires_at IS NULL OR token.expires_at > now());

-- invalidate_token --
-- LinkedIn refused a token: it is not used again. One that has been replaced meanwhile is let be.
-- $1 user_id uuid, $2 version integer, $3 reason text
UPDATE linkedin_tokens
   SET is_valid = false, invalid_reason = $3
 WHERE user_id = $1 AND version = $2 AND is_valid;

-- begin_attempt --
-- Claim an attempt id for sending; no row when it is taken.
-- $1 attempt_id uuid, $2 user_id uuid, $3 request_hash bytea
INSERT INTO linkedin_attempts (attempt_id, user_id, request_hash)
VALUES ($1, $2, $3)
ON CONFLICT (attempt_id) DO NOTHING
RETURNING attempt_id;

-- get_attempt --
-- What is known of an attempt, and whether it was for this very action.
-- $1 attempt_id uuid, $2 user_id uuid, $3 request_hash bytea
SELECT user_id = $2 AND request_hash = $3 AS is_same_action, state, remote_id, status_code,
       error_code
  FROM linkedin_attempts
 WHERE attempt_id = $1;

-- give_up_attempt --
-- Nobody is known to be sending any more: what became of it is not known.
-- $1 attempt_id uuid, $2 user_id uuid, $3 error_code text
UPDATE linkedin_attempts
   SET state = 'unknown', error_code = $3
 WHERE attempt_id = $1 AND user_id = $2 AND state = 'sending';

-- finish_attempt --
-- Record LinkedIn's answer. It also settles an attempt that was given up while it was on its way.
-- $1 attempt_id uuid, $2 user_id uuid, $3 state text, $4 remote_id text or null,
-- $5 status_code integer, $6 error_code text or null
UPDATE linkedin_attempts
   SET state = $3, remote_id = $4, status_code = $5, error_code = $6
 WHERE attempt_id = $1 AND user_id = $2 AND state IN ('sending', 'unknown');

-- add_api_calls --
-- Note calls to LinkedIn, one row each.
-- $1 user_id uuid, $2 attempt_id uuid or null, $3 endpoint text[], $4 method text[],
-- $5 status_code integer[], $6 response_time_ms integer[]
INSERT INTO linkedin_api_usage
       (user_id, attempt_id, endpoint, method, status_code, response_time_ms)
SELECT $1, $2, made.endpoint, made.method, made.status_code, made.response_time_ms
  FROM unnest($3::text[], $4::text[], $5::integer[], $6::integer[])
       AS made (endpoint, method, status_code, response_time_ms);
