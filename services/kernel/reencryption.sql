-- reencryption_statements --
-- The statements that re-encrypt a column of this schema; run what it returns. Of each, $1 is the id
-- of the first key. Rows come by primary key, after $2, at most $3; those that somebody holds are
-- left for later, so that nobody ever waits for us who holds what we wait for.
-- $1 table text, $2 ciphertext column text, $3 nonce column text or null, $4 key id column text,
-- $5 owner column text
SELECT format('SELECT count(*) FROM %I.%I WHERE %I IS NOT NULL AND %I <> $1',
              current_schema(), $1::text, $2::text, $4::text) AS count_rows,
       format('SELECT %1$I AS place, %2$I::text AS owner, %3$I AS ciphertext, %4$s AS nonce,
                      %5$I AS key_id
                 FROM %6$I.%7$I
                WHERE %3$I IS NOT NULL AND %5$I <> $1 AND %1$I > $2::%8$s
                ORDER BY %1$I LIMIT $3
                  FOR NO KEY UPDATE SKIP LOCKED',
              field.attname, $5::text, $2::text,
              CASE WHEN $3::text IS NULL THEN 'NULL::bytea' ELSE quote_ident($3::text) END,
              $4::text, current_schema(), $1::text,
              field.atttypid::regtype) AS take_rows,
       CASE WHEN $3::text IS NULL
            THEN format('UPDATE %I.%I SET %I = $2, %I = $3 WHERE %I = $1',
                        current_schema(), $1::text, $2::text, $4::text, field.attname)
            ELSE format('UPDATE %I.%I SET %I = $2, %I = $3, %I = $4 WHERE %I = $1',
                        current_schema(), $1::text, $2::text, $4::text, $3::text, field.attname)
       END AS put_row,
       CASE field.atttypid WHEN 'uuid'::regtype THEN '00000000-0000-0000-0000-000000000000'
                           ELSE '' END AS before_all
  FROM pg_index AS key
  JOIN pg_attribute AS field ON field.attrelid = key.indrelid AND field.attnum = key.indkey[0]
 WHERE key.indrelid = to_regclass(format('%I.%I', current_schema(), $1::text))
   AND key.indisprimary AND key.indnkeyatts = 1;

-- wait_briefly --
-- Give up on a lock before PostgreSQL would look for a deadlock: whoever serves users goes first.
SET LOCAL lock_timeout = '200ms';
