-- add_mark --
-- Note a registration, and whether it was noted before; the first ones of an address stay, however
-- many follow. No row when it is not kept.
-- $1 email_key bytea, $2 password_mark bytea, $3 life interval, $4 most integer
INSERT INTO registration_marks (email_key, password_mark)
SELECT $1, $2
 WHERE (SELECT count(*) FROM registration_marks
         WHERE email_key = $1 AND created_at > now() - $3::interval) < $4
    ON CONFLICT (email_key, password_mark) DO UPDATE SET created_at = now()
RETURNING EXISTS (SELECT 1 FROM registration_marks AS before
                   WHERE before.email_key = $1 AND before.password_mark = $2) AS was_known;

-- try_mark --
-- Whether somebody has tried the password since it was registered; no row when it was not of late.
-- $1 email_key bytea, $2 password_mark bytea, $3 life interval
WITH found AS (
    SELECT email_key, password_mark, tried_at IS NOT NULL AS was_tried
      FROM registration_marks
     WHERE email_key = $1 AND password_mark = $2 AND created_at > now() - $3::interval
       FOR UPDATE
), noted AS (
    UPDATE registration_marks SET tried_at = now()
     WHERE (email_key, password_mark) IN (SELECT email_key, password_mark FROM found
                                           WHERE NOT was_tried)
)
SELECT was_tried FROM found;

-- remove_mark --
-- Forget one: the address was proved and its password used.
-- $1 email_key bytea, $2 password_mark bytea
DELETE FROM registration_marks WHERE email_key = $1 AND password_mark = $2;

-- sweep_marks --
-- Forget marks whose time is over, a batch at a time.
-- $1 life interval, $2 batch integer
DELETE FROM registration_marks
 WHERE (email_key, password_mark) IN (SELECT email_key, password_mark
                                        FROM registration_marks
                                       WHERE created_at < now() - $1::interval
                                       LIMIT $2
                                         FOR UPDATE SKIP LOCKED)
RETURNING created_at;
