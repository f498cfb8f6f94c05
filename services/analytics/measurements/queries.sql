-- add_profile_metrics --
-- Counts of a member or a page that are not there yet, in one order so that no two calls deadlock.
-- $1 user_id uuid, $2 time timestamptz, $3 event_ids uuid[], $4 metric_types text[],
-- $5 values bigint[], $6 previous values bigint[], $7 deltas bigint[], $8 page urn text or null
INSERT INTO profile_metrics
       (time, user_id, metric_type, metric_value, previous_value, change_delta, event_id,
        subject_urn)
SELECT $2, $1, counted.metric_type, counted.value, counted.previous, counted.delta,
       counted.event_id, $8
  FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
       AS counted (event_id, metric_type, value, previous, delta)
 ORDER BY counted.event_id
ON CONFLICT (event_id, time) DO NOTHING;

-- add_content_metrics --
-- Counts of a content that are not there yet.
-- $1 user_id uuid, $2 content_id uuid, $3 time timestamptz, $4 event_ids uuid[],
-- $5 metric_types text[], $6 values bigint[]
INSERT INTO content_engagement_metrics
       (time, content_id, user_id, metric_type, metric_value, event_id)
SELECT $3, $2, $1, counted.metric_type, counted.value, counted.event_id
  FROM unnest($4::uuid[], $5::text[], $6::bigint[]) AS counted (event_id, metric_type, value)
 ORDER BY counted.event_id
ON CONFLICT (event_id, time) DO NOTHING;
