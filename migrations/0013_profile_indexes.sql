-- transaction: none
-- Why: tokens are refreshed before they expire; API usage is read by user and day.

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_linkedin_tokens_expires
    ON profile.linkedin_tokens (expires_at) WHERE is_valid = true;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_api_usage_user_date
    ON profile.linkedin_api_usage (user_id, created_at);
