-- Why: what a subscription is worth now follows from tier, status and end together; sessions,
-- entitlements and lists must all see it alike, so the rule is a function that their queries share.

-- A suspended subscription is worth nothing, one whose end has passed neither; a cancelled one
-- works until its end, and without one it has ended; a trial is worth its tier until its end.
CREATE FUNCTION auth.effective_tier(tier text, status text, expires_at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = auth, pg_temp
RETURN CASE
    WHEN status = 'suspended' THEN 'free'
    WHEN expires_at <= now() THEN 'free'
    WHEN status = 'cancelled' AND expires_at IS NULL THEN 'free'
    ELSE tier END;
GRANT EXECUTE ON FUNCTION auth.effective_tier(text, text, timestamptz) TO inergize_auth;
