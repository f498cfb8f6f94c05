-- Why: LinkedIn publishes no quotas; the number of calls at which it refused more is kept, so that
-- the next day's calls are kept back in time. It is about the application, not about any user.
SET lock_timeout = '2s';

CREATE TABLE profile.linkedin_learned_limits (
    whose text NOT NULL
        CONSTRAINT linkedin_learned_limits_whose_check CHECK (whose IN ('application', 'member')),
    family text NOT NULL
        CONSTRAINT linkedin_learned_limits_family_check
        CHECK (family IN ('profile_api', 'share_api', 'network_api')),
    calls_per_day integer NOT NULL
        CONSTRAINT linkedin_learned_limits_calls_per_day_check CHECK (calls_per_day > 0),
    learned_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT linkedin_learned_limits_pkey PRIMARY KEY (whose, family)
);
