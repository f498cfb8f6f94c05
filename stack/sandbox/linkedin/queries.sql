-- get_clock_offset --
-- How far the sandbox's clock is ahead of the machine's.
SELECT offset_ms FROM clock;

-- set_clock_offset --
-- :offset_ms
INSERT INTO clock (only_row, offset_ms) VALUES (1, :offset_ms)
    ON CONFLICT (only_row) DO UPDATE SET offset_ms = excluded.offset_ms;

-- put_member --
-- Define a member, or change one. Every column is a parameter of its name.
INSERT INTO members
       (id, given_name, family_name, email, is_email_verified, picture_url, language, country)
VALUES (:id, :given_name, :family_name, :email, :is_email_verified, :picture_url, :language,
        :country)
    ON CONFLICT (id) DO UPDATE SET
       given_name = excluded.given_name, family_name = excluded.family_name,
       email = excluded.email, is_email_verified = excluded.is_email_verified,
       picture_url = excluded.picture_url, language = excluded.language,
       country = excluded.country;

-- get_member --
-- :id
SELECT id, given_name, family_name, email, is_email_verified, picture_url, language, country
  FROM members WHERE id = :id;

-- list_members --
-- All, in the order they were defined.
SELECT id, given_name, family_name, email, is_email_verified, picture_url, language, country
  FROM members ORDER BY rowid;

-- add_sign_in --
-- :member_id
INSERT INTO sign_ins (member_id) VALUES (:member_id);

-- next_sign_in --
-- The first waiting sign-in; no row when none waits.
SELECT sequence, member_id FROM sign_ins ORDER BY sequence LIMIT 1;

-- drop_sign_in --
-- :sequence
DELETE FROM sign_ins WHERE sequence = :sequence;

-- get_consent --
-- :client_id, :member_id
SELECT scope FROM consents WHERE client_id = :client_id AND member_id = :member_id;

-- put_consent --
-- :client_id, :member_id, :scope
INSERT INTO consents (client_id, member_id, scope) VALUES (:client_id, :member_id, :scope)
    ON CONFLICT (client_id, member_id) DO UPDATE SET scope = excluded.scope;

-- revoke_tokens --
-- All tokens of one member and app. :client_id, :member_id
UPDATE tokens SET is_revoked = 1 WHERE client_id = :client_id AND member_id = :member_id;

-- add_code --
-- Every column is a parameter of its name.
INSERT INTO codes
       (digest, client_id, member_id, redirect_uri, scope, code_challenge, expires_ms)
VALUES (:digest, :client_id, :member_id, :redirect_uri, :scope, :code_challenge, :expires_ms);

-- get_code --
-- :digest
SELECT client_id, member_id, redirect_uri, scope, code_challenge, expires_ms
  FROM codes WHERE digest = :digest;

-- drop_code --
-- :digest
DELETE FROM codes WHERE digest = :digest;

-- add_token --
-- Every column is a parameter of its name.
INSERT INTO tokens (digest, kind, client_id, member_id, scope, issued_ms, expires_ms)
VALUES (:digest, :kind, :client_id, :member_id, :scope, :issued_ms, :expires_ms);

-- get_token --
-- :digest, :kind
SELECT client_id, member_id, scope, issued_ms, expires_ms, is_revoked
  FROM tokens WHERE digest = :digest AND kind = :kind;

-- add_post --
-- Every column is a parameter of its name.
INSERT INTO posts (urn, author, body, rendered, is_cut, fingerprint, created_ms)
VALUES (:urn, :author, :body, :rendered, :is_cut, :fingerprint, :created_ms);

-- get_post --
-- Deleted ones too. :urn
SELECT urn, author, body, rendered, is_cut, created_ms, deleted_ms FROM posts WHERE urn = :urn;

-- list_posts --
-- :author, or '' for all
SELECT urn, author, body, rendered, is_cut, created_ms, deleted_ms FROM posts
 WHERE :author IN ('', author) ORDER BY rowid;

-- find_duplicate --
-- The latest post with this content made after :since_ms. :fingerprint
SELECT urn, deleted_ms FROM posts
 WHERE fingerprint = :fingerprint AND created_ms > :since_ms
 ORDER BY created_ms DESC LIMIT 1;

-- delete_post --
-- :urn, :deleted_ms
UPDATE posts SET deleted_ms = :deleted_ms WHERE urn = :urn;

-- add_applied --
-- Every column is a parameter of its name.
INSERT INTO applied
       (time_ms, kind, member, urn, commentary, rendered, is_cut, request_id, headers)
VALUES (:time_ms, :kind, :member, :urn, :commentary, :rendered, :is_cut, :request_id, :headers);

-- list_applied --
-- :member, :urn, :kind, each '' for all; :after is the last sequence already known
SELECT sequence, time_ms, kind, member, urn, commentary, rendered, is_cut, request_id, headers
  FROM applied
 WHERE :member IN ('', member) AND :urn IN ('', urn) AND :kind IN ('', kind)
   AND sequence > :after
 ORDER BY sequence;

-- add_fault --
-- :kind, :operation, :detail, :remaining
INSERT INTO faults (kind, operation, detail, remaining)
VALUES (:kind, :operation, :detail, :remaining);

-- next_fault --
-- The first waiting fault that fits; no row when none does. :operation
SELECT id, kind, detail FROM faults
 WHERE remaining > 0 AND operation IN ('', :operation) ORDER BY id LIMIT 1;

-- use_fault --
-- :id
UPDATE faults SET remaining = remaining - 1 WHERE id = :id;

-- list_faults --
-- Those still waiting.
SELECT kind, operation, detail, remaining FROM faults WHERE remaining > 0 ORDER BY id;

-- clear_clock --
-- Back to the machine's time.
DELETE FROM clock;

-- clear_members --
-- Forget all.
DELETE FROM members;

-- clear_sign_ins --
-- Forget all.
DELETE FROM sign_ins;

-- clear_consents --
-- Forget all.
DELETE FROM consents;

-- clear_codes --
-- Forget all.
DELETE FROM codes;

-- clear_tokens --
-- Forget all.
DELETE FROM tokens;

-- clear_posts --
-- Forget all.
DELETE FROM posts;

-- clear_applied --
-- Forget all; the numbering goes on.
DELETE FROM applied;

-- clear_faults --
-- Forget all.
DELETE FROM faults;
