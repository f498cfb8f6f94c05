-- add_batch --
-- Keep a batch of events until it is in the time series. Its availability says that it waits for
-- the pipeline: whoever claims due messages never sees it.
-- $1 payload jsonb
INSERT INTO outbox (topic, payload, available_at)
VALUES ('stream', $1, 'infinity')
RETURNING id;

-- list_open_batches --
-- Those of some batches that are not in the time series yet.
-- $1 ids uuid[]
SELECT id, payload
  FROM outbox
 WHERE id = ANY ($1) AND topic = 'stream' AND done_at IS NULL
 ORDER BY id;

-- claim_stale_batches --
-- Batches that nobody has taken in for a while, oldest first, for one sweeper at a time.
-- $1 older_than interval, $2 lease interval, $3 limit integer
WITH stale AS (
    SELECT id
      FROM outbox
     WHERE topic = 'stream' AND available_at = 'infinity' AND done_at IS NULL
       AND created_at < now() - $1::interval
       AND (lease_until IS NULL OR lease_until < now())
     ORDER BY created_at
     LIMIT $3
       FOR UPDATE SKIP LOCKED
)
UPDATE outbox
   SET lease_until = now() + $2::interval, attempt = attempt + 1
  FROM stale
 WHERE outbox.id = stale.id
RETURNING outbox.id;

-- finish_batches --
-- End batches: their events are in the time series, or can never be.
-- $1 ids uuid[], $2 error text or null
UPDATE outbox
   SET done_at = now(), lease_until = NULL, last_error = $2
 WHERE id = ANY ($1) AND done_at IS NULL;

-- add_summary --
-- Begin a user's daily figures; repeating changes nothing.
-- $1 user_id uuid
INSERT INTO user_analytics_summary (user_id, date)
VALUES ($1, (now() AT TIME ZONE 'UTC')::date)
ON CONFLICT (user_id, date) DO NOTHING;

-- get_now --
-- The clock that the times of events are compared with.
SELECT now();

-- stage_events --
-- The table that events are copied into, once per connection; emptied by every commit.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_events (
    time timestamptz, user_id uuid, event_type text, event_category text, properties text,
    event_id uuid
) ON COMMIT DELETE ROWS;

-- insert_staged_events --
-- Insert what is not there yet, in one order for everybody, so that two who insert the same events
-- wait for each other instead of deadlocking.
WITH added AS (
    INSERT INTO analytics_events (time, user_id, event_type, event_category, properties, event_id)
    SELECT time, user_id, event_type, event_category, properties::jsonb, event_id
      FROM staged_events
     ORDER BY event_id, time
        ON CONFLICT (event_id, time) DO NOTHING
    RETURNING event_id
)
SELECT count(*) FROM added;

-- insert_measured_calls --
-- Insert measurements of calls that are not there yet.
-- $1 time timestamptz[], $2 user_id uuid[], $3 endpoint text[], $4 response_time_ms integer[],
-- $5 status_code integer[], $6 rate_limit_remaining integer[], $7 error_type text[],
-- $8 event_id uuid[]
INSERT INTO api_performance_metrics
       (time, user_id, endpoint, response_time_ms, status_code, rate_limit_remaining, error_type,
        event_id)
SELECT made.time, made.user_id, made.endpoint, made.response_time_ms, made.status_code,
       made.rate_limit_remaining, made.error_type, made.event_id
  FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::integer[], $5::integer[],
              $6::integer[], $7::text[], $8::uuid[])
       AS made (time, user_id, endpoint, response_time_ms, status_code, rate_limit_remaining,
                error_type, event_id)
    ON CONFLICT (event_id, time) DO NOTHING;

-- count_today --
-- Today's live counts of some users, UTC, zero where nothing happened.
-- $1 user_ids uuid[], then text[] of event types: $2 views, $3 connections, $4 engagement, $5 posts
SELECT asked.user_id,
       (now() AT TIME ZONE 'UTC')::date AS day,
       count(*) FILTER (WHERE event.event_type = ANY ($2)) AS views_today,
       count(*) FILTER (WHERE event.event_type = ANY ($3)) AS connections_today,
       count(*) FILTER (WHERE event.event_type = ANY ($4)) AS engagement_today,
       count(*) FILTER (WHERE event.event_type = ANY ($5)) AS posts_today,
       max(event.time) AS last_at
  FROM unnest($1::uuid[]) AS asked (user_id)
  LEFT JOIN analytics_events AS event
    ON event.user_id = asked.user_id
   AND event.time >= date_trunc('day', now(), 'UTC')
   AND event.time < date_trunc('day', now(), 'UTC') + interval '1 day'
   AND event.event_type = ANY ($2::text[] || $3::text[] || $4::text[] || $5::text[])
 GROUP BY asked.user_id;

-- get_today --
-- The UTC day.
SELECT (now() AT TIME ZONE 'UTC')::date;

-- count_events --
-- How often each thing happened to a user in the last days, most frequent first.
-- $1 user_id uuid, $2 days integer
SELECT event_type, event_category, count(*) AS events
  FROM analytics_events
 WHERE user_id = $1 AND time > now() - make_interval(days => $2)
 GROUP BY event_type, event_category
 ORDER BY events DESC, event_type, event_category;

-- limit_lock_wait --
-- A partition that cannot be made at once is made an hour later; nobody waits behind it.
SET LOCAL lock_timeout = '2s';

-- create_partition --
-- Make the partition of the month that is some months from now, UTC, if it is not there.
-- $1 table_name text, $2 months_ahead integer
SELECT create_monthly_partition(
    $1, ((now() AT TIME ZONE 'UTC')::date + make_interval(months => $2))::date);

-- count_stray_rows --
-- Rows whose month had no partition when they came; there should be none.
SELECT (SELECT count(*) FROM analytics_events_default)
     + (SELECT count(*) FROM profile_metrics_default)
     + (SELECT count(*) FROM api_performance_metrics_default)
     + (SELECT count(*) FROM content_engagement_metrics_default);

-- take_out_of_batches --
-- Take a user's events out of the batches that wait for the pipeline.
-- $1 user_id uuid
UPDATE outbox
   SET payload = jsonb_build_object('events', (
           SELECT coalesce(jsonb_agg(event), '[]')
             FROM jsonb_array_elements(payload -> 'events') AS event
            WHERE event ->> 'user_id' <> $1::uuid::text))
 WHERE topic = 'stream' AND done_at IS NULL AND strpos(payload::text, $1::uuid::text) > 0;
