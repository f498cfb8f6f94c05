-- effective_tier --
-- What an active account's subscription is worth now.
-- $1 user_id uuid
SELECT effective_tier(subscription_tier, subscription_status, subscription_expires_at) AS tier
  FROM users
 WHERE id = $1 AND is_active;

-- set_subscription --
-- Set what an account has paid for; an end must be yet to come. No row for one that has passed.
-- $1 user_id uuid, $2 tier text, $3 status text, $4 expires_at timestamptz or null
UPDATE users
   SET subscription_tier = $2, subscription_status = $3, subscription_expires_at = $4
 WHERE id = $1 AND ($4::timestamptz IS NULL OR $4 > now())
RETURNING id;

-- end_subscriptions --
-- Give accounts whose subscription has ended the free one, and tell what they had. For the
-- scheduler; rows that another call holds are found again in a minute.
-- $1 limit integer
WITH ended AS (
    SELECT id, subscription_tier
      FROM users
     WHERE subscription_expires_at <= now()
     ORDER BY subscription_expires_at
     LIMIT $1
       FOR UPDATE SKIP LOCKED
)
UPDATE users
   SET subscription_tier = 'free', subscription_status = 'active', subscription_expires_at = NULL
  FROM ended
 WHERE users.id = ended.id
RETURNING users.id, ended.subscription_tier AS former_tier, users.email, users.first_name,
          users.language, users.is_active AND users.is_verified AS may_be_mailed;
