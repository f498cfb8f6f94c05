-- forget_performance --
-- Counts that LinkedIn has told.
-- $1 period interval, $2 at most so many integer
DELETE FROM content_performance
 WHERE id = ANY (ARRAY(
       SELECT id FROM content_performance
        WHERE source = 'linkedin' AND recorded_at < now() - $1::interval
        LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id;
