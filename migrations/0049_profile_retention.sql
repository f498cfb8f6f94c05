-- transaction: none
-- Why: the daily sweep looks for old calls of all users; by time only, a block range index costs
-- next to nothing and spares it reading three months of rows.
SET lock_timeout = '2s';
SET statement_timeout = '120s';

-- A cancelled build leaves an invalid index behind, so a second try starts by removing it.
DROP INDEX CONCURRENTLY IF EXISTS profile.linkedin_api_usage_created;
CREATE INDEX CONCURRENTLY IF NOT EXISTS linkedin_api_usage_created
    ON profile.linkedin_api_usage USING brin (created_at);
