-- transaction: none
-- Why: whoever measures posts looks every few minutes for those that were published lately.

CREATE INDEX CONCURRENTLY IF NOT EXISTS linkedin_attempts_published
    ON profile.linkedin_attempts (sent_at)
 WHERE state = 'confirmed';
