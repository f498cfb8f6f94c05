-- Why: a refresh may be repeated for some seconds, also from another network, as a phone does that
-- changes from one to another; somebody who does so at one rotation after the other shares a
-- session that is not theirs.

-- The generation whose predecessor was last repeated from another network.
ALTER TABLE auth.user_sessions ADD COLUMN strange_generation integer;
