-- Why: an attempt whose answer was lost is read back from LinkedIn. That needs to know what was
-- done, to what and by whom, and a hash of its words; the words themselves are not kept. What
-- LinkedIn said of a refusal, and when to try again, is told to whoever asks again.
-- Safe with the code now running: it leaves the new columns empty, and such an attempt waits for
-- its member.

ALTER TABLE profile.linkedin_attempts
    ADD COLUMN kind text,
    ADD COLUMN actor_urn varchar(100),
    ADD COLUMN target_urn varchar(200),
    ADD COLUMN words_hash bytea,
    ADD COLUMN error_message text,
    ADD COLUMN retry_at timestamptz,
    ADD COLUMN reconciled_at timestamptz;

ALTER TABLE profile.linkedin_attempts ADD CONSTRAINT linkedin_attempts_kind_check
    CHECK (kind IN ('publish_post', 'repost', 'edit_post', 'delete_post', 'create_comment',
                    'edit_comment', 'add_reaction', 'send_invitation', 'send_message')) NOT VALID;
ALTER TABLE profile.linkedin_attempts ADD CONSTRAINT linkedin_attempts_words_hash_check
    CHECK (octet_length(words_hash) = 32) NOT VALID;

-- The next one allows all that this one did.
-- squawk-ignore ban-drop-constraint
ALTER TABLE profile.linkedin_attempts DROP CONSTRAINT linkedin_attempts_state_check;
ALTER TABLE profile.linkedin_attempts ADD CONSTRAINT linkedin_attempts_state_check
    CHECK (state IN ('sending', 'confirmed', 'rejected', 'unknown', 'not_found')) NOT VALID;
