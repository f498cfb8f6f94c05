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
       (id, given_name, family_name, email, is_email_verified, picture_url, language, country,
        headline, vanity_name)
VALUES (:id, :given_name, :family_name, :email, :is_email_verified, :picture_url, :language,
        :country, :headline, :vanity_name)
    ON CONFLICT (id) DO UPDATE SET
       given_name = excluded.given_name, family_name = excluded.family_name,
       email = excluded.email, is_email_verified = excluded.is_email_verified,
       picture_url = excluded.picture_url, language = excluded.language,
       country = excluded.country, headline = excluded.headline,
       vanity_name = excluded.vanity_name;

-- get_member --
-- :id
SELECT id, given_name, family_name, email, is_email_verified, picture_url, language, country,
       headline, vanity_name
  FROM members WHERE id = :id;

-- list_members --
-- All, in the order they were defined.
SELECT id, given_name, family_name, email, is_email_verified, picture_url, language, country,
       headline, vanity_name
  FROM members ORDER BY rowid;

-- get_person_id --
-- :client_id, :member_id
SELECT person_id FROM person_ids WHERE client_id = :client_id AND member_id = :member_id;

-- get_member_of --
-- :client_id, :person_id
SELECT member_id FROM person_ids WHERE client_id = :client_id AND person_id = :person_id;

-- put_person_id --
-- :client_id, :person_id, :member_id
INSERT OR REPLACE INTO person_ids (client_id, person_id, member_id)
VALUES (:client_id, :person_id, :member_id);

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
-- :client_id, :member_id, :scope, :agreed_ms
INSERT INTO consents (client_id, member_id, scope, agreed_ms)
VALUES (:client_id, :member_id, :scope, :agreed_ms)
    ON CONFLICT (client_id, member_id) DO UPDATE
       SET scope = excluded.scope, agreed_ms = excluded.agreed_ms;

-- drop_consent --
-- No row when there is none. :client_id, :member_id
DELETE FROM consents WHERE client_id = :client_id AND member_id = :member_id RETURNING scope;

-- list_consents --
-- All, oldest first, each with how many tokens of it are good. :now_ms
SELECT client_id, member_id, scope, agreed_ms,
       (SELECT count(*) FROM tokens
         WHERE tokens.client_id = consents.client_id AND tokens.member_id = consents.member_id
           AND NOT is_revoked AND expires_ms > :now_ms) AS live_tokens
  FROM consents ORDER BY agreed_ms, rowid;

-- revoke_tokens --
-- All tokens of one member and app. :client_id, :member_id
UPDATE tokens SET is_revoked = 1 WHERE client_id = :client_id AND member_id = :member_id;

-- revoke_grant --
-- All tokens that came of one consent. :grant_id
UPDATE tokens SET is_revoked = 1 WHERE grant_id = :grant_id;

-- revoke_token --
-- One token, if it is this application's. :digest, :client_id
UPDATE tokens SET is_revoked = 1 WHERE digest = :digest AND client_id = :client_id;

-- add_code --
-- Every column is a parameter of its name.
INSERT INTO codes (digest, client_id, member_id, redirect_uri, scope, code_challenge, is_native,
                   authorized_ms, expires_ms)
VALUES (:digest, :client_id, :member_id, :redirect_uri, :scope, :code_challenge, :is_native,
        :authorized_ms, :expires_ms);

-- get_code --
-- :digest
SELECT client_id, member_id, redirect_uri, scope, code_challenge, is_native, authorized_ms,
       expires_ms
  FROM codes WHERE digest = :digest;

-- drop_code --
-- :digest
DELETE FROM codes WHERE digest = :digest;

-- add_token --
-- Every column is a parameter of its name.
INSERT INTO tokens (digest, kind, client_id, member_id, scope, grant_id, authorized_ms,
                    issued_ms, expires_ms)
VALUES (:digest, :kind, :client_id, :member_id, :scope, :grant_id, :authorized_ms,
        :issued_ms, :expires_ms);

-- get_token --
-- :digest, :kind
SELECT client_id, member_id, scope, grant_id, authorized_ms, issued_ms, expires_ms, is_revoked
  FROM tokens WHERE digest = :digest AND kind = :kind;

-- find_live_token --
-- No row when every access token of a member and app has ended. :client_id, :member_id, :now_ms
SELECT 1 FROM tokens
 WHERE client_id = :client_id AND member_id = :member_id AND kind = 'access'
   AND NOT is_revoked AND expires_ms > :now_ms
 LIMIT 1;

