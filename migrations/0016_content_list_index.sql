-- transaction: none
-- Why: listing a user's content, newest change first, sorted all of it for every page.
-- Safe with the code now running: it only reads through whatever index there is.
SET lock_timeout = '2s';
SET statement_timeout = '120s';  -- the build reads every row; the runner's default would cancel it

CREATE INDEX CONCURRENTLY IF NOT EXISTS content_user_updated
    ON content.content (user_id, updated_at DESC, id);
