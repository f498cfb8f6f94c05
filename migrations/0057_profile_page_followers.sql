-- Why: finding members among a page's followers is a capability with a scope of its own, which users
-- are shown like the others.
SET lock_timeout = '2s';

-- The next one allows all that this one did.
-- squawk-ignore ban-drop-constraint
ALTER TABLE profile.linkedin_capabilities DROP CONSTRAINT linkedin_capabilities_capability_check;
ALTER TABLE profile.linkedin_capabilities ADD CONSTRAINT linkedin_capabilities_capability_check
    CHECK (capability IN ('post_write', 'post_read', 'comment_write', 'reaction_write',
                          'member_post_analytics', 'member_profile_analytics', 'organisation',
                          'invitation', 'message', 'connections_size', 'page_followers')) NOT VALID;
