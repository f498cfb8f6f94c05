-- Why: what LinkedIn's change log tells settles attempts whose answer was lost. That needs the name of
-- the thing that was seen, what others did kept apart from what the member did, and how far the log
-- is known to have been read. Of an attempt that was settled it is kept what showed it.
-- Safe with the code now running: it leaves the new columns empty and writes none of the new kinds.
SET lock_timeout = '2s';

ALTER TABLE profile.linkedin_observations ADD COLUMN remote_id varchar(200);

-- The next one allows all that this one did.
-- squawk-ignore ban-drop-constraint
ALTER TABLE profile.linkedin_observations DROP CONSTRAINT linkedin_observations_kind_check;
ALTER TABLE profile.linkedin_observations ADD CONSTRAINT linkedin_observations_kind_check
    CHECK (kind IN
        ('connection', 'invitation_sent', 'invitation_received', 'message_sent', 'message_received',
         'post', 'comment', 'comment_received', 'reaction', 'reaction_received')) NOT VALID;

ALTER TABLE profile.linkedin_changelogs
    ADD COLUMN read_at timestamptz,  -- when it was last read to its end
    ADD COLUMN last_ids text[] NOT NULL DEFAULT '{}';  -- of the changes at read_until, told again

ALTER TABLE profile.linkedin_attempts ADD COLUMN evidence text;
ALTER TABLE profile.linkedin_attempts ADD CONSTRAINT linkedin_attempts_evidence_check
    CHECK (evidence IN ('read_back', 'change_log', 'repetition')) NOT VALID;
