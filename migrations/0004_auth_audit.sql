-- Why: who changed what on sensitive tables, kept where no service can alter it. Rows are written
-- by triggers alone, through functions of a role that nobody logs in as.

CREATE SEQUENCE auth.audit_log_id_seq AS bigint;
REVOKE ALL ON SEQUENCE auth.audit_log_id_seq FROM inergize_auth;

CREATE TABLE auth.audit_log (
    id bigint NOT NULL DEFAULT nextval('auth.audit_log_id_seq'),
    table_name text NOT NULL,
    operation text NOT NULL
        CONSTRAINT audit_log_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
    old_data jsonb,
    new_data jsonb,
    user_id uuid,  -- no foreign key: the record outlives the account
    "timestamp" timestamptz NOT NULL DEFAULT now(),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    row_id text,
    subject uuid NOT NULL,
    actor text,
    request_id text,
    changed text[],
    data_hash bytea,
    data_salt bytea,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id, "timestamp")
) PARTITION BY RANGE ("timestamp");
CREATE INDEX audit_log_subject ON auth.audit_log (subject, "timestamp" DESC);
CREATE INDEX audit_log_tx ON auth.audit_log (tx, id);
CREATE TABLE auth.audit_log_default PARTITION OF auth.audit_log DEFAULT;

-- The pseudonym that audit rows carry. Apart from users, because a cascade's triggers still need
-- it when the users row has gone.
CREATE TABLE auth.audit_subjects (
    user_id uuid CONSTRAINT audit_subjects_pkey PRIMARY KEY,
    subject uuid NOT NULL DEFAULT gen_random_uuid()
);

-- Append-only by grant, for the owner too; only rows strayed into DEFAULT may be moved on.
REVOKE ALL ON auth.audit_log, auth.audit_log_default, auth.audit_subjects FROM inergize_auth;
GRANT SELECT ON auth.audit_log, auth.audit_subjects TO inergize_auth;
REVOKE UPDATE, DELETE, TRUNCATE ON auth.audit_log FROM inergize_migrator;
REVOKE UPDATE, TRUNCATE ON auth.audit_log_default FROM inergize_migrator;

GRANT USAGE ON SCHEMA auth TO inergize_audit;
GRANT USAGE ON SEQUENCE auth.audit_log_id_seq TO inergize_audit;
GRANT INSERT, SELECT, UPDATE (user_id, old_data, new_data, data_salt) ON auth.audit_log
    TO inergize_audit;
GRANT SELECT, INSERT, DELETE ON auth.audit_subjects TO inergize_audit;

