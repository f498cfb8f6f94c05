-- Why: every service gets a schema of its own, so the database shows the same rooms as the code,
-- and what all tables stand on (ids, updated_at, rights on tables made later) exists before them.

-- Functions are closed to everybody unless a migration opens them by name.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- UUID version 7 keeps an index's newest pages together; PostgreSQL makes it from version 18 on.
DO $$
BEGIN
    EXECUTE format(
        'CREATE FUNCTION public.inergize_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
         RETURN pg_catalog.%I()',
        CASE WHEN current_setting('server_version_num')::integer >= 180000
             THEN 'uuidv7' ELSE 'gen_random_uuid' END);
END $$;

CREATE FUNCTION public.set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

DO $$
DECLARE
    service text;
    role_name text;
BEGIN
    FOREACH service IN ARRAY ARRAY['auth', 'profile', 'content', 'automation', 'safety', 'analytics']
    LOOP
        role_name := 'inergize_' || service;
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', service);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, role_name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION public.inergize_id() TO %I', role_name);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I
            GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', service, role_name);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I
            GRANT USAGE ON SEQUENCES TO %I', service, role_name);
        -- ANALYZE after a clean-up needs MAINTAIN, a right that PostgreSQL 16 does not have.
        IF current_setting('server_version_num')::integer >= 170000 THEN
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I
                GRANT MAINTAIN ON TABLES TO %I', service, role_name);
        END IF;
    END LOOP;
END $$;
