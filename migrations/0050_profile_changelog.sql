-- Why: LinkedIn tells members in the EEA and Switzerland what they did there, of the last 28 days.
-- Per member: how far it has been read, and when to look again.
SET lock_timeout = '2s';

CREATE TABLE profile.linkedin_changelogs (
    user_id uuid CONSTRAINT linkedin_changelogs_pkey PRIMARY KEY
        CONSTRAINT linkedin_changelogs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    read_until timestamptz,  -- LinkedIn's time of the last change that was read
    next_read_at timestamptz NOT NULL DEFAULT now(),
    refused_reason text,  -- why LinkedIn does not tell; asked again a week later
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX linkedin_changelogs_due ON profile.linkedin_changelogs (next_read_at);
CREATE TRIGGER set_linkedin_changelogs_updated_at BEFORE UPDATE ON profile.linkedin_changelogs
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
