-- forget_profiles --
-- The profile of a connection that has ended; the next one begins anew.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_profiles
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_profiles
        WHERE NOT is_active AND updated_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- blank_bodies --
-- What was sent and answered: it may tell about other members.
-- $1 period interval, $2 at most so many integer
UPDATE linkedin_api_usage SET request_data = NULL, response_data = NULL, error_message = NULL
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_api_usage
        WHERE created_at < now() - $1::interval
          AND (request_data IS NOT NULL OR response_data IS NOT NULL OR error_message IS NOT NULL)
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- forget_calls --
-- That a call was made.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_api_usage
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_api_usage
        WHERE created_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- forget_attempts --
-- Actions that have ended; one that may have happened stays until it is known.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_attempts
 WHERE attempt_id = ANY (ARRAY(
       SELECT attempt_id FROM linkedin_attempts
        WHERE state IN ('confirmed', 'rejected', 'not_found') AND updated_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING attempt_id;

-- forget_told_by_linkedin --
-- What LinkedIn's API told of members' activity.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_observations
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_observations
        WHERE import_id IS NULL AND created_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- forget_told_by_archives --
-- What members' own archives told.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_observations
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_observations
        WHERE import_id IS NOT NULL AND created_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- forget_imports --
-- That an archive was brought; its observations have gone before it.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_imports
 WHERE id = ANY (ARRAY(
       SELECT id FROM linkedin_imports
        WHERE created_at < now() - $1::interval
          AND NOT EXISTS (SELECT FROM linkedin_observations WHERE import_id = linkedin_imports.id)
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;

-- forget_post_figures --
-- The last counts of posts that are measured no more.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_figures
 WHERE (user_id, subject_urn, metric_type) IN (
       SELECT user_id, subject_urn, metric_type FROM linkedin_figures
        WHERE measured_at < now() - $1::interval
          AND subject_urn NOT LIKE 'urn:li:person:%'
          AND subject_urn NOT LIKE 'urn:li:organization:%'
        LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING user_id;

-- forget_page_figures --
-- Counts of pages that are read no more.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_figures
 WHERE (user_id, subject_urn, metric_type) IN (
       SELECT user_id, subject_urn, metric_type FROM linkedin_figures
        WHERE measured_at < now() - $1::interval AND subject_urn LIKE 'urn:li:organization:%'
        LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING user_id;

-- forget_member_figures --
-- Counts of members who are read no more.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_figures
 WHERE (user_id, subject_urn, metric_type) IN (
       SELECT user_id, subject_urn, metric_type FROM linkedin_figures
        WHERE measured_at < now() - $1::interval AND subject_urn LIKE 'urn:li:person:%'
          AND NOT EXISTS (SELECT FROM linkedin_profiles AS profile
                           WHERE profile.user_id = linkedin_figures.user_id AND profile.is_active)
        LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING user_id;

-- forget_pages --
-- Pages that are read no more.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_organizations
 WHERE (user_id, organization_urn) IN (
       SELECT user_id, organization_urn FROM linkedin_organizations
        WHERE read_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING user_id;

-- forget_posts --
-- When posts were measured, and are to be.
-- $1 period interval, $2 at most so many integer
DELETE FROM linkedin_posts
 WHERE (user_id, post_urn) IN (
       SELECT user_id, post_urn FROM linkedin_posts
        WHERE posted_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING user_id;
