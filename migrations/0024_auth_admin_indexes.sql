-- transaction: none
-- Why: administrators page through accounts, newest first; subscriptions that end are found by
-- their end. How an address begins is found by users_email_lower_key: the database sorts bytes.
SET lock_timeout = '2s';
SET statement_timeout = '600s';  -- a build reads every row

CREATE INDEX CONCURRENTLY IF NOT EXISTS users_created ON auth.users (created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_subscription_ends
    ON auth.users (subscription_expires_at) WHERE subscription_expires_at IS NOT NULL;
