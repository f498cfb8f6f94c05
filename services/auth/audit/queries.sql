-- note_event --
-- Enter a security event.
-- $1 event text, $2 user_id uuid, $3 details jsonb
SELECT audit_note($1, $2, $3);

-- note_visit --
-- Enter that an administrator has read something about a user; one who is not there (any more) is
-- not named again.
-- $1 event text, $2 user_id uuid or null, $3 admin user_id uuid, $4 details jsonb
SELECT audit_note($1, coalesce((SELECT id FROM users WHERE id = $2), $3), $4);

-- horizon --
-- The first transaction that may still be running: all before it have ended, and what they wrote
-- is visible to whoever looks from now on.
SELECT pg_snapshot_xmin(pg_current_snapshot()) AS tx, now() AS at;

-- lock_seals --
-- One process at a time seals.
SELECT pg_advisory_xact_lock(hashtextextended('auth.audit_seals', 0));

-- last_seal --
-- The newest seal.
SELECT id, from_tx, to_tx, row_count, rows_hash, previous_hash, sealed_at, key_id, seal_hash,
       signature
  FROM audit_seals
 ORDER BY id DESC
 LIMIT 1;

-- list_seals --
-- Seals in the order of the chain.
-- $1 from id bigint, $2 limit integer
SELECT id, from_tx, to_tx, row_count, rows_hash, previous_hash, sealed_at, key_id, seal_hash,
       signature
  FROM audit_seals
 WHERE id >= $1
 ORDER BY id
 LIMIT $2;

-- add_seal --
-- Append a seal.
-- $1 id bigint, $2 from_tx xid8, $3 to_tx xid8, $4 row_count bigint, $5 rows_hash bytea, $6 previous_hash bytea, $7 sealed_at timestamptz, $8 key_id text, $9 seal_hash bytea, $10 signature bytea
INSERT INTO audit_seals (id, from_tx, to_tx, row_count, rows_hash, previous_hash, sealed_at,
                         key_id, seal_hash, signature)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- first_tx --
-- The first transaction in a range that wrote a row; null when none did.
-- $1 from_tx xid8, $2 to_tx xid8
SELECT tx FROM audit_log WHERE tx >= $1 AND tx < $2 ORDER BY tx, id LIMIT 1;

-- tx_of_row --
-- The transaction of the row after so many in a range; null when there are no more.
-- $1 from_tx xid8, $2 to_tx xid8, $3 rows integer
SELECT tx FROM audit_log WHERE tx >= $1 AND tx < $2 ORDER BY tx, id OFFSET $3 LIMIT 1;

-- sealed_rows --
-- The rows of a range in their order, and whether their data is what was hashed when they were
-- written. Data that is gone must have gone with its whole account, and what is there must lead to
-- whom it is about: a row without its user would be in nobody's list.
-- $1 from_tx xid8, $2 to_tx xid8, $3 id bigint of the row of from_tx to go on after, or null, $4 limit integer
SELECT entry.id, entry.tx, entry."timestamp" AS at, entry.table_name, entry.operation,
       entry.row_id, entry.subject, entry.actor, entry.request_id, entry.changed, entry.data_hash,
       coalesce(CASE WHEN entry.data_salt IS NULL
            THEN entry.old_data IS NULL AND entry.new_data IS NULL AND entry.user_id IS NULL
                 AND (SELECT known.user_id FROM audit_subjects AS known
                       WHERE known.subject = entry.subject) IS NULL
                 -- Not EXISTS, for which all erasures of all years would be gathered first.
                 AND (SELECT true
                        FROM audit_log AS erasure
                       WHERE erasure.subject = entry.subject
                         AND erasure.table_name = 'security'
                         AND erasure.new_data ->> 'event' = 'account_erased'
                       LIMIT 1)
            ELSE octet_length(entry.data_salt) = 16
                 AND entry.data_hash = audit_data_hash(entry.data_salt, entry.old_data,
                                                       entry.new_data)
                 AND CASE WHEN entry.user_id IS NULL
                     THEN entry.table_name = 'security'
                          AND entry.new_data ->> 'event' = 'account_erased'
                     ELSE entry.user_id = (SELECT known.user_id FROM audit_subjects AS known
                                            WHERE known.subject = entry.subject) END
            END, false) AS is_data_intact
  FROM audit_log AS entry
 WHERE entry.tx >= $1 AND entry.tx < $2
   AND ($3::bigint IS NULL OR entry.tx > $1 OR entry.id > $3)
 ORDER BY entry.tx, entry.id
 LIMIT $4;

