-- Why: what happens to an account is more than changed rows: sign-ins, locks and refused codes are
-- entered in the same log, under the same seals. And a session remembers when its user was last
-- proved, so that what is sensitive can ask for it again.

ALTER TABLE auth.user_sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now();

-- Enter an event about an account. The details must hold no secret.
CREATE FUNCTION auth.audit_note(event text, the_user uuid, details jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    kept CONSTANT jsonb := details || jsonb_build_object('event', event);
    salt CONSTANT bytea := uuid_send(gen_random_uuid());
BEGIN
    INSERT INTO audit_log (table_name, operation, new_data, user_id, subject, actor, request_id,
                           data_hash, data_salt)
    VALUES ('security', 'INSERT', kept, the_user, audit_subject(the_user),
            nullif(current_setting('inergize.actor', true), ''),
            nullif(current_setting('inergize.request_id', true), ''),
            audit_data_hash(salt, NULL, kept), salt);
END $$;
GRANT CREATE ON SCHEMA auth TO inergize_audit;
ALTER FUNCTION auth.audit_note(text, uuid, jsonb) OWNER TO inergize_audit;
REVOKE CREATE ON SCHEMA auth FROM inergize_audit;
GRANT EXECUTE ON FUNCTION auth.audit_note(text, uuid, jsonb) TO inergize_auth;
