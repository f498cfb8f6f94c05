-- create_ledger --
-- The record of what ran; a schema of its own, because public holds only what services may use.
CREATE SCHEMA IF NOT EXISTS migrations;
CREATE TABLE IF NOT EXISTS migrations.schema_migrations (
    version integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    owner text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    duration_ms integer NOT NULL
);

-- ledger_exists --
SELECT to_regclass('migrations.schema_migrations') IS NOT NULL;

-- identity --
-- The same text for the same database, whatever the URL calls it.
SELECT pg_postmaster_start_time()::text || ' ' || current_database();

-- applied --
SELECT version, checksum FROM migrations.schema_migrations ORDER BY version;

-- record --
-- $1 version integer, $2 owner text, $3 checksum text, $4 duration_ms integer
INSERT INTO migrations.schema_migrations (version, owner, checksum, duration_ms)
VALUES ($1, $2, $3, $4);

-- try_lock --
-- One runner at a time in a database; held by the session. The number is arbitrary and ours.
SELECT pg_try_advisory_lock(7305913288461);

-- set_timeouts --
SELECT set_config('lock_timeout', '2s', false), set_config('statement_timeout', '60s', false);

-- invalid_indexes --
-- Indexes whose concurrent build was broken off, quoted for DROP INDEX.
-- $1 names text[]
SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname = ANY ($1);
