-- transaction: none
-- Why: the lists, the scheduler's look for due content, and search without a search server.

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_content_user_status
    ON content.content (user_id, status, updated_at DESC, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_content_scheduled
    ON content.content (scheduled_at) WHERE status = 'scheduled';
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_content_type_created
    ON content.content (type, created_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS content_search ON content.content USING gin (search);
CREATE INDEX CONCURRENTLY IF NOT EXISTS content_tags ON content.content USING gin (tags);
CREATE INDEX CONCURRENTLY IF NOT EXISTS content_title_trgm
    ON content.content USING gin (title public.gin_trgm_ops);