-- count_unsealed --
-- Rows that no seal covers yet.
-- $1 from_tx xid8
SELECT count(*) FROM audit_log WHERE tx >= $1;

-- events_of_user --
-- A page of what was recorded about one user, newest first. The pseudonym leads to the index.
-- $1 user_id uuid, $2 from timestamptz or null, $3 until timestamptz or null, $4 events text[], all when empty, $5 at timestamptz and $6 id bigint of the entry before or null, $7 limit integer
SELECT entry.id, entry."timestamp" AS at, entry.event, entry.actor, entry.request_id,
       entry.changed, entry.old_data, entry.new_data, entry.table_name, entry.user_id,
       entry.subject, doer.user_id AS actor_user_id
  FROM (SELECT a.id, a."timestamp", a.actor, a.request_id, a.changed, a.old_data, a.new_data,
               a.table_name, a.user_id, a.subject,
               CASE a.table_name WHEN 'security' THEN coalesce(a.new_data ->> 'event', 'security')
                    ELSE a.table_name || '.' || lower(a.operation) END AS event
          FROM audit_log AS a
         WHERE a.user_id = $1
           AND a.subject = (SELECT subject FROM audit_subjects WHERE user_id = $1)
           AND ($2::timestamptz IS NULL OR a."timestamp" >= $2)
           AND ($3::timestamptz IS NULL OR a."timestamp" < $3)
           AND ($5::timestamptz IS NULL OR (a."timestamp", a.id) < ($5, $6))) AS entry
  LEFT JOIN audit_subjects AS doer
    ON doer.subject = CASE WHEN entry.actor LIKE 'subject:%'
                           THEN substr(entry.actor, 9)::uuid END
 WHERE cardinality($4::text[]) = 0 OR entry.event = ANY ($4)
 ORDER BY at DESC, entry.id DESC
 LIMIT $7;

-- events_of_all --
-- A page of what was recorded about anybody, newest first. For administrators.
-- $1 from timestamptz or null, $2 until timestamptz or null, $3 events text[], all when empty, $4 id bigint of the entry before or null, $5 limit integer
SELECT entry.id, entry."timestamp" AS at, entry.event, entry.actor, entry.request_id,
       entry.changed, entry.old_data, entry.new_data, entry.table_name, entry.user_id,
       entry.subject, doer.user_id AS actor_user_id
  FROM (SELECT a.id, a."timestamp", a.actor, a.request_id, a.changed, a.old_data, a.new_data,
               a.table_name, a.user_id, a.subject,
               CASE a.table_name WHEN 'security' THEN coalesce(a.new_data ->> 'event', 'security')
                    ELSE a.table_name || '.' || lower(a.operation) END AS event
          FROM audit_log AS a
         WHERE ($1::timestamptz IS NULL OR a."timestamp" >= $1)
           AND ($2::timestamptz IS NULL OR a."timestamp" < $2)
           AND ($4::bigint IS NULL OR a.id < $4)) AS entry
  LEFT JOIN audit_subjects AS doer
    ON doer.subject = CASE WHEN entry.actor LIKE 'subject:%'
                           THEN substr(entry.actor, 9)::uuid END
 WHERE cardinality($3::text[]) = 0 OR entry.event = ANY ($3)
 ORDER BY entry.id DESC
 LIMIT $5;

-- user_changes --
-- What has changed accounts after a place and before a transaction, in the order of transactions.
-- Rows of erased accounts no longer say whose they were. For the other services.
-- $1 tx xid8 and $2 id bigint of the row before, $3 to_tx xid8, $4 limit integer
SELECT tx, id, user_id, "timestamp" AS at,
       CASE operation WHEN 'INSERT' THEN ARRAY['created'] WHEN 'DELETE' THEN ARRAY['erased']
            ELSE changed END AS changed
  FROM audit_log
 WHERE (tx, id) > ($1::xid8, $2::bigint) AND tx < $3
   AND table_name = 'users' AND user_id IS NOT NULL
 ORDER BY tx, id
 LIMIT $4;

-- limit_lock_wait --
-- Attaching locks the table: rather try again in an hour than hold up whoever writes.
SET LOCAL lock_timeout = '2s';

-- create_month --
-- Make the partition of the month that begins so many months from now; false when it is there.
-- $1 months_ahead integer
SELECT create_monthly_partition('audit_log',
                                (now() AT TIME ZONE 'UTC' + make_interval(months => $1))::date);

-- count_stray --
-- Rows that lie in no month's partition.
SELECT count(*) FROM audit_log_default;
