-- get_now --
-- The clock of everything here.
SELECT now();

-- get_scopes --
-- What the latest consent covers.
-- $1 user_id uuid
SELECT scopes FROM linkedin_tokens WHERE user_id = $1 AND is_valid;

-- list_refusals --
-- What was refused, and until when it rests: no longer than to the next consent, which may cover
-- more.
-- $1 user_id uuid
SELECT refusal.readable, refusal.reason,
       CASE WHEN refusal.refused_at >= token.created_at
            THEN refusal.retry_at ELSE refusal.refused_at END AS retry_at
  FROM linkedin_refusals AS refusal
  JOIN linkedin_tokens AS token ON token.user_id = refusal.user_id
 WHERE refusal.user_id = $1;

-- count_refusals --
-- How many times in a row it was refused.
-- $1 user_id uuid, $2 readable text
SELECT times FROM linkedin_refusals
 WHERE user_id = $1 AND readable = $2 AND reason = 'refused';

-- put_refusal --
-- Remember a refusal; a spent quota is none in a row.
-- $1 user_id uuid, $2 readable text, $3 reason text, $4 retry_at timestamptz
INSERT INTO linkedin_refusals AS known (user_id, readable, reason, retry_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, readable) DO UPDATE
   SET times = CASE excluded.reason WHEN known.reason THEN known.times + 1 ELSE 1 END,
       reason = excluded.reason,
       refused_at = now(),
       retry_at = excluded.retry_at;

-- forget_refusal --
-- It was told after all.
-- $1 user_id uuid, $2 readable text
DELETE FROM linkedin_refusals WHERE user_id = $1 AND readable = $2;

-- ask_for_sync --
-- Make a profile due, unless it was tried within $2: then say how long that lasts.
-- $1 user_id uuid, $2 interval
UPDATE linkedin_profiles
   SET sync_asked_at = CASE
           WHEN sync_tried_at > now() - $2::interval THEN sync_asked_at ELSE now() END,
       next_sync_at = CASE
           WHEN sync_tried_at > now() - $2::interval THEN next_sync_at ELSE now() END
 WHERE user_id = $1 AND is_active
RETURNING coalesce(sync_tried_at + $2::interval - now(), interval '0') AS wait;

-- claim_syncs --
-- Claim profiles that are due and that nobody reads. Where a user has switched syncing off, only
-- one that was asked for is due.
-- $1 user_id uuid, null for any, $2 lease interval, $3 limit integer
WITH due AS (
    SELECT profile.user_id
      FROM linkedin_profiles AS profile
      LEFT JOIN user_preferences AS preference ON preference.user_id = profile.user_id
     WHERE profile.is_active
       AND profile.next_sync_at <= now()
       AND ($1::uuid IS NULL OR profile.user_id = $1)
       AND (profile.sync_asked_at IS NOT NULL OR coalesce(preference.auto_sync_linkedin, true))
       AND (profile.sync_lease_until IS NULL OR profile.sync_lease_until < now())
     ORDER BY profile.next_sync_at
     LIMIT $3
       FOR UPDATE OF profile SKIP LOCKED
)
UPDATE linkedin_profiles AS profile
   SET sync_lease_until = now() + $2::interval,
       sync_fence = profile.sync_fence + 1,
       sync_tried_at = now()
  FROM due
 WHERE profile.user_id = due.user_id
RETURNING profile.user_id, profile.sync_fence, profile.sync_frequency_hours;

-- finish_sync --
-- Store what was read; no row when another process has taken over, or another account is connected.
-- $1 user_id uuid, $2 fence bigint, $3 member urn text, $4 picture_url text or null,
-- $5 profile_data jsonb, $6 followers bigint or null, $7 connections bigint or null,
-- $8 pause interval
UPDATE linkedin_profiles
   SET profile_picture_url = $4,
       profile_data = profile_data || $5::jsonb,
       followers_count = coalesce($6, followers_count),
       connections_count = coalesce($7, connections_count),
       last_sync_at = now(),
       next_sync_at = now() + $8::interval,
       sync_error = NULL,
       sync_asked_at = NULL,
       sync_lease_until = NULL
 WHERE user_id = $1 AND sync_fence = $2 AND is_active
   AND 'urn:li:person:' || linkedin_id = $3::text
RETURNING last_sync_at;

-- put_off_sync --
-- Let go of a profile that could not be read.
-- $1 user_id uuid, $2 fence bigint, $3 error text, $4 pause interval
UPDATE linkedin_profiles
   SET sync_error = $3,
       next_sync_at = now() + $4::interval,
       sync_asked_at = NULL,
       sync_lease_until = NULL
 WHERE user_id = $1 AND sync_fence = $2;

-- put_figure --
-- Keep a count, and return the one that it replaces.
-- $1 user_id uuid, $2 subject_urn text, $3 metric_type text, $4 metric_value bigint
WITH before AS (
    SELECT metric_value FROM linkedin_figures
     WHERE user_id = $1 AND subject_urn = $2 AND metric_type = $3
)
INSERT INTO linkedin_figures AS known (user_id, subject_urn, metric_type, metric_value)
VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, subject_urn, metric_type) DO UPDATE
   SET metric_value = excluded.metric_value, measured_at = now()
RETURNING (SELECT metric_value FROM before) AS previous;

-- drop_other_pages --
-- Forget pages that the member no longer administers.
-- $1 user_id uuid, $2 urns text[]
DELETE FROM linkedin_organizations
 WHERE user_id = $1 AND organization_urn <> ALL ($2::text[]);

