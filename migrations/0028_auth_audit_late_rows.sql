-- Why: a transaction that had read a user's pseudonym could commit its audit row after the erasure
-- had gone through the log, and that row kept its data for ever. Whoever writes about a user now
-- holds the pseudonym until the end of its transaction, and an erasure waits for it.

-- Holding a row takes the right to change it; nobody signs in as this role.
GRANT UPDATE (subject) ON auth.audit_subjects TO inergize_audit;

CREATE OR REPLACE FUNCTION auth.audit_subject(the_user uuid) RETURNS uuid
LANGUAGE plpgsql SET search_path = auth, pg_temp AS $$
DECLARE
    found_subject uuid;
BEGIN
    LOOP
        SELECT s.subject INTO found_subject
          FROM auth.audit_subjects AS s WHERE s.user_id = the_user
           FOR KEY SHARE;
        IF found_subject IS NOT NULL THEN
            RETURN found_subject;
        END IF;
        INSERT INTO auth.audit_subjects (user_id) VALUES (the_user) ON CONFLICT DO NOTHING;
    END LOOP;
END $$;
