-- Why: browsers that users add are told at once, encrypted for each of them, and every push service
-- must know us by one key. And whoever is sending a digest holds it, so that nobody sends it too.

CREATE TABLE profile.push_subscriptions (
    id uuid DEFAULT public.inergize_id() CONSTRAINT push_subscriptions_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT push_subscriptions_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    name varchar(100) NOT NULL,
    -- A browser has one user at a time: whoever adds it last.
    endpoint varchar(2000) NOT NULL CONSTRAINT push_subscriptions_endpoint_key UNIQUE,
    keys_ct bytea NOT NULL,  -- the browser's public key and its shared secret
    keys_nonce bytea NOT NULL
        CONSTRAINT push_subscriptions_keys_nonce_check CHECK (octet_length(keys_nonce) = 12),
    key_id text NOT NULL,
    last_pushed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX push_subscriptions_user
    ON profile.push_subscriptions (user_id, created_at DESC, id DESC);

CREATE TABLE profile.push_keys (
    purpose text CONSTRAINT push_keys_pkey PRIMARY KEY
        CONSTRAINT push_keys_purpose_check CHECK (purpose = 'vapid'),
    private_key_ct bytea NOT NULL,
    private_key_nonce bytea NOT NULL
        CONSTRAINT push_keys_private_key_nonce_check CHECK (octet_length(private_key_nonce) = 12),
    key_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE profile.notification_digests
    ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN held_by uuid,  -- the message by which it is being sent
    ADD COLUMN held_until timestamptz;
