-- add_preferences --
-- Give a new user the defaults; one who has preferences keeps them.
-- $1 user_id uuid
INSERT INTO user_preferences (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING;

-- get_preferences --
-- What a user wants done; no row until Auth's message about the user has arrived.
-- $1 user_id uuid
SELECT notification_email, notification_push, auto_sync_linkedin, optimal_posting_enabled,
       automation_enabled, ai_suggestions_enabled, benchmark_consent, privacy_level,
       preferences_data, version
  FROM user_preferences
 WHERE user_id = $1;

-- lock_preferences --
-- The same, held until the transaction ends.
-- $1 user_id uuid
SELECT notification_email, notification_push, auto_sync_linkedin, optimal_posting_enabled,
       automation_enabled, ai_suggestions_enabled, benchmark_consent, privacy_level,
       preferences_data, version
  FROM user_preferences
 WHERE user_id = $1
   FOR UPDATE;

-- put_preferences --
-- Replace a user's preferences; what else is in preferences_data stays.
-- $1 user_id uuid, $2 notification_email boolean, $3 notification_push boolean, $4 auto_sync_linkedin boolean, $5 optimal_posting_enabled boolean, $6 automation_enabled boolean, $7 ai_suggestions_enabled boolean, $8 benchmark_consent boolean, $9 privacy_level text, $10 data jsonb
UPDATE user_preferences
   SET notification_email = $2, notification_push = $3, auto_sync_linkedin = $4,
       optimal_posting_enabled = $5, automation_enabled = $6, ai_suggestions_enabled = $7,
       benchmark_consent = $8, privacy_level = $9, preferences_data = preferences_data || $10,
       version = version + 1
 WHERE user_id = $1;
