-- Why: guesses are counted before the password is looked at, in rows that every process sees; known
-- devices are told from strangers; and whoever registers an address learns nothing by signing in.

-- What was tried of late, by whom or at what. A row holds a keyed hash: neither an address that
-- nobody has registered nor one that somebody has can be read from it.
CREATE TABLE auth.login_throttles (
    kind text NOT NULL
        CONSTRAINT login_throttles_kind_check CHECK (kind IN
            ('account', 'device', 'member', 'address', 'network', 'ask_address', 'ask_network')),
    key bytea NOT NULL
        CONSTRAINT login_throttles_key_check CHECK (octet_length(key) = 32),
    failures double precision NOT NULL DEFAULT 0,  -- of addresses and networks it drains away
    counted_at timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz,
    told_at timestamptz,  -- when the owner was last told of a lock
    CONSTRAINT login_throttles_pkey PRIMARY KEY (kind, key)
) WITH (fillfactor = 70);

-- Devices that have signed in: strangers' failures do not lock them out.
CREATE TABLE auth.known_devices (
    id uuid DEFAULT public.inergize_id() CONSTRAINT known_devices_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT known_devices_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL CONSTRAINT known_devices_token_hash_key UNIQUE,
    previous_hash bytea,  -- still good: the answer that brought the newer one may have been lost
    hash_key_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX known_devices_user ON auth.known_devices (user_id, used_at);

-- What was registered of late, of free and of taken addresses alike: a keyed hash of the address,
-- and 16 bits of one of the password, too few to find it by.
CREATE TABLE auth.registration_marks (
    email_key bytea NOT NULL
        CONSTRAINT registration_marks_email_key_check CHECK (octet_length(email_key) = 32),
    password_mark bytea NOT NULL
        CONSTRAINT registration_marks_password_mark_check CHECK (octet_length(password_mark) = 2),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT registration_marks_pkey PRIMARY KEY (email_key, password_mark)
);
