-- database: timeseries
-- Why: events and measurements as they happen, partitioned by the month of their own time.
-- This database may be the main one or another, so everything that it needs is made here.
-- No foreign keys: the writer checks user_id.

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS analytics;
GRANT USAGE ON SCHEMA analytics TO inergize_analytics;
ALTER DEFAULT PRIVILEGES IN SCHEMA analytics
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO inergize_analytics;
ALTER DEFAULT PRIVILEGES IN SCHEMA analytics GRANT USAGE ON SEQUENCES TO inergize_analytics;
DO $$
BEGIN
    -- ANALYZE after a clean-up needs MAINTAIN, a right that PostgreSQL 16 does not have.
    IF current_setting('server_version_num')::integer >= 170000 THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA analytics GRANT MAINTAIN ON TABLES TO inergize_analytics;
    END IF;
END $$;

CREATE TABLE analytics.analytics_events (
    time timestamptz NOT NULL DEFAULT now(),
    user_id uuid NOT NULL,
    event_type varchar(50) NOT NULL,
    event_category varchar(50) NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    session_id varchar(255),  -- the session row's id, never a token
    ip_address inet,  -- cut to /24 or /48
    user_agent text,
    event_id uuid NOT NULL,
    CONSTRAINT analytics_events_event_key UNIQUE (event_id, time)
) PARTITION BY RANGE (time);
CREATE INDEX idx_analytics_events_user_time ON analytics.analytics_events (user_id, time DESC);
CREATE INDEX idx_analytics_events_type_time ON analytics.analytics_events (event_type, time DESC);

CREATE TABLE analytics.profile_metrics (
    time timestamptz NOT NULL DEFAULT now(),
    user_id uuid NOT NULL,
    metric_type varchar(50) NOT NULL,
    metric_value bigint NOT NULL,
    previous_value bigint,
    change_delta bigint,
    event_id uuid NOT NULL,
    CONSTRAINT profile_metrics_event_key UNIQUE (event_id, time)
) PARTITION BY RANGE (time);
CREATE INDEX idx_profile_metrics_user_metric_time
    ON analytics.profile_metrics (user_id, metric_type, time DESC);

CREATE TABLE analytics.api_performance_metrics (
    time timestamptz NOT NULL DEFAULT now(),
    user_id uuid,
    endpoint varchar(200) NOT NULL,
    response_time_ms integer NOT NULL,
    status_code integer NOT NULL,
    rate_limit_remaining integer,
    error_type varchar(100),
    event_id uuid NOT NULL,
    CONSTRAINT api_performance_metrics_event_key UNIQUE (event_id, time)
) PARTITION BY RANGE (time);
CREATE INDEX idx_api_performance_endpoint_time
    ON analytics.api_performance_metrics (endpoint, time DESC);

CREATE TABLE analytics.content_engagement_metrics (
    time timestamptz NOT NULL DEFAULT now(),
    content_id uuid NOT NULL,
    user_id uuid NOT NULL,
    metric_type varchar(50) NOT NULL,
    metric_value bigint NOT NULL DEFAULT 0,  -- running total as polled
    organic boolean NOT NULL DEFAULT true,
    event_id uuid NOT NULL,
    CONSTRAINT content_engagement_metrics_event_key UNIQUE (event_id, time)
) PARTITION BY RANGE (time);
CREATE INDEX idx_content_engagement_content_time
    ON analytics.content_engagement_metrics (content_id, time DESC);

-- Months that left analytics_events arrive here by attaching their partition, so none is made
-- ahead: a partition of the same month would be in the way.
CREATE TABLE analytics.analytics_events_archive (
    time timestamptz NOT NULL DEFAULT now(),
    user_id uuid NOT NULL,
    event_type varchar(50) NOT NULL,
    event_category varchar(50) NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    session_id varchar(255),
    ip_address inet,
    user_agent text,
    event_id uuid NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (time);

CREATE TABLE analytics.analytics_events_default
    PARTITION OF analytics.analytics_events DEFAULT;
CREATE TABLE analytics.profile_metrics_default
    PARTITION OF analytics.profile_metrics DEFAULT;
CREATE TABLE analytics.api_performance_metrics_default
    PARTITION OF analytics.api_performance_metrics DEFAULT;
CREATE TABLE analytics.content_engagement_metrics_default
    PARTITION OF analytics.content_engagement_metrics DEFAULT;
CREATE TABLE analytics.analytics_events_archive_default
    PARTITION OF analytics.analytics_events_archive DEFAULT;

CREATE FUNCTION analytics.partition_column(table_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = analytics, pg_temp AS $$
BEGIN
    IF table_name IN ('analytics_events', 'profile_metrics', 'api_performance_metrics',
                      'content_engagement_metrics', 'analytics_events_archive') THEN
        RETURN 'time';
    END IF;
    RAISE EXCEPTION 'table % is not partitioned by month', table_name
        USING ERRCODE = 'invalid_parameter_value';
END $$;

-- The same text as in the auth schema.
CREATE FUNCTION analytics.create_monthly_partition(table_name text, start_date date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = analytics, pg_temp AS $$
DECLARE
    -- Months are UTC months, whatever the session's zone.
    month CONSTANT timestamp := date_trunc('month', start_date::timestamp);
    first_instant CONSTANT timestamptz := month AT TIME ZONE 'UTC';
    end_instant CONSTANT timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
    room CONSTANT text := current_schema();
    time_column CONSTANT text := partition_column(table_name);
    partition_name CONSTANT text := table_name || '_' || to_char(month, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('partition:' || table_name, 0));
    IF to_regclass(format('%I.%I', room, partition_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                   room, partition_name, room, table_name);
    EXECUTE format('WITH moved AS (DELETE FROM %1$I.%2$I WHERE %3$I >= %4$L AND %3$I < %5$L
                        RETURNING *)
                    INSERT INTO %1$I.%6$I SELECT * FROM moved',
                   room, table_name || '_default', time_column, first_instant, end_instant,
                   partition_name);
    -- A row that reaches DEFAULT meanwhile makes this fail: all is undone and the caller retries.
    EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
                   room, table_name, room, partition_name, first_instant, end_instant);
    -- Rows are reached through the parent, whose rights decide; a new table starts with the
    -- schema's default rights, which for the audit log would be a way around them.
    EXECUTE format('REVOKE SELECT, INSERT, UPDATE, DELETE ON %I.%I FROM %I',
                   room, partition_name, 'inergize_' || room);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I.%I FROM %I',
                   room, partition_name, current_user);
    RETURN true;
END $$;
GRANT EXECUTE ON FUNCTION analytics.create_monthly_partition(text, date) TO inergize_analytics;

SELECT analytics.create_monthly_partition(series, (now() AT TIME ZONE 'UTC' + months)::date)
  FROM unnest(ARRAY['analytics_events', 'profile_metrics', 'api_performance_metrics',
                    'content_engagement_metrics']) AS series,
       unnest(ARRAY['0 months', '1 month', '2 months']::interval[]) AS months;
