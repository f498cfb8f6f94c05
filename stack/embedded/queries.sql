-- create_messages --
-- The mail sink's one table.
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL COLLATE NOCASE,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    received_time TEXT NOT NULL
);

-- index_recipients --
-- Find the messages to an address.
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient, id);

-- add_message --
-- Keep a message.
-- ? sender, recipient, subject, text, html, received_time
INSERT INTO messages (sender, recipient, subject, text, html, received_time)
VALUES (?, ?, ?, ?, ?, ?);

-- drop_oldest --
-- Let messages up to this id go.
-- ? id
DELETE FROM messages WHERE id <= ?;

-- list_newest --
-- Messages to an address, or to all, newest first.
-- ?1 recipient or null, ?2 limit
SELECT sender, recipient, subject, text, html, received_time
  FROM messages
 WHERE ?1 IS NULL OR recipient = ?1
 ORDER BY id DESC
 LIMIT ?2;

-- delete_messages --
-- Forget the messages to an address, or all.
-- ?1 recipient or null
DELETE FROM messages WHERE ?1 IS NULL OR recipient = ?1;