-- put_pages --
-- Keep the pages that a member administers.
-- $1 user_id uuid, $2 urns text[], $3 names text[], $4 vanity_names text[]
INSERT INTO linkedin_organizations (user_id, organization_urn, name, vanity_name)
SELECT $1, page.urn, page.name, page.vanity_name
  FROM unnest($2::text[], $3::text[], $4::text[]) AS page (urn, name, vanity_name)
ON CONFLICT (user_id, organization_urn) DO UPDATE
   SET name = excluded.name, vanity_name = excluded.vanity_name, read_at = now();

-- list_pages --
-- Pages and their last figures, by name.
-- $1 user_id uuid
SELECT page.organization_urn, page.name, page.vanity_name, page.read_at,
       max(figure.metric_value) FILTER (WHERE figure.metric_type = 'followers') AS followers,
       max(figure.metric_value) FILTER (WHERE figure.metric_type = 'impressions') AS impressions
  FROM linkedin_organizations AS page
  LEFT JOIN linkedin_figures AS figure
    ON figure.user_id = page.user_id AND figure.subject_urn = page.organization_urn
 WHERE page.user_id = $1
 GROUP BY page.user_id, page.organization_urn
 ORDER BY lower(page.name), page.organization_urn;

-- get_facts --
-- What is known of a profile: a count is when LinkedIn or an archive has told it. Posts are those
-- that went through us or that an archive tells of, within 30 days.
-- $1 user_id uuid
SELECT coalesce(profile.profile_data ->> 'name', '') <> '' AS has_name,
       profile.profile_picture_url IS NOT NULL AS has_picture,
       profile.headline, profile.summary, profile.industry, profile.location,
       profile.profile_url,
       coalesce((SELECT metric_value FROM linkedin_figures
                  WHERE user_id = $1 AND metric_type = 'connections'
                    AND subject_urn = 'urn:li:person:' || profile.linkedin_id),
                nullif(profile.connections_count, 0)) AS connections,
       greatest((SELECT count(*) FROM linkedin_attempts
                  WHERE user_id = $1 AND state = 'confirmed' AND kind IN ('publish_post', 'repost')
                    AND sent_at > now() - interval '30 days'),
                (SELECT count(*) FROM linkedin_observations
                  WHERE user_id = $1 AND kind = 'post'
                    AND happened_at > now() - interval '30 days')) AS recent_posts
  FROM linkedin_profiles AS profile
 WHERE profile.user_id = $1;

-- put_completeness --
-- Keep the score.
-- $1 user_id uuid, $2 score integer
UPDATE linkedin_profiles SET completeness_score = $2 WHERE user_id = $1;

-- find_posts --
-- Take up what was published lately.
-- $1 within interval, $2 first pause interval
INSERT INTO linkedin_posts (user_id, post_urn, author_urn, posted_at, next_measure_at)
SELECT DISTINCT ON (user_id, remote_id)
       user_id, remote_id, actor_urn, sent_at, sent_at + $2::interval
  FROM linkedin_attempts
 WHERE state = 'confirmed' AND kind IN ('publish_post', 'repost')
   AND sent_at > now() - $1::interval
   AND remote_id IS NOT NULL AND actor_urn IS NOT NULL
 ORDER BY user_id, remote_id, sent_at
ON CONFLICT (user_id, post_urn) DO NOTHING;

-- claim_posts --
-- Claim posts that are due and that nobody measures; none of a user who has switched syncing off or
-- whose connection has ended.
-- $1 lease interval, $2 limit integer
WITH due AS (
    SELECT post.user_id, post.post_urn
      FROM linkedin_posts AS post
      JOIN linkedin_profiles AS profile ON profile.user_id = post.user_id AND profile.is_active
      LEFT JOIN user_preferences AS preference ON preference.user_id = post.user_id
     WHERE post.next_measure_at <= now()
       AND coalesce(preference.auto_sync_linkedin, true)
       AND (post.lease_until IS NULL OR post.lease_until < now())
     ORDER BY post.next_measure_at
     LIMIT $2
       FOR UPDATE OF post SKIP LOCKED
)
UPDATE linkedin_posts AS post
   SET lease_until = now() + $1::interval, fence = post.fence + 1
  FROM due
 WHERE post.user_id = due.user_id AND post.post_urn = due.post_urn
RETURNING post.user_id, post.post_urn, post.author_urn, post.posted_at, post.fence;

-- finish_measure --
-- Say that a post was measured; no row when another process has taken over.
-- $1 user_id uuid, $2 post_urn text, $3 fence bigint, $4 pause interval, null for no more
UPDATE linkedin_posts
   SET measured_at = now(), next_measure_at = now() + $4::interval, lease_until = NULL
 WHERE user_id = $1 AND post_urn = $2 AND fence = $3
RETURNING measured_at;

-- put_off_measure --
-- Let go of a post that was not measured.
-- $1 user_id uuid, $2 post_urn text, $3 fence bigint, $4 pause interval, null for no more
UPDATE linkedin_posts
   SET next_measure_at = now() + $4::interval, lease_until = NULL
 WHERE user_id = $1 AND post_urn = $2 AND fence = $3;

-- count_calls_today --
-- Calls to some endpoints since midnight UTC.
-- $1 user_id uuid, $2 endpoints text[]
SELECT count(*) AS calls FROM linkedin_api_usage
 WHERE user_id = $1 AND created_at >= date_trunc('day', now(), 'UTC')
   AND endpoint = ANY ($2::text[]);
