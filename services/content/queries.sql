-- add_content --
-- Enter a draft.
-- $1 user_id uuid, $2 type text, $3 title text, $4 content jsonb, $5 body_text text, $6 tags text[], $7 ai_origin text
INSERT INTO content (user_id, type, title, content, body_text, tags, ai_origin)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id;

-- get_content --
-- Read one of a user's contents.
-- $1 user_id uuid, $2 id uuid
SELECT id, user_id, type, coalesce(title, '') AS title,
       coalesce(content ->> 'body', '') AS body,
       coalesce(content ->> 'visibility', 'public') AS visibility,
       tags, ai_origin, status, scheduled_at, published_at,
       coalesce(linkedin_post_id, '') AS linkedin_post_urn,
       publish_state, coalesce(publish_error, '') AS publish_error, publish_action_id,
       revision, created_at, updated_at
  FROM content
 WHERE user_id = $1 AND id = $2;

-- list_content --
-- Read a page of a user's contents, the newest change first.
-- $1 user_id uuid, $2 statuses text[], all when empty, $3 updated_at timestamptz and $4 id uuid of the row before or null, $5 limit integer
SELECT id, user_id, type, coalesce(title, '') AS title,
       coalesce(content ->> 'body', '') AS body,
       coalesce(content ->> 'visibility', 'public') AS visibility,
       tags, ai_origin, status, scheduled_at, published_at,
       coalesce(linkedin_post_id, '') AS linkedin_post_urn,
       publish_state, coalesce(publish_error, '') AS publish_error, publish_action_id,
       revision, created_at, updated_at
  FROM content
 WHERE user_id = $1
   AND (cardinality($2::text[]) = 0 OR status = ANY ($2))
   AND ($3::timestamptz IS NULL OR updated_at < $3 OR (updated_at = $3 AND id > $4))
 ORDER BY updated_at DESC, id
 LIMIT $5;

-- lock_content --
-- Hold one of a user's contents until the transaction ends, and tell the time.
-- $1 user_id uuid, $2 id uuid
SELECT now() FROM content WHERE user_id = $1 AND id = $2 FOR UPDATE;

-- lock_scheduling --
-- Let the user's other calls that schedule wait, so that what is counted next stays true.
-- $1 user_id uuid
SELECT pg_advisory_xact_lock(hashtextextended('content.scheduled:' || $1::uuid, 0));

-- count_scheduled --
-- How much of a user's content waits for its time.
-- $1 user_id uuid
SELECT count(*) FROM content WHERE user_id = $1 AND status = 'scheduled';

-- schedule_content --
-- Set or move the time. What was claimed is taken back by the fence; a content that was not
-- waiting begins a new publication, with an action of its own.
-- $1 user_id uuid, $2 id uuid, $3 scheduled_at timestamptz
UPDATE content
   SET status = 'scheduled', scheduled_at = $3,
       publish_state = 'idle', publish_error = NULL, claimed_by = NULL, lease_until = NULL,
       publish_action_id = CASE WHEN status = 'scheduled' THEN publish_action_id END,
       metadata = CASE WHEN status = 'scheduled' THEN metadata
                       ELSE metadata - 'publish_attempt' END,
       fence = fence + 1, revision = revision + 1
 WHERE user_id = $1 AND id = $2;

-- put_calendar_entry --
-- Write the calendar's side of a schedule.
-- $1 user_id uuid, $2 content_id uuid, $3 event_date date, $4 event_time time, $5 timezone text
INSERT INTO content_calendar (user_id, content_id, event_date, event_time, timezone)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (content_id) DO UPDATE
   SET event_date = excluded.event_date, event_time = excluded.event_time,
       timezone = excluded.timezone, status = 'scheduled'
 WHERE content_calendar.user_id = $1;

-- unschedule_content --
-- Make it a draft again; a worker that holds it loses its fence before it begins.
-- $1 user_id uuid, $2 id uuid
UPDATE content
   SET status = 'draft', scheduled_at = NULL,
       publish_state = 'idle', publish_error = NULL, claimed_by = NULL, lease_until = NULL,
       publish_action_id = NULL, metadata = metadata - 'publish_attempt',
       fence = fence + 1, revision = revision + 1
 WHERE user_id = $1 AND id = $2;

