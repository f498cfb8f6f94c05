-- Why: daily figures, benchmarks and exports, which live beside the accounts; the time series
-- have migrations of their own because they may live in another database.

CREATE TABLE analytics.user_analytics_summary (
    id uuid DEFAULT public.inergize_id() CONSTRAINT user_analytics_summary_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT user_analytics_summary_user_id_fkey
        REFERENCES auth.users (id) ON DELETE CASCADE,
    date date NOT NULL,  -- the UTC day
    profile_views bigint NOT NULL DEFAULT 0,
    search_appearances bigint NOT NULL DEFAULT 0,
    post_impressions bigint NOT NULL DEFAULT 0,
    post_engagement bigint NOT NULL DEFAULT 0,
    connection_invites_sent bigint NOT NULL DEFAULT 0,
    connection_invites_received bigint NOT NULL DEFAULT 0,
    messages_sent bigint NOT NULL DEFAULT 0,
    messages_received bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_analytics_summary_user_id_date_key UNIQUE (user_id, date)
);
CREATE TRIGGER set_user_analytics_summary_updated_at
    BEFORE UPDATE ON analytics.user_analytics_summary
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE analytics.industry_benchmarks (
    id uuid DEFAULT public.inergize_id() CONSTRAINT industry_benchmarks_pkey PRIMARY KEY,
    industry varchar(100) NOT NULL,
    metric_name varchar(100) NOT NULL,
    metric_value numeric(20, 4) NOT NULL,
    percentile integer
        CONSTRAINT industry_benchmarks_percentile_check
        CHECK (percentile >= 0 AND percentile <= 100),
    sample_size integer NOT NULL  -- a smaller cohort would tell of single persons
        CONSTRAINT industry_benchmarks_sample_size_check CHECK (sample_size >= 20),
    date_range_start date NOT NULL,
    date_range_end date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT industry_benchmarks_date_range_end_check
        CHECK (date_range_start <= date_range_end),
    -- Industry, metric, percentile and range; their names would exceed 63 bytes.
    CONSTRAINT industry_benchmarks_cohort_key UNIQUE NULLS NOT DISTINCT
        (industry, metric_name, percentile, date_range_start, date_range_end)
);
CREATE TRIGGER set_industry_benchmarks_updated_at BEFORE UPDATE ON analytics.industry_benchmarks
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE analytics.export_jobs (
    id uuid DEFAULT public.inergize_id() CONSTRAINT export_jobs_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT export_jobs_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    export_type varchar(50) NOT NULL
        CONSTRAINT export_jobs_export_type_check CHECK (export_type IN
            ('profile_analytics', 'content_performance', 'automation_logs', 'account_data')),
    format varchar(20) NOT NULL
        CONSTRAINT export_jobs_format_check CHECK (format IN ('pdf', 'excel', 'csv', 'json')),
    date_range_start date,
    date_range_end date,
    filters jsonb NOT NULL DEFAULT '{}',
    status varchar(50) NOT NULL DEFAULT 'pending'
        CONSTRAINT export_jobs_status_check
        CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    file_url varchar(500),  -- s3://bucket/key; what a client gets is made when it asks
    file_size_bytes bigint,
    error_message text,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    sha256 bytea,
    row_count bigint,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0
);
CREATE INDEX export_jobs_user ON analytics.export_jobs (user_id, created_at DESC);
CREATE INDEX export_jobs_due ON analytics.export_jobs (created_at)
 WHERE status IN ('pending', 'processing');
CREATE INDEX export_jobs_expires ON analytics.export_jobs (expires_at);
