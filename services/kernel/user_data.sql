-- list_user_tables --
-- The tables of this schema that hold rows about users, with the statements to read, erase and look
-- for a user's rows; run what it returns. A row is a user's by its user_id, or by what it belongs
-- to; referring tables come before those they refer to, so that no cascade is without bound. Of each
-- statement $1 is the user's id; of the erasing one, $2 is how many rows it may take.
-- $1 names of columns that are never handed out text[]
WITH RECURSIVE named AS (
    SELECT class.oid, class.relname,
           CASE class.relname
               WHEN 'users' THEN 'id = $1::uuid'
               WHEN 'idempotency_keys' THEN 'caller_id = ''user:'' || $1::uuid'
               -- The pseudonym leads to the index; the log is everybody's, of years.
               WHEN 'audit_log' THEN 'user_id = $1::uuid AND subject = '
                    '(SELECT subject FROM audit_subjects WHERE user_id = $1::uuid)'
               ELSE 'user_id = $1::uuid' END AS belongs
      FROM pg_class AS class
     WHERE class.relnamespace = current_schema()::regnamespace
       AND class.relkind IN ('r', 'p') AND NOT class.relispartition
       AND (class.relname IN ('users', 'idempotency_keys')
            OR EXISTS (SELECT 1 FROM pg_attribute AS field
                        WHERE field.attrelid = class.oid AND field.attname = 'user_id'
                          AND NOT field.attisdropped))
), owned AS (
    SELECT oid, relname, belongs FROM named
    UNION ALL
    SELECT class.oid, class.relname,
           format('%I IN (SELECT %I FROM %I.%I WHERE %s)', own.attname, theirs.attname,
                  current_schema(), named.relname, named.belongs)
      FROM pg_constraint AS key
      JOIN named ON named.oid = key.confrelid
      JOIN pg_class AS class ON class.oid = key.conrelid
      JOIN pg_attribute AS own ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1]
      JOIN pg_attribute AS theirs ON theirs.attrelid = key.confrelid AND theirs.attnum = key.confkey[1]
     WHERE key.contype = 'f' AND cardinality(key.conkey) = 1 AND key.confdeltype = 'c'
       AND class.relnamespace = current_schema()::regnamespace AND NOT class.relispartition
       AND key.conrelid NOT IN (SELECT oid FROM named)
), depth AS (
    SELECT oid, 0 AS level FROM owned
    UNION
    SELECT key.confrelid, depth.level + 1
      FROM depth
      JOIN pg_constraint AS key ON key.conrelid = depth.oid AND key.contype = 'f'
      JOIN owned ON owned.oid = key.confrelid
     WHERE key.confrelid <> key.conrelid AND depth.level < 10
)
SELECT owned.relname::text AS name,
       format('SELECT (to_jsonb(entry) - %L::text[])::text FROM %I.%I AS entry WHERE %s',
              (SELECT coalesce(array_agg(field.attname::text), '{}')
                 FROM pg_attribute AS field
                WHERE field.attrelid = owned.oid AND field.attnum > 0 AND NOT field.attisdropped
                  AND (field.atttypid = 'bytea'::regtype OR field.attname = ANY ($1))),
              current_schema(), owned.relname, owned.belongs) AS read_rows,
       CASE WHEN has_table_privilege(owned.oid, 'DELETE') THEN
           format('WITH gone AS (
                       DELETE FROM %1$I.%2$I
                        WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$I.%2$I WHERE %3$s LIMIT $2))
                          AND %3$s
                       RETURNING 1)
                   SELECT count(*) FROM gone', current_schema(), owned.relname, owned.belongs)
           END AS erase_rows,
       format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE %s)',
              current_schema(), owned.relname, owned.belongs) AS has_rows
  FROM owned
 WHERE has_table_privilege(owned.oid, 'SELECT')
 ORDER BY (SELECT max(level) FROM depth WHERE depth.oid = owned.oid), owned.relname, owned.belongs;

-- erase_mentions --
-- Finished messages that name the user though they are another's: a batch of several users' events.
-- $1 user_id uuid, $2 limit integer
WITH gone AS (
    DELETE FROM outbox
     WHERE id IN (SELECT id FROM outbox
                   WHERE done_at IS NOT NULL AND strpos(payload::text, $1::uuid::text) > 0
                   LIMIT $2)
    RETURNING 1)
SELECT count(*) FROM gone;

-- erase_cursors --
-- Where periodic work failed while it was about the user.
-- $1 user_id uuid
UPDATE periodic_runs SET cursor = NULL
 WHERE state = 'failed' AND strpos(cursor::text, $1::uuid::text) > 0;