-- get_signing_key --
-- No row until one was made.
SELECT pem FROM signing_key;

-- add_signing_key --
-- :pem
INSERT INTO signing_key (only_row, pem) VALUES (1, :pem);

-- add_post --
-- Every column is a parameter of its name.
INSERT INTO posts (urn, author, body, rendered, is_cut, fingerprint, activity, created_ms,
                   modified_ms, published_ms)
VALUES (:urn, :author, :body, :rendered, :is_cut, :fingerprint, :activity, :created_ms,
        :created_ms, :published_ms);

-- get_post --
-- By either URN; deleted ones too. :urn
SELECT urn, author, body, rendered, is_cut, activity, is_edited, has_comments_closed, created_ms,
       modified_ms, published_ms, deleted_ms
  FROM posts WHERE urn = :urn OR activity = :urn;

-- list_posts --
-- :author, or '' for all
SELECT urn, author, body, rendered, is_cut, activity, is_edited, has_comments_closed, created_ms,
       modified_ms, published_ms, deleted_ms
  FROM posts WHERE :author IN ('', author) ORDER BY rowid;

-- find_posts --
-- What an author has up, newest first, by :order ('CREATED' or 'LAST_MODIFIED').
-- :author, :start, :count
SELECT urn, author, body, rendered, is_cut, activity, is_edited, has_comments_closed, created_ms,
       modified_ms, published_ms, deleted_ms
  FROM posts WHERE author = :author AND deleted_ms IS NULL
 ORDER BY CASE :order WHEN 'CREATED' THEN created_ms ELSE modified_ms END DESC, rowid DESC
 LIMIT :count OFFSET :start;

-- count_posts --
-- :author
SELECT count(*) AS total FROM posts WHERE author = :author AND deleted_ms IS NULL;

-- count_reshares_within --
-- Posts that repost one, made from :first_ms up to but not including :last_ms. :urn, :activity
SELECT count(*) AS total FROM posts
 WHERE deleted_ms IS NULL AND body ->> '$.reshareContext.parent' IN (:urn, :activity)
   AND created_ms >= :first_ms AND created_ms < :last_ms;

-- count_comments_within --
-- As above, of comments. :urn, :activity
SELECT count(*) AS total FROM comments
 WHERE post IN (:urn, :activity) AND created_ms >= :first_ms AND created_ms < :last_ms;

-- count_reactions_within --
-- As above, of reactions. :urn, :activity
SELECT count(*) AS total FROM reactions
 WHERE entity IN (:urn, :activity) AND created_ms >= :first_ms AND created_ms < :last_ms;

-- edit_post --
-- :urn, :body, :rendered, :is_cut, :modified_ms, :published_ms
UPDATE posts SET body = :body, rendered = :rendered, is_cut = :is_cut, is_edited = 1,
                 modified_ms = :modified_ms, published_ms = :published_ms
 WHERE urn = :urn;

-- close_comments --
-- :urn, :is_closed
UPDATE posts SET has_comments_closed = :is_closed WHERE urn = :urn;

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
-- :member, :urn, :kind, :request_id, each '' for all; :after is the last sequence already known
SELECT sequence, time_ms, kind, member, urn, commentary, rendered, is_cut, request_id, headers
  FROM applied
 WHERE :member IN ('', member) AND :urn IN ('', urn) AND :kind IN ('', kind)
   AND :request_id IN ('', request_id) AND sequence > :after
 ORDER BY sequence;

-- add_fault --
-- Every column is a parameter of its name.
INSERT INTO faults (kind, operation, method, path, member_id, token_age_ms, detail, remaining,
                    probability, seed)
VALUES (:kind, :operation, :method, :path, :member_id, :token_age_ms, :detail, :remaining,
        :probability, :seed)
RETURNING id;

-- fitting_faults --
-- Waiting faults that fit a call, in the order they were planned.
-- :operation, :method, :path, :member_id, :token_age_ms (of no token: -1)
SELECT id, kind, detail, probability, seed, draws FROM faults
 WHERE (remaining IS NULL OR remaining > 0)
   AND operation IN ('', :operation) AND method IN ('', :method)
   AND member_id IN ('', :member_id) AND (path = '' OR :path GLOB path)
   AND (token_age_ms IS NULL OR :token_age_ms BETWEEN 0 AND token_age_ms - 1)
 ORDER BY id;

