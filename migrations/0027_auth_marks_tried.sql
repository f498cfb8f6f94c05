-- Why: what was registered of late and is tried for the first time is a guess like any other, and
-- counted; tried again it tells nothing new, and is not.

ALTER TABLE auth.registration_marks ADD COLUMN tried_at timestamptz;
