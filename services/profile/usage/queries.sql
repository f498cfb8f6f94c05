-- get_now --
-- The transaction's time.
SELECT now();

-- add_api_calls --
-- Note calls that were made in one action, one row each.
-- $1 user_id uuid, $2 attempt_id uuid or null, $3 id uuid[], $4 endpoint text[], $5 method text[],
-- $6 status_code integer[], $7 response_time_ms integer[], $8 rate_limit_remaining integer[],
-- $9 rate_limit_reset timestamptz[], $10 request_data jsonb[], $11 response_data jsonb[],
-- $12 error_message text[]
INSERT INTO linkedin_api_usage
       (id, user_id, attempt_id, endpoint, method, status_code, response_time_ms,
        rate_limit_remaining, rate_limit_reset, request_data, response_data, error_message)
SELECT made.id, $1, $2, made.endpoint, made.method, made.status_code, made.response_time_ms,
       made.rate_limit_remaining, made.rate_limit_reset, made.request_data, made.response_data,
       made.error_message
  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::integer[], $7::integer[], $8::integer[],
              $9::timestamptz[], $10::jsonb[], $11::jsonb[], $12::text[])
       AS made (id, endpoint, method, status_code, response_time_ms, rate_limit_remaining,
                rate_limit_reset, request_data, response_data, error_message);

-- list_api_calls --
-- A page of a user's calls, newest first.
-- $1 user_id uuid, $2 endpoint prefix text or empty, $3 status_code integer or null,
-- $4 only_failed boolean, $5 from timestamptz or null, $6 before timestamptz or null,
-- $7 after created_at timestamptz, $8 after id uuid, $9 limit integer
SELECT id, endpoint, method, status_code, coalesce(response_time_ms, 0), rate_limit_remaining,
       rate_limit_reset, coalesce(error_message, ''), attempt_id, created_at
  FROM linkedin_api_usage
 WHERE user_id = $1
   AND starts_with(endpoint, $2)
   AND ($3::integer IS NULL OR status_code = $3)
   AND (NOT $4 OR status_code = 0 OR status_code >= 400)
   AND ($5::timestamptz IS NULL OR created_at >= $5)
   AND ($6::timestamptz IS NULL OR created_at < $6)
   AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $9;

-- count_calls_today --
-- Today's calls, UTC, of a user or, for null, of all: how many LinkedIn counted, by endpoint, and
-- until when it asked to be left alone.
-- $1 user_id uuid or null
SELECT endpoint, method,
       CASE WHEN status_code = 429 THEN error_message END AS error_message,
       count(*) FILTER (WHERE status_code NOT IN (0, 429)) AS calls,
       max(rate_limit_reset) FILTER (WHERE status_code = 429 AND rate_limit_reset > now())
           AS held_until
  FROM linkedin_api_usage
 WHERE created_at >= date_trunc('day', now(), 'UTC') AND ($1::uuid IS NULL OR user_id = $1)
 GROUP BY 1, 2, 3;

-- list_learned_limits --
-- Limits at which LinkedIn refused within the last week; what is older is tried again.
-- $1 whose text
SELECT family, calls_per_day
  FROM linkedin_learned_limits
 WHERE whose = $1 AND learned_at > now() - interval '7 days';

-- put_learned_limit --
-- Keep at how many calls a day LinkedIn refused more.
-- $1 whose text, $2 family text, $3 calls_per_day integer
INSERT INTO linkedin_learned_limits (whose, family, calls_per_day)
VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT linkedin_learned_limits_pkey
DO UPDATE SET calls_per_day = excluded.calls_per_day, learned_at = now();