-- end_calendar_entry --
-- Say in the calendar how it ended.
-- $1 user_id uuid, $2 content_id uuid, $3 status text
UPDATE content_calendar SET status = $3 WHERE user_id = $1 AND content_id = $2;

-- claim_due_content --
-- Take what is due and free: nobody holds it, or its holder's lease or its deferral has ended.
-- What had begun stays `publishing`, so that its user cannot call it off. For the scheduler.
-- $1 limit integer, $2 claimed_by text, $3 lease interval
WITH due AS (
    SELECT id
      FROM content
     WHERE status = 'scheduled'
       AND scheduled_at <= now()
       AND publish_state IN ('idle', 'claimed', 'publishing')
       AND (lease_until IS NULL OR lease_until <= now())
     ORDER BY scheduled_at
     LIMIT $1
       FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE content
       SET publish_state = CASE publish_state WHEN 'publishing' THEN 'publishing'
                                              ELSE 'claimed' END,
           publish_action_id = coalesce(publish_action_id, public.inergize_id()),
           claimed_by = $2, lease_until = now() + $3,
           fence = fence + 1, revision = revision + 1
      FROM due
     WHERE content.id = due.id
    RETURNING content.id AS content_id, user_id, publish_action_id AS action_id, fence,
              scheduled_at
)
SELECT content_id, user_id, action_id, fence FROM claimed ORDER BY scheduled_at;

-- next_due_time --
-- When claiming is worth while again; null when nothing is scheduled. For the scheduler.
SELECT least(
    (SELECT min(scheduled_at)
       FROM content
      WHERE status = 'scheduled' AND scheduled_at > now()),
    (SELECT min(greatest(lease_until, now()))
       FROM content
      WHERE status = 'scheduled' AND scheduled_at <= now()
        AND publish_state IN ('idle', 'claimed', 'publishing')));

-- begin_publication --
-- Begin, or begin again, what is claimed; no row when the fence is old. For workers.
-- $1 id uuid, $2 fence bigint, $3 lease interval
UPDATE content
   SET publish_state = 'publishing', lease_until = now() + $3, revision = revision + 1
 WHERE id = $1 AND fence = $2
   AND status = 'scheduled' AND publish_state IN ('claimed', 'publishing')
RETURNING user_id, publish_action_id AS action_id,
          coalesce((metadata ->> 'publish_attempt')::integer, 1) AS attempt,
          coalesce(body_text, '') AS text,
          coalesce(content ->> 'visibility', 'public') AS visibility,
          coalesce(author_urn, '') AS author_urn, scheduled_at;

-- record_publication --
-- Store how a publication went. A deferral keeps its place, waits for $7 and counts an attempt;
-- what was unknown may be settled. No row when the fence is old or it is settled. For workers.
-- $1 id uuid, $2 fence bigint, $3 status text, $4 publish_state text, $5 remote_id text or null, $6 error text or null, $7 not_before timestamptz or null
UPDATE content
   SET status = $3, publish_state = $4, linkedin_post_id = $5, publish_error = $6,
       lease_until = $7, claimed_by = NULL,
       published_at = CASE WHEN $4 = 'published' THEN now() END,
       metadata = CASE WHEN $4 = 'idle' THEN jsonb_set(metadata, '{publish_attempt}',
                           to_jsonb(coalesce((metadata ->> 'publish_attempt')::integer, 1) + 1))
                       ELSE metadata END,
       revision = revision + 1
 WHERE id = $1 AND fence = $2
   AND (publish_state = 'publishing' OR (publish_state = 'unknown' AND $4 <> 'unknown'))
RETURNING user_id, publish_action_id AS action_id, published_at, scheduled_at, now() AS at,
          coalesce(nullif(title, ''), left(body_text, 80), '') AS name;

-- get_publish_state --
-- What a claim has come to; no row when the fence is old. For workers.
-- $1 id uuid, $2 fence bigint
SELECT publish_state FROM content WHERE id = $1 AND fence = $2;

-- lock_unknown --
-- Hold a content while what became of it is settled; no row when that is known, or when another
-- action is to publish it by now. For workers.
-- $1 id uuid, $2 publish_action_id uuid
SELECT user_id, fence, coalesce(nullif(title, ''), left(body_text, 80), '') AS name
  FROM content
 WHERE id = $1 AND publish_action_id = $2 AND publish_state = 'unknown'
   FOR UPDATE;
