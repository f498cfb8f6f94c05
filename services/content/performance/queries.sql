-- get_published --
-- The content that a post was published from.
-- $1 user_id uuid, $2 post_urn text
SELECT id FROM content WHERE user_id = $1 AND linkedin_post_id = $2;

-- add_performance --
-- Keep running totals at one time; the same again changes nothing.
-- $1 content_id uuid, $2 recorded_at timestamptz, $3 metric_types text[], $4 metric_values bigint[]
INSERT INTO content_performance (content_id, recorded_at, metric_type, metric_value)
SELECT $1, $2, counted.metric_type, counted.metric_value
  FROM unnest($3::text[], $4::bigint[]) AS counted (metric_type, metric_value)
ON CONFLICT (content_id, metric_type, source, recorded_at) DO NOTHING;
