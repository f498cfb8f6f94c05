-- add_notification --
-- Keep a notification; no row when its dedupe key was used before.
-- $1 user_id uuid, $2 kind text, $3 severity text, $4 title text, $5 body text, $6 data jsonb, $7 dedupe_key text, $8 channels text[], $9 is_for_digest boolean
INSERT INTO notifications
       (user_id, kind, severity, title, body, data, dedupe_key, channels, is_for_digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT notifications_user_id_dedupe_key_key DO NOTHING
RETURNING id;

-- announce --
-- Say, once this commits, that a user's notifications have changed.
-- $1 channel text, $2 user_id uuid
SELECT pg_notify($1, $2::uuid::text);

-- list_notifications --
-- A page of a user's notifications, newest first.
-- $1 user_id uuid, $2 is_unread_only boolean, $3 kinds text[] (empty for all), $4 created_at timestamptz and $5 id uuid of the row before or null, $6 limit integer
SELECT id, kind, severity, title, body, data, created_at, read_at
  FROM notifications
 WHERE user_id = $1
   AND (NOT $2::boolean OR read_at IS NULL)
   AND (cardinality($3::text[]) = 0 OR kind = ANY ($3))
   AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
 ORDER BY created_at DESC, id DESC
 LIMIT $6;

-- list_new_notifications --
-- What a watcher has not seen yet, oldest first. It looks back a little: a notification carries the
-- time at which its transaction began, and another's that began later may have ended first.
-- $1 user_id uuid, $2 since timestamptz, $3 seen uuid[], $4 limit integer
SELECT id, kind, severity, title, body, data, created_at, read_at
  FROM notifications
 WHERE user_id = $1 AND created_at > $2 AND id <> ALL ($3::uuid[])
 ORDER BY created_at, id
 LIMIT $4;

-- count_unread --
-- How many notifications a user has not read, and what time it is.
-- $1 user_id uuid
SELECT count(*) AS unread_count, now() AS at
  FROM notifications
 WHERE user_id = $1 AND read_at IS NULL;

-- count_owned --
-- How many of these notifications are the user's.
-- $1 user_id uuid, $2 ids uuid[]
SELECT count(*) FROM notifications WHERE user_id = $1 AND id = ANY ($2);

-- mark_read --
-- Note that a user has read some notifications; those that were read keep their time. Rows are held
-- in the order of their ids, so that two calls at once wait for each other and do not lock up.
-- $1 user_id uuid, $2 ids uuid[] or null, $3 up_to timestamptz or null, $4 kept interval
WITH unread AS (
    SELECT id
      FROM notifications
     WHERE user_id = $1 AND read_at IS NULL
       AND ($2::uuid[] IS NULL OR id = ANY ($2))
       AND ($3::timestamptz IS NULL OR created_at <= $3)
     ORDER BY id
       FOR UPDATE
)
UPDATE notifications
   SET read_at = now(), expires_at = least(expires_at, now() + $4::interval)
 WHERE id IN (SELECT id FROM unread)
RETURNING id;

-- forget_notifications --
-- Drop notifications whose time is over; run until it drops none.
-- $1 limit integer
DELETE FROM notifications
 WHERE id IN (SELECT id FROM notifications WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- begin_digest --
-- Have a digest come, and say whether it is a new one. The row is locked either way: a digest that
-- is just leaving is waited for, and what is added now is in the next.
-- $1 user_id uuid
INSERT INTO notification_digests AS digest (user_id) VALUES ($1)
ON CONFLICT (user_id) DO UPDATE SET created_at = digest.created_at
RETURNING xmax = 0 AS is_new;

-- hold_digest --
-- Hold a coming digest, note that it was looked at, and say whether this message may send it: not
-- while another is sending it. No row when none is coming.
-- $1 user_id uuid, $2 message_id uuid
UPDATE notification_digests SET looked_at = now()
 WHERE user_id = $1
RETURNING held_by IS NULL OR held_by = $2 OR held_until < now() AS is_free;

-- take_digest --
-- Note by which message a digest is being sent.
-- $1 user_id uuid, $2 message_id uuid, $3 lease interval
UPDATE notification_digests SET held_by = $2, held_until = now() + $3::interval WHERE user_id = $1;

-- take_forgotten_digests --
-- Digests that nobody has looked at for longer than any of them is put off: their message was given
-- up. Run until it finds none.
-- $1 limit integer
UPDATE notification_digests SET looked_at = now()
 WHERE user_id IN (SELECT user_id FROM notification_digests
                    WHERE looked_at < now() - interval '8 days'
                    LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING user_id;

-- end_digest --
-- Have no digest come.
-- $1 user_id uuid
DELETE FROM notification_digests WHERE user_id = $1;

-- drop_from_digest --
-- Leave out of digests what waits for one.
-- $1 user_id uuid
UPDATE notifications SET is_for_digest = false
 WHERE user_id = $1 AND is_for_digest AND mailed_at IS NULL;

-- list_for_digest --
-- What waits for the digest and was not read meanwhile, oldest first.
-- $1 user_id uuid, $2 limit integer
SELECT id, kind, severity, title, body, data, created_at, read_at
  FROM notifications
 WHERE user_id = $1 AND is_for_digest AND mailed_at IS NULL AND read_at IS NULL
 ORDER BY created_at, id
 LIMIT $2;

-- get_unmailed --
-- A notification that was neither mailed nor read.
-- $1 user_id uuid, $2 id uuid
SELECT id, kind, severity, title, body, data, created_at, read_at
  FROM notifications
 WHERE user_id = $1 AND id = $2 AND mailed_at IS NULL AND read_at IS NULL;

-- set_mailed --
-- Note that a mail told of notifications.
-- $1 user_id uuid, $2 ids uuid[]
UPDATE notifications SET mailed_at = now()
 WHERE user_id = $1 AND id = ANY ($2) AND mailed_at IS NULL;

-- database_time --
-- The time by which rows are dated.
SELECT now();

-- get_fresh --
-- A notification that was not read and is not too old to be pushed.
-- $1 user_id uuid, $2 id uuid, $3 fresh interval
SELECT id, kind, severity, title, body, data, created_at, read_at
  FROM notifications
 WHERE user_id = $1 AND id = $2 AND read_at IS NULL AND created_at > now() - $3::interval;
