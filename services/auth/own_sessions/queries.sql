-- list_sessions --
-- A page of a user's open sessions, the one used last first.
-- $1 user_id uuid, $2 last_accessed_at timestamptz and $3 id uuid of the row before or null, $4 limit integer
SELECT id, coalesce(device_info ->> 'name', '') AS device_name, ip_address,
       coalesce(user_agent, '') AS user_agent, auth_level, created_at, last_accessed_at,
       least(idle_expires_at, expires_at) AS ends_at
  FROM user_sessions
 WHERE user_id = $1
   AND is_active AND revoked_at IS NULL AND now() < idle_expires_at AND now() < expires_at
   AND ($2::timestamptz IS NULL OR (last_accessed_at, id) < ($2, $3::uuid))
 ORDER BY last_accessed_at DESC, id DESC
 LIMIT $4;

-- revoke_own_session --
-- End one of a user's sessions; no row when it is not the user's. One that has ended stays as it is.
-- $1 user_id uuid, $2 session_id uuid, $3 revoked_by uuid or null when it ends itself
WITH mine AS (
    SELECT id FROM user_sessions WHERE user_id = $1 AND id = $2
), revoked AS (
    UPDATE user_sessions
       SET is_active = false, revoked_at = now(), revoke_reason = 'logout', revoked_by = $3
     WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL
)
SELECT id FROM mine;

-- owner_to_tell --
-- Who to tell of a sign-in from a place that no session of theirs has come from for so long; no row
-- for the very first sign-in. A session that was ended from elsewhere may have been a stranger's.
-- $1 user_id uuid, $2 client text, $3 network cidr or null, $4 memory interval
SELECT u.id, u.email, u.first_name, u.language, u.timezone, now() AS at
  FROM users AS u
 WHERE u.id = $1 AND u.last_login_at IS NOT NULL
   AND NOT EXISTS (
        SELECT 1
          FROM user_sessions AS s
         WHERE s.user_id = $1
           AND s.device_info ->> 'client' = $2
           AND coalesce(s.ip_address <<= $3::cidr, s.ip_address IS NULL AND $3::cidr IS NULL)
           AND s.last_accessed_at > now() - $4::interval
           AND (s.revoked_at IS NULL OR (s.revoke_reason = 'logout' AND s.revoked_by IS NULL)));

-- note_use --
-- Move the times of sessions' last use on; never back, never past now.
-- $1 session_ids uuid[], $2 used_at float8[], unix time
UPDATE user_sessions AS s
   SET last_accessed_at = least(to_timestamp(used.at), now())
  FROM unnest($1::uuid[], $2::float8[]) AS used (id, at)
 WHERE s.id = used.id AND s.last_accessed_at < least(to_timestamp(used.at), now());

-- forget_sessions --
-- Drop sessions that ended long ago.
-- $1 kept interval, $2 batch integer
DELETE FROM user_sessions
 WHERE id IN (SELECT id FROM user_sessions WHERE expires_at < now() - $1::interval LIMIT $2)
RETURNING id;

-- forget_one_time_tokens --
-- Drop one-time tokens that expired long ago.
-- $1 kept interval, $2 batch integer
DELETE FROM one_time_tokens
 WHERE id IN (SELECT id FROM one_time_tokens WHERE expires_at < now() - $1::interval LIMIT $2)
RETURNING id;
