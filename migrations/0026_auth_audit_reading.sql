-- transaction: none
-- Why: the audit log names who acts by the pseudonym, and administrators read it with the user's
-- id. And rows that came when their month had no partition are to be noticed.
SET lock_timeout = '2s';
SET statement_timeout = '600s';  -- the build reads every row

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS audit_subjects_subject_key
    ON auth.audit_subjects (subject);
GRANT SELECT ON auth.audit_log_default TO inergize_auth;
