-- Why: what members write, schedule and publish, with the templates, signatures and media it
-- refers to, how it performs, and every AI generation with its cost.

CREATE TABLE content.content_templates (
    id uuid DEFAULT public.inergize_id() CONSTRAINT content_templates_pkey PRIMARY KEY,
    user_id uuid  -- NULL: a system template
        CONSTRAINT content_templates_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    type varchar(50) NOT NULL
        CONSTRAINT content_templates_type_check
        CHECK (type IN ('post', 'carousel', 'banner', 'article')),
    industry varchar(100),
    category varchar(100),
    template_data jsonb NOT NULL,
    preview_image_url varchar(500),
    usage_count bigint NOT NULL DEFAULT 0,
    is_public boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX content_templates_public ON content.content_templates (category, industry)
 WHERE is_public AND is_active;
CREATE INDEX content_templates_user ON content.content_templates (user_id)
 WHERE user_id IS NOT NULL;
CREATE TRIGGER set_content_templates_updated_at BEFORE UPDATE ON content.content_templates
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE content.signatures (
    id uuid DEFAULT public.inergize_id() CONSTRAINT signatures_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT signatures_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    name varchar(100) NOT NULL,
    body text NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signatures_user_id_key ON content.signatures (user_id) WHERE is_default;
CREATE INDEX signatures_user ON content.signatures (user_id);
CREATE TRIGGER set_signatures_updated_at BEFORE UPDATE ON content.signatures
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE content.media (
    id uuid DEFAULT public.inergize_id() CONSTRAINT media_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT media_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    kind text NOT NULL
        CONSTRAINT media_kind_check CHECK (kind IN ('image', 'banner', 'document', 'video')),
    object_key text NOT NULL CONSTRAINT media_object_key_key UNIQUE,
    content_type varchar(100) NOT NULL,
    size_bytes bigint,
    sha256 bytea,
    width integer,
    height integer,
    source text NOT NULL CONSTRAINT media_source_check CHECK (source IN ('upload', 'ai')),
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT media_state_check CHECK (state IN ('pending', 'ready', 'rejected', 'deleted')),
    linkedin_urn varchar(200),
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_user ON content.media (user_id, created_at DESC);
CREATE TRIGGER set_media_updated_at BEFORE UPDATE ON content.media
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE content.content (
    id uuid DEFAULT public.inergize_id() CONSTRAINT content_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT content_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    type varchar(50) NOT NULL
        CONSTRAINT content_type_check CHECK (type IN ('post', 'carousel', 'banner', 'article')),
    title varchar(255),
    content jsonb NOT NULL,
    ai_prompt text,
    template_id uuid
        CONSTRAINT content_template_id_fkey
        REFERENCES content.content_templates (id) ON DELETE SET NULL,
    status varchar(50) NOT NULL DEFAULT 'draft'
        CONSTRAINT content_status_check
        CHECK (status IN ('draft', 'scheduled', 'published', 'failed', 'archived')),
    scheduled_at timestamptz,
    published_at timestamptz,
    linkedin_post_id varchar(100),
    analytics jsonb NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    tags varchar(50)[] NOT NULL DEFAULT '{}'
        CONSTRAINT content_tags_check CHECK (cardinality(tags) <= 30),
    is_template boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    body_text text,  -- the plain text inside content
    search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', coalesce(title, '')), 'A')
        || setweight(to_tsvector('simple', coalesce(body_text, '')), 'B')) STORED,
    first_comment text,
    first_comment_state varchar(20) NOT NULL DEFAULT 'none'
        CONSTRAINT content_first_comment_state_check
        CHECK (first_comment_state IN ('none', 'pending', 'published', 'unknown', 'failed')),
    first_comment_action_id uuid,
    mentions jsonb NOT NULL DEFAULT '[]',
    revision integer NOT NULL DEFAULT 1,
    queue_name varchar(100),
    signature_id uuid
        CONSTRAINT content_signature_id_fkey REFERENCES content.signatures (id) ON DELETE SET NULL,
    author_urn varchar(100),  -- NULL: the member
    ai_origin varchar(20) NOT NULL DEFAULT 'none'
        CONSTRAINT content_ai_origin_check CHECK (ai_origin IN ('none', 'assisted', 'generated')),
    publish_state varchar(20) NOT NULL DEFAULT 'idle'
        CONSTRAINT content_publish_state_check CHECK (publish_state IN
            ('idle', 'claimed', 'publishing', 'published', 'unknown', 'failed')),
    publish_action_id uuid,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    publish_error text,
    approval_status varchar(20) NOT NULL DEFAULT 'none',
    approved_by uuid,
    approved_at timestamptz,
    CONSTRAINT content_scheduled_at_check
        CHECK (status <> 'scheduled' OR scheduled_at IS NOT NULL)
);
CREATE INDEX content_publish_lease ON content.content (lease_until)
 WHERE publish_state IN ('claimed', 'publishing');
CREATE INDEX content_template ON content.content (template_id);
CREATE INDEX content_signature ON content.content (signature_id) WHERE signature_id IS NOT NULL;
CREATE TRIGGER set_content_updated_at BEFORE UPDATE ON content.content
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE content.content_performance (
    id uuid DEFAULT public.inergize_id() CONSTRAINT content_performance_pkey PRIMARY KEY,
    content_id uuid NOT NULL
        CONSTRAINT content_performance_content_id_fkey
        REFERENCES content.content (id) ON DELETE CASCADE,
    metric_type varchar(50) NOT NULL
        CONSTRAINT content_performance_metric_type_check
        CHECK (metric_type IN ('views', 'likes', 'comments', 'shares', 'clicks')),
    metric_value bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    source varchar(50) NOT NULL DEFAULT 'linkedin',
    -- The columns' full names would exceed the 63 bytes of an identifier.
    CONSTRAINT content_performance_content_metric_source_recorded_key
        UNIQUE (content_id, metric_type, source, recorded_at)
);
CREATE INDEX content_performance_content
    ON content.content_performance (content_id, recorded_at DESC);

CREATE TABLE content.ai_generation_logs (
    id uuid DEFAULT public.inergize_id() CONSTRAINT ai_generation_logs_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT ai_generation_logs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    content_id uuid
        CONSTRAINT ai_generation_logs_content_id_fkey
        REFERENCES content.content (id) ON DELETE SET NULL,
    ai_provider varchar(50) NOT NULL
        CONSTRAINT ai_generation_logs_ai_provider_check
        CHECK (ai_provider IN ('openai', 'anthropic', 'stability')),
    model_name varchar(100) NOT NULL,
    prompt text NOT NULL,
    response text,
    tokens_used bigint,
    cost_micros bigint,  -- millionths of a US dollar
    cost_cents integer GENERATED ALWAYS AS (((cost_micros + 9999) / 10000)::integer) STORED,
    generation_time_ms integer,
    status varchar(50) NOT NULL
        CONSTRAINT ai_generation_logs_status_check CHECK (status IN
            ('success', 'failed', 'moderated', 'pending', 'running', 'cancelled')),
    error_message text,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CONSTRAINT ai_generation_logs_kind_check CHECK (kind IN ('text', 'image')),
    prompt_hash bytea,
    cache_hit boolean NOT NULL DEFAULT false,
    input_tokens bigint,
    output_tokens bigint,
    provider_request_id text,
    moderation jsonb,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0,
    media_id uuid
        CONSTRAINT ai_generation_logs_media_id_fkey
        REFERENCES content.media (id) ON DELETE SET NULL,
    completed_at timestamptz,
    CONSTRAINT ai_generation_logs_cost_micros_check CHECK (cost_micros >= 0)
);
CREATE INDEX ai_logs_user ON content.ai_generation_logs (user_id, created_at DESC);
CREATE INDEX ai_logs_prompt ON content.ai_generation_logs (prompt_hash);
CREATE INDEX ai_logs_content ON content.ai_generation_logs (content_id)
 WHERE content_id IS NOT NULL;
CREATE INDEX ai_logs_media ON content.ai_generation_logs (media_id) WHERE media_id IS NOT NULL;
CREATE TRIGGER set_ai_generation_logs_updated_at BEFORE UPDATE ON content.ai_generation_logs
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE content.content_calendar (
    id uuid DEFAULT public.inergize_id() CONSTRAINT content_calendar_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT content_calendar_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    content_id uuid CONSTRAINT content_calendar_content_id_key UNIQUE  -- NULL: a note
        CONSTRAINT content_calendar_content_id_fkey
        REFERENCES content.content (id) ON DELETE CASCADE,
    event_date date NOT NULL,
    event_time time,
    timezone varchar(100),
    status varchar(50) NOT NULL DEFAULT 'scheduled'
        CONSTRAINT content_calendar_status_check
        CHECK (status IN ('scheduled', 'done', 'cancelled', 'missed')),
    notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX content_calendar_user ON content.content_calendar (user_id, event_date);
CREATE TRIGGER set_content_calendar_updated_at BEFORE UPDATE ON content.content_calendar
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
