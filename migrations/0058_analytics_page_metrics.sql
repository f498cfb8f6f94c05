-- database: timeseries
-- Why: the counts of a member's company pages belong into the same series as the member's own, told
-- apart by whose they are.
SET lock_timeout = '2s';

ALTER TABLE analytics.profile_metrics ADD COLUMN subject_urn varchar(200);
COMMENT ON COLUMN analytics.profile_metrics.subject_urn IS
    'The company page that was counted; null for the member.';
