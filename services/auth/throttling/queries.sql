-- longest_wait --
-- How long a try has to wait, without a lock: what is refused here costs nothing more.
-- $1 kinds text[], $2 keys bytea[]
SELECT max(blocked_until - now())
  FROM login_throttles
 WHERE (kind, key) IN (SELECT kind, key FROM unnest($1::text[], $2::bytea[]) AS t (kind, key))
   AND blocked_until > now();

-- hold_counts --
-- Hold what was counted for each subject, in an order that is always the same.
-- $1 kinds text[], $2 keys bytea[]
INSERT INTO login_throttles (kind, key)
SELECT kind, key FROM unnest($1::text[], $2::bytea[]) AS t (kind, key) ORDER BY kind, key
    ON CONFLICT (kind, key) DO UPDATE SET failures = login_throttles.failures
RETURNING kind, key, failures, counted_at, blocked_until, now() AS at;

-- write_counts --
-- Enter new counts of subjects that are held.
-- $1 kinds text[], $2 keys bytea[], $3 failures float8[], $4 counted_at timestamptz[], $5 blocked_until timestamptz[]
UPDATE login_throttles AS kept
   SET failures = t.failures, counted_at = t.counted_at, blocked_until = t.blocked_until
  FROM unnest($1::text[], $2::bytea[], $3::float8[], $4::timestamptz[], $5::timestamptz[])
       AS t (kind, key, failures, counted_at, blocked_until)
 WHERE kept.kind = t.kind AND kept.key = t.key;

-- forget_counts --
-- Begin anew.
-- $1 kinds text[], $2 keys bytea[]
DELETE FROM login_throttles
 WHERE (kind, key) IN (SELECT kind, key FROM unnest($1::text[], $2::bytea[]) AS t (kind, key));

-- note_told --
-- Note that the owner is told of a lock; no row when that was done a short while ago.
-- $1 kind text, $2 key bytea, $3 gap interval
UPDATE login_throttles SET told_at = now()
 WHERE kind = $1 AND key = $2 AND (told_at IS NULL OR told_at <= now() - $3::interval)
RETURNING kind;

-- mirror_failures --
-- Show administrators what strangers have failed at.
-- $1 user_id uuid, $2 failures integer
UPDATE users SET failed_logins = least($2::integer, 32767) WHERE id = $1;

-- mirror_lock --
-- The same with the lock that they have brought about.
-- $1 user_id uuid, $2 failures integer, $3 locked_until timestamptz
UPDATE users SET failed_logins = least($2::integer, 32767), locked_until = $3 WHERE id = $1;

-- mirror_nothing --
-- Show that nothing is counted any more.
-- $1 email text
UPDATE users SET failed_logins = 0, locked_until = NULL
 WHERE lower(email) = lower($1) AND (failed_logins <> 0 OR locked_until IS NOT NULL);

-- sweep_counts --
-- Forget counts that nobody has added to for so long, a batch at a time.
-- $1 age interval, $2 batch integer
DELETE FROM login_throttles
 WHERE (kind, key) IN (SELECT kind, key
                         FROM login_throttles
                        WHERE counted_at < now() - $1::interval
                          AND coalesce(blocked_until, counted_at) < now() - $1::interval
                        LIMIT $2
                          FOR UPDATE SKIP LOCKED)
RETURNING kind;
