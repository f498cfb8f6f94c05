-- get_contact --
-- Where to write to a user; no row for an account that is off, is to be erased, or has never proved
-- that the address is its own.
-- $1 user_id uuid
SELECT email, first_name, language, timezone
  FROM users
 WHERE id = $1 AND is_active AND is_verified AND erase_requested_at IS NULL;
