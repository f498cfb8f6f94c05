-- Why: users are told what happened while they were away, each thing once. What is not urgent is
-- collected and mailed at the time that suits its reader.

CREATE TABLE profile.notifications (
    id uuid DEFAULT public.inergize_id() CONSTRAINT notifications_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT notifications_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    kind varchar(50) NOT NULL,
    severity text NOT NULL
        CONSTRAINT notifications_severity_check CHECK (severity IN ('info', 'warning', 'critical')),
    title varchar(255) NOT NULL,
    body text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    dedupe_key text NOT NULL,  -- what it is about: the same twice is one notification
    channels text[] NOT NULL DEFAULT '{inapp}'
        CONSTRAINT notifications_channels_check
        CHECK (channels <@ ARRAY['inapp', 'email', 'push']),
    is_for_digest boolean NOT NULL DEFAULT false,  -- mailed together with others
    mailed_at timestamptz,
    read_at timestamptz,
    expires_at timestamptz NOT NULL DEFAULT now() + interval '180 days',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notifications_user_id_dedupe_key_key UNIQUE (user_id, dedupe_key)
);
CREATE INDEX notifications_list ON profile.notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_unread ON profile.notifications (user_id, created_at DESC)
 WHERE read_at IS NULL;
CREATE INDEX notifications_expires ON profile.notifications (expires_at);
CREATE INDEX notifications_for_digest ON profile.notifications (user_id, created_at)
 WHERE is_for_digest AND mailed_at IS NULL;

-- Who has a digest coming. Whoever adds to it and whoever sends it meet at this row, so that
-- nothing is added to one that has just left.
CREATE TABLE profile.notification_digests (
    user_id uuid CONSTRAINT notification_digests_pkey PRIMARY KEY
        CONSTRAINT notification_digests_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