-- Replace what must not be copied to a second place. An empty column stays visibly empty.
CREATE FUNCTION auth.audit_redact(table_name text, row_data jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = auth, pg_temp AS $$
    SELECT jsonb_object_agg(key, CASE
        WHEN value <> 'null' AND key = ANY (CASE table_name
            WHEN 'users' THEN ARRAY['password_hash']
            WHEN 'user_sessions' THEN ARRAY[
                'session_token_hash', 'refresh_token_hash', 'previous_refresh_hash',
                'refresh_seed_ct', 'refresh_seed_nonce', 'device_info', 'ip_address', 'user_agent']
            WHEN 'user_mfa' THEN ARRAY[
                'secret_ct', 'secret_nonce', 'backup_codes', 'phone_number', 'email']
            WHEN 'linkedin_profiles' THEN ARRAY['profile_data', 'analytics_data', 'summary']
            WHEN 'linkedin_tokens' THEN ARRAY[
                'access_token_ct', 'access_token_nonce', 'refresh_token_ct', 'refresh_token_nonce',
                'data_key']
            ELSE ARRAY[]::text[] END)
        THEN '"[redacted]"'::jsonb ELSE value END)
      FROM jsonb_each(row_data)
$$;

-- The pseudonym of a user, made at the first audited change.
CREATE FUNCTION auth.audit_subject(the_user uuid) RETURNS uuid
LANGUAGE plpgsql SET search_path = auth, pg_temp AS $$
DECLARE
    found_subject uuid;
BEGIN
    INSERT INTO auth.audit_subjects (user_id) VALUES (the_user) ON CONFLICT DO NOTHING;
    SELECT s.subject INTO STRICT found_subject
      FROM auth.audit_subjects AS s WHERE s.user_id = the_user;
    RETURN found_subject;
END $$;

-- Arguments: the column that names the user, then the key columns (without them: id).
-- An UPDATE stores the changed columns only, and nothing when only bookkeeping changed.
CREATE FUNCTION auth.audit_trigger_function() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    bookkeeping CONSTANT text[] := ARRAY[
        'updated_at', 'last_login_at', 'failed_logins', 'last_totp_step', 'failed_attempts',
        'last_sync_at', 'next_sync_at', 'next_run_at', 'last_run_at', 'refresh_lease_until'];
    key_columns CONSTANT text[] := CASE WHEN TG_NARGS > 1 THEN TG_ARGV[1:] ELSE ARRAY['id'] END;
    before_row CONSTANT jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after_row CONSTANT jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    present_row CONSTANT jsonb := coalesce(after_row, before_row);
    kept_before jsonb := audit_redact(TG_TABLE_NAME, before_row);
    kept_after jsonb := audit_redact(TG_TABLE_NAME, after_row);
    user_of_row CONSTANT uuid := present_row ->> TG_ARGV[0];
    key_of_row text;
    changed_columns text[];
    salt CONSTANT bytea := uuid_send(gen_random_uuid());
BEGIN
    SELECT string_agg(present_row ->> k.name, '/' ORDER BY k.place) INTO key_of_row
      FROM unnest(key_columns) WITH ORDINALITY AS k (name, place);
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(b.key ORDER BY b.key) INTO changed_columns
          FROM jsonb_each(before_row) AS b
         WHERE b.value IS DISTINCT FROM after_row -> b.key AND b.key <> ALL (bookkeeping);
        IF changed_columns IS NULL THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(key, kept_before -> key), jsonb_object_agg(key, kept_after -> key)
          INTO kept_before, kept_after
          FROM unnest(changed_columns) AS key;
    END IF;
    INSERT INTO audit_log (table_name, operation, old_data, new_data, user_id, row_id, subject,
                           actor, request_id, changed, data_hash, data_salt)
    VALUES (TG_TABLE_NAME, TG_OP, kept_before, kept_after, user_of_row, key_of_row,
            audit_subject(user_of_row), nullif(current_setting('inergize.actor', true), ''),
            nullif(current_setting('inergize.request_id', true), ''), changed_columns,
            audit_data_hash(salt, kept_before, kept_after), salt);
    RETURN NULL;
END $$;

-- The seal chain covers this hash instead of the data, so erasing the data leaves seals valid.
CREATE FUNCTION auth.audit_data_hash(salt bytea, old_data jsonb, new_data jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = auth, pg_temp
RETURN sha256(salt || convert_to(jsonb_build_array(old_data, new_data)::text, 'UTF8'));

-- Forget a person: what the rows say of them goes, that the rows exist stays.
CREATE FUNCTION auth.audit_erase(erased_user_id uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    erased bigint;
BEGIN
    UPDATE audit_log SET user_id = NULL, old_data = NULL, new_data = NULL, data_salt = NULL
     WHERE subject = (SELECT s.subject FROM audit_subjects AS s WHERE s.user_id = erased_user_id);
    GET DIAGNOSTICS erased = ROW_COUNT;
    DELETE FROM audit_subjects AS s WHERE s.user_id = erased_user_id;
    RETURN erased;
END $$;
GRANT EXECUTE ON FUNCTION auth.audit_erase(uuid) TO inergize_auth;

-- Ownership can be given only to a role that may create in the schema.
GRANT CREATE ON SCHEMA auth TO inergize_audit;
ALTER FUNCTION auth.audit_redact(text, jsonb) OWNER TO inergize_audit;
ALTER FUNCTION auth.audit_subject(uuid) OWNER TO inergize_audit;
ALTER FUNCTION auth.audit_data_hash(bytea, jsonb, jsonb) OWNER TO inergize_audit;
ALTER FUNCTION auth.audit_trigger_function() OWNER TO inergize_audit;
ALTER FUNCTION auth.audit_erase(uuid) OWNER TO inergize_audit;
REVOKE CREATE ON SCHEMA auth FROM inergize_audit;

-- UPDATE triggers name columns: a login that only moves last_login_at does not even call them.
CREATE TRIGGER audit_users AFTER INSERT OR DELETE OR UPDATE OF
    email, password_hash, first_name, last_name, subscription_tier, subscription_status,
    subscription_expires_at, linkedin_connected, timezone, language, avatar_url, phone,
    is_verified, is_active, role, locked_until, password_changed_at, tokens_valid_after,
    pending_email, erase_requested_at
    ON auth.users FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('id');

CREATE TRIGGER audit_user_mfa AFTER INSERT OR DELETE OR UPDATE OF
    method, secret_ct, phone_number, email, is_verified, is_enabled, backup_codes, locked_until
    ON auth.user_mfa FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id');

CREATE TRIGGER audit_user_sessions AFTER INSERT
    ON auth.user_sessions FOR EACH ROW EXECUTE FUNCTION auth.audit_trigger_function('user_id');
CREATE TRIGGER audit_user_sessions_revoked AFTER UPDATE OF revoked_at
    ON auth.user_sessions FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION auth.audit_trigger_function('user_id');
