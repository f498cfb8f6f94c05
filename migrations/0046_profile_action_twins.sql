-- transaction: none
-- Why: LinkedIn's refusal of a repetition names the post that is there; it settles the one attempt
-- with the same words whose answer was lost, which is looked for by its author and words.
SET lock_timeout = '2s';
SET statement_timeout = '120s';  -- the build reads every row; the runner's default would cancel it

DROP INDEX CONCURRENTLY IF EXISTS profile.linkedin_attempts_words;
CREATE INDEX CONCURRENTLY IF NOT EXISTS linkedin_attempts_words
    ON profile.linkedin_attempts (user_id, words_hash) WHERE words_hash IS NOT NULL;
