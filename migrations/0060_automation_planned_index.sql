-- transaction: none
-- Why: an answer of a person calls off what is still planned for them, found by this.
-- Safe with the code now running: it only reads through whatever index there is.
SET lock_timeout = '2s';
SET statement_timeout = '120s';  -- the build reads every row; the runner's default would cancel it

DROP INDEX CONCURRENTLY IF EXISTS automation.automation_logs_planned_target;
CREATE INDEX CONCURRENTLY IF NOT EXISTS automation_logs_planned_target
    ON automation.automation_logs (user_id, target_linkedin_id)
 WHERE state IN ('planned', 'queued') AND target_linkedin_id IS NOT NULL;
