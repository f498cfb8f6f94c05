-- transaction: none
-- Why: attempts whose answer was lost are looked for every minute, to be read back; until then
-- lease_until says when.
-- Safe with the code now running: it only reads through whatever index there is.
SET lock_timeout = '2s';
SET statement_timeout = '120s';  -- the build reads every row; the runner's default would cancel it

DROP INDEX CONCURRENTLY IF EXISTS automation.automation_logs_unknown;
CREATE INDEX CONCURRENTLY IF NOT EXISTS automation_logs_unknown
    ON automation.automation_logs ((coalesce(lease_until, '-infinity')))
 WHERE state IN ('unknown', 'reconciling');
