-- Why: a member's profile, pages and posts are read again and again. One process reads at a time
-- (lease and fence); what LinkedIn refuses is not asked again for days; the last figure is kept so
-- that the next can say by how much it differs.
-- Safe with the code now running: it reads and writes none of this.

ALTER TABLE profile.linkedin_profiles
    ADD COLUMN sync_asked_at timestamptz,  -- its user asked for it; done even where syncing is off
    ADD COLUMN sync_tried_at timestamptz,
    ADD COLUMN sync_lease_until timestamptz,
    ADD COLUMN sync_fence bigint NOT NULL DEFAULT 0;

CREATE TABLE profile.linkedin_refusals (
    user_id uuid NOT NULL
        CONSTRAINT linkedin_refusals_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    readable text NOT NULL,  -- what was asked for, in our words
    reason text NOT NULL
        CONSTRAINT linkedin_refusals_reason_check CHECK (reason IN ('refused', 'throttled')),
    times integer NOT NULL DEFAULT 1,
    refused_at timestamptz NOT NULL DEFAULT now(),
    retry_at timestamptz NOT NULL,
    CONSTRAINT linkedin_refusals_pkey PRIMARY KEY (user_id, readable)
);

CREATE TABLE profile.linkedin_figures (
    user_id uuid NOT NULL
        CONSTRAINT linkedin_figures_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    subject_urn varchar(200) NOT NULL,  -- the member, a page or a post
    metric_type varchar(50) NOT NULL,
    metric_value bigint NOT NULL,
    measured_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT linkedin_figures_pkey PRIMARY KEY (user_id, subject_urn, metric_type)
);
CREATE INDEX linkedin_figures_measured ON profile.linkedin_figures (measured_at);

CREATE TABLE profile.linkedin_organizations (
    user_id uuid NOT NULL
        CONSTRAINT linkedin_organizations_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    organization_urn varchar(200) NOT NULL,
    name text NOT NULL,
    vanity_name text NOT NULL DEFAULT '',
    read_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT linkedin_organizations_pkey PRIMARY KEY (user_id, organization_urn)
);
CREATE INDEX linkedin_organizations_read ON profile.linkedin_organizations (read_at);

CREATE TABLE profile.linkedin_posts (
    user_id uuid NOT NULL
        CONSTRAINT linkedin_posts_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    post_urn varchar(200) NOT NULL,
    author_urn varchar(100) NOT NULL,
    posted_at timestamptz NOT NULL,
    measured_at timestamptz,
    next_measure_at timestamptz,  -- NULL: it is measured no more
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    CONSTRAINT linkedin_posts_pkey PRIMARY KEY (user_id, post_urn)
);
CREATE INDEX linkedin_posts_due ON profile.linkedin_posts (next_measure_at)
 WHERE next_measure_at IS NOT NULL;
CREATE INDEX linkedin_posts_posted ON profile.linkedin_posts (posted_at);
