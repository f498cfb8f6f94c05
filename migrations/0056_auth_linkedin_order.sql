-- Why: a late message that LinkedIn was connected must not undo a newer one that it no longer is.
-- Profile numbers what it announces, over all users and for ever; Auth keeps the newest number.
SET lock_timeout = '2s';

CREATE SEQUENCE profile.linkedin_announcements AS bigint;
ALTER TABLE auth.users ADD COLUMN linkedin_announcement bigint NOT NULL DEFAULT 0;
