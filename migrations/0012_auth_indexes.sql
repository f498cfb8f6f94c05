-- transaction: none
-- Why: support looks users up by plan; expired sessions are cleaned up in batches.

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_subscription
    ON auth.users (subscription_tier, subscription_status) WHERE is_active = true;
CREATE INDEX CONCURRENTLY IF NOT EXISTS user_sessions_expires ON auth.user_sessions (expires_at);
