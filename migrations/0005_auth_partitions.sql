-- Why: audit rows are kept by the month, so that a month is dropped instead of deleted row by row.
-- create_monthly_partition is the text that the analytics schema has too; the schema is the
-- only difference, and a test compares the two.

CREATE FUNCTION auth.partition_column(table_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = auth, pg_temp AS $$
BEGIN
    IF table_name = 'audit_log' THEN
        RETURN 'timestamp';
    END IF;
    RAISE EXCEPTION 'table % is not partitioned by month', table_name
        USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE FUNCTION auth.create_monthly_partition(table_name text, start_date date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
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
GRANT EXECUTE ON FUNCTION auth.create_monthly_partition(text, date) TO inergize_auth;

SELECT auth.create_monthly_partition('audit_log', (now() AT TIME ZONE 'UTC' + months)::date)
  FROM unnest(ARRAY['0 months', '1 month', '2 months']::interval[]) AS months;
