-- add_import --
-- Begin an import; no row when as many of the user's wait for their file as may.
-- $1 user_id uuid, $2 size_bytes bigint, $3 sha256 bytea, $4 most integer
INSERT INTO linkedin_imports (user_id, state, size_bytes, sha256)
SELECT $1, 'awaiting_upload', $2, $3
 WHERE (SELECT count(*) FROM linkedin_imports
         WHERE user_id = $1 AND state = 'awaiting_upload') < $4
RETURNING id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
          finished_at;

-- begin_reading --
-- The file is there: it is to be read. No row when that has been said before.
-- $1 import_id uuid
UPDATE linkedin_imports SET state = 'reading'
 WHERE id = $1 AND state = 'awaiting_upload'
RETURNING id;

-- get_complete_import --
-- An import whose file was there, read or not.
-- $1 import_id uuid
SELECT id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
       finished_at
  FROM linkedin_imports
 WHERE id = $1 AND state <> 'awaiting_upload';

-- hold_import_to_read --
-- Hold an import that is to be read; no row when that is done.
-- $1 import_id uuid
SELECT id FROM linkedin_imports WHERE id = $1 AND state = 'reading' FOR UPDATE;

-- add_observations --
-- Keep what was not known yet; what was is not returned.
-- $1 user_id uuid, $2 import_id uuid, $3 kinds text[], $4 subjects text[],
-- $5 happened_at timestamptz[], $6 text_hashes bytea[], $7 fact_hashes bytea[], $8 remote_ids text[]
INSERT INTO linkedin_observations
    (user_id, import_id, kind, subject, happened_at, text_hash, fact_hash, remote_id)
SELECT $1, $2, told.kind, nullif(told.subject, ''), told.happened_at, told.text_hash,
       told.fact_hash, told.remote_id
  FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::bytea[], $7::bytea[], $8::text[])
       AS told (kind, subject, happened_at, text_hash, fact_hash, remote_id)
ON CONFLICT ON CONSTRAINT linkedin_observations_user_id_fact_hash_key DO NOTHING
RETURNING fact_hash;

-- finish_import --
-- Say how it ended, and what each file told.
-- $1 import_id uuid, $2 state text, $3 files jsonb, $4 problems jsonb, $5 ignored_files text[]
UPDATE linkedin_imports
   SET state = $2, files = $3, problems = $4, ignored_files = $5, finished_at = now()
 WHERE id = $1;

-- list_imports --
-- A page of a user's imports, newest first.
-- $1 user_id uuid, $2 after created_at timestamptz, $3 after id uuid, $4 limit integer
SELECT id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
       finished_at
  FROM linkedin_imports
 WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
 ORDER BY created_at DESC, id DESC
 LIMIT $4;

-- get_import --
-- One import of a user's.
-- $1 user_id uuid, $2 import_id uuid
SELECT id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
       finished_at
  FROM linkedin_imports
 WHERE user_id = $1 AND id = $2;

-- delete_import --
-- Forget an import and what it was the first to tell.
-- $1 user_id uuid, $2 import_id uuid
DELETE FROM linkedin_imports WHERE user_id = $1 AND id = $2 RETURNING id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
          finished_at;

-- list_abandoned --
-- Imports whose file never came, or that could not be read in all that time.
-- $1 age interval, $2 limit integer
SELECT id, user_id, state, size_bytes, sha256, files, problems, ignored_files, created_at,
       finished_at
  FROM linkedin_imports
 WHERE state IN ('awaiting_upload', 'reading') AND created_at < now() - $1::interval
 ORDER BY created_at
 LIMIT $2;

-- put_profile_fields --
-- What the API does not tell to most applications; what an archive leaves empty stays as it was.
-- $1 user_id uuid, $2 headline text, $3 summary text, $4 industry text, $5 location text,
-- $6 connections bigint, 0 for not told
UPDATE linkedin_profiles
   SET headline = coalesce(nullif(left($2, 500), ''), headline),
       summary = coalesce(nullif($3, ''), summary),
       industry = coalesce(nullif(left($4, 200), ''), industry),
       location = coalesce(nullif(left($5, 200), ''), location),
       connections_count = coalesce(nullif($6::bigint, 0), connections_count)
 WHERE user_id = $1;