-- draw_fault --
-- Count that chance was asked. :id
UPDATE faults SET draws = draws + 1 WHERE id = :id;

-- use_fault --
-- :id
UPDATE faults SET struck = struck + 1, remaining = remaining - 1 WHERE id = :id;

-- list_faults --
-- Those still waiting.
SELECT id, kind, operation, method, path, member_id, token_age_ms, detail, remaining,
       probability, seed, struck
  FROM faults WHERE remaining IS NULL OR remaining > 0 ORDER BY id;

-- drop_fault --
-- :id; no row when there is none
DELETE FROM faults WHERE id = :id RETURNING id;

-- get_app --
-- :client_id
SELECT client_id, secret_digest, name, redirect_uris, products, single_scopes,
       has_refresh_tokens, has_pkce, configured
  FROM apps WHERE client_id = :client_id;

-- list_apps --
-- All, in the order they were registered.
SELECT client_id, secret_digest, name, redirect_uris, products, single_scopes,
       has_refresh_tokens, has_pkce, configured
  FROM apps ORDER BY rowid;

-- put_app --
-- Register an application, or change one. Every column is a parameter of its name.
INSERT INTO apps (client_id, secret_digest, name, redirect_uris, products, single_scopes,
                  has_refresh_tokens, has_pkce, configured)
VALUES (:client_id, :secret_digest, :name, :redirect_uris, :products, :single_scopes,
        :has_refresh_tokens, :has_pkce, :configured)
    ON CONFLICT (client_id) DO UPDATE SET
       secret_digest = excluded.secret_digest, name = excluded.name,
       redirect_uris = excluded.redirect_uris, products = excluded.products,
       single_scopes = excluded.single_scopes, has_refresh_tokens = excluded.has_refresh_tokens,
       has_pkce = excluded.has_pkce, configured = excluded.configured;

-- get_quota_limit --
-- The limit that fits best; no row when none was set. :client_id, :operation, :kind
SELECT calls_per_day FROM quota_limits
 WHERE client_id IN ('', :client_id) AND operation IN ('', :operation) AND kind = :kind
 ORDER BY client_id = '', operation = '' LIMIT 1;

-- put_quota_limit --
-- Every column is a parameter of its name.
INSERT INTO quota_limits (client_id, operation, kind, calls_per_day)
VALUES (:client_id, :operation, :kind, :calls_per_day)
    ON CONFLICT (client_id, operation, kind) DO UPDATE
       SET calls_per_day = excluded.calls_per_day;

