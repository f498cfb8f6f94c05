-- create_roles --
-- Roles are made without rights; what they may do, the migrations grant.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['migrator', 'auth', 'profile', 'content', 'automation',
                                     'safety', 'analytics', 'audit', 'support']
    LOOP
        role_name := 'inergize_' || role_name;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
                        NOBYPASSRLS INHERIT %s', role_name,
                       CASE WHEN role_name IN ('inergize_audit', 'inergize_support')
                            THEN 'NOLOGIN' ELSE 'LOGIN' END);
    END LOOP;
    -- The migrator hands the audit functions to their owner, and replaces them later.
    GRANT inergize_audit TO inergize_migrator;
END $$;

-- set_password --
-- The statement that sets a password; run what it returns.
-- $1 role name text, $2 SCRAM verifier text
SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text);

-- encoding --
-- $1 database name text
SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = $1;

-- create_database --
-- The statement that creates the database; run what it returns. C.UTF-8 sorts the same on every
-- machine and for ever; from version 17 on PostgreSQL brings it along, before that libc does.
-- $1 database name text
SELECT format('CREATE DATABASE %I OWNER inergize_migrator TEMPLATE template0 ENCODING UTF8 %s', $1::text,
    CASE WHEN current_setting('server_version_num')::integer >= 170000
         THEN 'LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C'''
         ELSE 'LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8''' END);

-- prepare_database --
-- Run inside the database: the migrator owns it, and nobody else has rights that were not given.
DO $$
DECLARE
    service text;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO inergize_migrator', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    FOREACH service IN ARRAY ARRAY['auth', 'profile', 'content', 'automation', 'safety', 'analytics']
    LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), 'inergize_' || service);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', 'inergize_' || service);
    END LOOP;
    -- Event batches are copied into a temporary table and inserted from there.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO inergize_analytics', current_database());
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
END $$;
