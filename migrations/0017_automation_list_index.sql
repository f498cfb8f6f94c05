-- transaction: none
-- Why: listing a user's actions, newest first, sorted all of them for every page.
-- Safe with the code now running: it only reads through whatever index there is.
SET lock_timeout = '2s';
SET statement_timeout = '120s';  -- the build reads every row; the runner's default would cancel it

CREATE INDEX CONCURRENTLY IF NOT EXISTS automation_logs_user_created
    ON automation.automation_logs (user_id, created_at DESC, id DESC);
