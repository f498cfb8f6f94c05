-- transaction: none
-- Why: a change of address that nobody completed in time is forgotten, with the address it led to;
-- few accounts have one at a time.
SET lock_timeout = '2s';
SET statement_timeout = '600s';  -- a build reads every row

CREATE INDEX CONCURRENTLY IF NOT EXISTS users_pending_email
    ON auth.users (id) WHERE pending_email IS NOT NULL;