-- get_calls --
-- :day, :client_id, :member_id ('' for the application's own count), :operation
SELECT calls FROM usage.calls
 WHERE day = :day AND client_id = :client_id AND member_id = :member_id
   AND operation = :operation;

-- count_call --
-- :day, :client_id, :member_id ('' for the application's own count), :operation
INSERT INTO usage.calls (day, client_id, member_id, operation, calls)
VALUES (:day, :client_id, :member_id, :operation, 1)
    ON CONFLICT (day, client_id, member_id, operation) DO UPDATE SET calls = calls + 1;

-- list_calls --
-- One day's counts. :day
SELECT client_id, member_id, operation, calls FROM usage.calls
 WHERE day = :day ORDER BY client_id, operation, member_id;

-- clear_clock --
-- Back to the machine's time.
DELETE FROM clock;

-- clear_members --
-- Forget all.
DELETE FROM members;

-- clear_person_ids --
-- Forget all; a member's are the same again.
DELETE FROM person_ids;

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

-- clear_apps --
-- Forget all; the configured one is registered again.
DELETE FROM apps;

-- clear_quota_limits --
-- Back to the usual ones.
DELETE FROM quota_limits;

-- clear_calls --
-- Forget all.
DELETE FROM usage.calls;

-- add_asset --
-- Every column is a parameter of its name.
INSERT INTO assets (urn, kind, owner, upload_token, expires_ms)
VALUES (:urn, :kind, :owner, :upload_token, :expires_ms);

-- get_asset --
-- :urn
SELECT urn, kind, owner, upload_token, expires_ms, sha256, completed_ms, failure
  FROM assets WHERE urn = :urn;

-- list_assets --
-- All, oldest first.
SELECT urn, kind, owner, sha256, failure FROM assets ORDER BY sequence;

-- complete_asset --
-- A failure that was planned before stays. :urn, :sha256, :completed_ms, :failure ('' for none)
UPDATE assets SET sha256 = :sha256, completed_ms = :completed_ms,
                  failure = CASE failure WHEN '' THEN :failure ELSE failure END
 WHERE urn = :urn;

-- fail_asset --
-- No row when there is none. :urn, :failure
UPDATE assets SET failure = :failure WHERE urn = :urn RETURNING urn;

-- add_part --
-- :token, :urn, :number, :size_bytes (0 for any)
INSERT INTO asset_parts (token, urn, number, size_bytes)
VALUES (:token, :urn, :number, :size_bytes);

-- get_part --
-- :token
SELECT token, asset_parts.urn, size_bytes, expires_ms, kind, completed_ms
  FROM asset_parts JOIN assets ON assets.urn = asset_parts.urn
 WHERE token = :token;

-- fill_part --
-- :token, :tag
UPDATE asset_parts SET tag = :tag WHERE token = :token;

-- list_parts --
-- In order. :urn
SELECT token, tag FROM asset_parts WHERE urn = :urn ORDER BY number;

-- add_comment --
-- Every column is a parameter of its name.
INSERT INTO comments (id, post, parent_id, actor, text, attributes, content, created_ms,
                      modified_ms)
VALUES (:id, :post, :parent_id, :actor, :text, :attributes, :content, :created_ms, :created_ms);

-- get_comment --
-- :id
SELECT id, post, parent_id, actor, text, attributes, content, created_ms, modified_ms
  FROM comments WHERE id = :id;

-- edit_comment --
-- :id, :text, :attributes, :modified_ms
UPDATE comments SET text = :text, attributes = :attributes, modified_ms = :modified_ms
 WHERE id = :id;

-- drop_comment --
-- With the answers to it. :id
DELETE FROM comments WHERE id = :id OR parent_id = :id;

-- drop_comments --
-- All of a post. :post
DELETE FROM comments WHERE post = :post;

-- list_comments --
-- Newest first; :parent_id NULL for those that answer no other. :post, :start, :count
SELECT id, post, parent_id, actor, text, attributes, content, created_ms, modified_ms
  FROM comments WHERE post = :post AND parent_id IS :parent_id
 ORDER BY id DESC LIMIT :count OFFSET :start;

-- count_comments --
-- Of a post: all, and those that answer no other; of a comment (:parent_id): the answers. :post
SELECT count(*) FILTER (WHERE :parent_id IS NULL OR parent_id = :parent_id) AS total,
       count(*) FILTER (WHERE parent_id IS :parent_id) AS direct
  FROM comments WHERE post = :post;

-- put_reaction --
-- :actor, :entity, :reaction, :now_ms
INSERT INTO reactions (actor, entity, reaction, created_ms, modified_ms)
VALUES (:actor, :entity, :reaction, :now_ms, :now_ms)
    ON CONFLICT (actor, entity) DO UPDATE
       SET reaction = excluded.reaction, modified_ms = excluded.modified_ms;

-- get_reaction --
-- :actor, :entity
SELECT actor, entity, reaction, created_ms, modified_ms FROM reactions
 WHERE actor = :actor AND entity = :entity;

-- drop_reaction --
-- :actor, :entity
DELETE FROM reactions WHERE actor = :actor AND entity = :entity;

-- list_reactions --
-- Of one kind (:reaction, or '' for all), newest first. :entity, :start, :count
SELECT actor, entity, reaction, created_ms, modified_ms FROM reactions
 WHERE entity = :entity AND :reaction IN ('', reaction)
 ORDER BY created_ms DESC, rowid DESC LIMIT :count OFFSET :start;

-- count_reactions --
-- By kind. :entity
SELECT reaction, count(*) AS total FROM reactions WHERE entity = :entity
 GROUP BY reaction ORDER BY reaction;

-- put_organisation --
-- :id, :name, :vanity_name
INSERT INTO organisations (id, name, vanity_name) VALUES (:id, :name, :vanity_name)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, vanity_name = excluded.vanity_name;

-- get_organisation --
-- :id
SELECT id, name, vanity_name FROM organisations WHERE id = :id;

-- find_organisation --
-- :vanity_name
SELECT id, name, vanity_name FROM organisations WHERE vanity_name = :vanity_name;

-- list_organisations --
-- All, by number.
SELECT id, name, vanity_name FROM organisations ORDER BY id;

-- put_role --
-- :organisation_id, :member_id, :role, :state
INSERT INTO organisation_roles (organisation_id, member_id, role, state)
VALUES (:organisation_id, :member_id, :role, :state)
    ON CONFLICT (organisation_id, member_id, role) DO UPDATE SET state = excluded.state;

-- list_roles --
-- Each filter is off when '' (:member_id, :role, :state) or 0 (:organisation_id).
SELECT organisation_id, member_id, role, state FROM organisation_roles
 WHERE :organisation_id IN (0, organisation_id) AND :member_id IN ('', member_id)
   AND :role IN ('', role) AND :state IN ('', state)
 ORDER BY organisation_id, member_id, role;

-- put_follower --
-- :organisation_id, :member_id
INSERT INTO organisation_followers (organisation_id, member_id)
VALUES (:organisation_id, :member_id) ON CONFLICT DO NOTHING;

-- list_followers --
-- :organisation_id
SELECT member_id FROM organisation_followers WHERE organisation_id = :organisation_id;

-- put_connection --
-- In one direction. :member_id, :other_id, :connected_ms
INSERT INTO connections (member_id, other_id, connected_ms)
VALUES (:member_id, :other_id, :connected_ms) ON CONFLICT DO NOTHING;

-- is_connected --
-- A row when they are. :member_id, :other_id
SELECT connected_ms FROM connections WHERE member_id = :member_id AND other_id = :other_id;

-- list_connections --
-- The newest first. :member_id, :start, :count
SELECT other_id, connected_ms FROM connections WHERE member_id = :member_id
 ORDER BY connected_ms DESC, other_id LIMIT :count OFFSET :start;

-- count_connections --
-- :member_id
SELECT count(*) AS total FROM connections WHERE member_id = :member_id;

-- put_count --
-- :subject, :metric, :day, :count
INSERT INTO counts (subject, metric, day, count) VALUES (:subject, :metric, :day, :count)
    ON CONFLICT (subject, metric, day) DO UPDATE SET count = excluded.count;

-- sum_counts --
-- Within days from :first up to but not including :last. :subject, :metric
SELECT coalesce(sum(count), 0) AS total FROM counts
 WHERE subject = :subject AND metric = :metric AND day >= :first AND day < :last;

-- add_invitation --
-- Every column is a parameter of its name.
INSERT INTO invitations (urn, inviter, invitee, message, state, created_ms)
VALUES (:urn, :inviter, :invitee, :message, 'PENDING', :created_ms);

-- get_invitation --
-- :urn
SELECT urn, inviter, invitee, message, state, created_ms FROM invitations WHERE urn = :urn;

-- find_invitation --
-- One that is still waiting. :inviter, :invitee
SELECT urn FROM invitations
 WHERE inviter = :inviter AND invitee = :invitee AND state = 'PENDING';

-- answer_invitation --
-- No row when there is none. :urn, :state
UPDATE invitations SET state = :state WHERE urn = :urn RETURNING inviter, invitee;

-- clear_assets --
-- Forget all.
DELETE FROM assets;

-- clear_asset_parts --
-- Forget all.
DELETE FROM asset_parts;

-- clear_comments --
-- Forget all.
DELETE FROM comments;

-- clear_reactions --
-- Forget all.
DELETE FROM reactions;

-- clear_organisations --
-- Forget all.
DELETE FROM organisations;

-- clear_organisation_roles --
-- Forget all.
DELETE FROM organisation_roles;

-- clear_organisation_followers --
-- Forget all.
DELETE FROM organisation_followers;

-- clear_connections --
-- Forget all.
DELETE FROM connections;

-- clear_counts --
-- Forget all.
DELETE FROM counts;

-- clear_invitations --
-- Forget all.
DELETE FROM invitations;

-- add_change --
-- Every column is a parameter of its name.
INSERT INTO changes (owner, actor, resource, method, activity, time_ms)
VALUES (:owner, :actor, :resource, :method, :activity, :time_ms);

-- list_changes --
-- :owner
SELECT sequence, owner, actor, resource, method, activity, time_ms
  FROM changes
 WHERE owner = :owner
 ORDER BY sequence;

-- clear_changes --
-- Forget all.
DELETE FROM changes;
