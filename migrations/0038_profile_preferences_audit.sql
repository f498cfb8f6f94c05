-- Why: what a user consented to, and when, must be provable later: the audit log keeps changes of the
-- preferences by which others act or use data. How somebody likes to be told is nobody's business.

CREATE TRIGGER audit_user_preferences AFTER UPDATE OF
    automation_enabled, ai_suggestions_enabled, benchmark_consent, privacy_level
    ON profile.user_preferences
    FOR EACH ROW
    WHEN ((OLD.automation_enabled, OLD.ai_suggestions_enabled, OLD.benchmark_consent,
           OLD.privacy_level)
          IS DISTINCT FROM
          (NEW.automation_enabled, NEW.ai_suggestions_enabled, NEW.benchmark_consent,
           NEW.privacy_level))
    EXECUTE FUNCTION auth.audit_trigger_function('user_id');
