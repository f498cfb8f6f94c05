-- Why: the audit log is to show that nobody altered it, its owner and the superuser included. Each
-- minute what was written is hashed, with the hash before it, and signed by Auth. What a seal
-- covers must outlive an erasure, so nothing that it covers may name a person: who acts, and whose
-- row it was, is written as the pseudonym that the erasure takes the meaning from.

CREATE TABLE auth.audit_seals (
    id bigint CONSTRAINT audit_seals_pkey PRIMARY KEY,  -- 1, 2, 3 …: a missing one shows
    from_tx xid8 NOT NULL,  -- covers the transactions from here
    to_tx xid8 NOT NULL,  -- to before here, where the next seal begins
    row_count bigint NOT NULL,
    rows_hash bytea NOT NULL
        CONSTRAINT audit_seals_rows_hash_check CHECK (octet_length(rows_hash) = 32),
    previous_hash bytea NOT NULL
        CONSTRAINT audit_seals_previous_hash_check CHECK (octet_length(previous_hash) = 32),
    seal_hash bytea NOT NULL CONSTRAINT audit_seals_seal_hash_key UNIQUE
        CONSTRAINT audit_seals_seal_hash_check CHECK (octet_length(seal_hash) = 32),
    signature bytea NOT NULL,
    key_id text NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_seals_to_tx_check CHECK (from_tx < to_tx)
);
-- Append-only by grant, for the owner too.
REVOKE UPDATE, DELETE ON auth.audit_seals FROM inergize_auth;
REVOKE UPDATE, DELETE, TRUNCATE ON auth.audit_seals FROM inergize_migrator;

-- A check compares the data, as long as it is there, with the hash that the seal covers.
GRANT EXECUTE ON FUNCTION auth.audit_data_hash(bytea, jsonb, jsonb) TO inergize_auth;

-- Most calls find the pseudonym; only the first audited change of a user makes it.
CREATE OR REPLACE FUNCTION auth.audit_subject(the_user uuid) RETURNS uuid
LANGUAGE plpgsql SET search_path = auth, pg_temp AS $$
DECLARE
    found_subject uuid;
BEGIN
    SELECT s.subject INTO found_subject
      FROM auth.audit_subjects AS s WHERE s.user_id = the_user;
    IF found_subject IS NULL THEN
        INSERT INTO auth.audit_subjects (user_id) VALUES (the_user) ON CONFLICT DO NOTHING;
        SELECT s.subject INTO STRICT found_subject
          FROM auth.audit_subjects AS s WHERE s.user_id = the_user;
    END IF;
    RETURN found_subject;
END $$;

-- Who acts, as the log keeps it: a user under the pseudonym, anything else as it is.
CREATE FUNCTION auth.audit_actor() RETURNS text
LANGUAGE plpgsql SET search_path = auth, pg_temp AS $$
DECLARE
    named CONSTANT text := nullif(current_setting('inergize.actor', true), '');
BEGIN
    IF named ~ '^user:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        RETURN 'subject:' || audit_subject(substr(named, 6)::uuid);
    END IF;
    RETURN named;
END $$;

-- As before, but for actor and row_id, which name a user by the pseudonym only.
CREATE OR REPLACE FUNCTION auth.audit_trigger_function() RETURNS trigger
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
    subject_of_row uuid;
    key_of_row text;
    changed_columns text[];
    salt CONSTANT bytea := uuid_send(gen_random_uuid());
BEGIN
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
    subject_of_row := audit_subject(user_of_row);
    SELECT replace(string_agg(present_row ->> k.name, '/' ORDER BY k.place),
                   user_of_row::text, subject_of_row::text) INTO key_of_row
      FROM unnest(key_columns) WITH ORDINALITY AS k (name, place);
    INSERT INTO audit_log (table_name, operation, old_data, new_data, user_id, row_id, subject,
                           actor, request_id, changed, data_hash, data_salt)
    VALUES (TG_TABLE_NAME, TG_OP, kept_before, kept_after, user_of_row, key_of_row,
            subject_of_row, audit_actor(),
            nullif(current_setting('inergize.request_id', true), ''), changed_columns,
            audit_data_hash(salt, kept_before, kept_after), salt);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION auth.audit_note(event text, the_user uuid, details jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    kept CONSTANT jsonb := details || jsonb_build_object('event', event);
    salt CONSTANT bytea := uuid_send(gen_random_uuid());
BEGIN
    INSERT INTO audit_log (table_name, operation, new_data, user_id, subject, actor, request_id,
                           data_hash, data_salt)
    VALUES ('security', 'INSERT', kept, the_user, audit_subject(the_user), audit_actor(),
            nullif(current_setting('inergize.request_id', true), ''),
            audit_data_hash(salt, NULL, kept), salt);
END $$;

-- Forget a person: what the rows say of them goes, that the rows exist stays. The last row about
-- the subject tells that it was erased, which is what makes rows without data rightful.
CREATE OR REPLACE FUNCTION auth.audit_erase(erased_user_id uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    erased_subject uuid;
    erased bigint;
    kept CONSTANT jsonb := jsonb_build_object('event', 'account_erased');
    salt CONSTANT bytea := uuid_send(gen_random_uuid());
BEGIN
    DELETE FROM audit_subjects AS s WHERE s.user_id = erased_user_id
    RETURNING s.subject INTO erased_subject;
    IF erased_subject IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE audit_log SET user_id = NULL, old_data = NULL, new_data = NULL, data_salt = NULL
     WHERE subject = erased_subject;
    GET DIAGNOSTICS erased = ROW_COUNT;
    INSERT INTO audit_log (table_name, operation, new_data, subject, actor, request_id,
                           data_hash, data_salt)
    VALUES ('security', 'INSERT', kept, erased_subject,
            -- Not audit_actor(): it would make the person a new pseudonym.
            CASE WHEN current_setting('inergize.actor', true) LIKE 'svc:%'
                 THEN current_setting('inergize.actor', true) END,
            nullif(current_setting('inergize.request_id', true), ''),
            audit_data_hash(salt, NULL, kept), salt);
    RETURN erased;
END $$;

GRANT CREATE ON SCHEMA auth TO inergize_audit;
ALTER FUNCTION auth.audit_actor() OWNER TO inergize_audit;
REVOKE CREATE ON SCHEMA auth FROM inergize_audit;

-- What was written before follows; no seal covers it yet.
GRANT UPDATE (actor, row_id) ON auth.audit_log TO inergize_migrator;
UPDATE auth.audit_log AS entry SET actor = 'subject:' || known.subject
  FROM auth.audit_subjects AS known
 WHERE entry.actor = 'user:' || known.user_id;
UPDATE auth.audit_log AS entry SET row_id = replace(row_id, user_id::text, subject::text)
 WHERE strpos(row_id, user_id::text) > 0;
REVOKE UPDATE (actor, row_id) ON auth.audit_log FROM inergize_migrator;
