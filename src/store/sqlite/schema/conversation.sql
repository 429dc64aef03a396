-- The conversations of tickets, their topics, and the words by which they are found.

-- The messages of the conversations, the ones without a ticket included.
CREATE TABLE messages (
  seq            INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order of all messages
  id             BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  ticket         BLOB    CHECK (length(ticket) = 16), -- null while its author is asked for the ticket
  author         BLOB    NOT NULL CHECK (length(author) = 16),
  source_chat    INTEGER,                             -- where it was written
  source_message INTEGER,
  source_key     TEXT,                                -- the idempotency key, if it came by the side API
  target_chat    INTEGER,                             -- where it was brought to
  target_message INTEGER,
  due            INTEGER NOT NULL CHECK (due IN (0, 1)),  -- 1: it still has to be brought to its recipient
  version        INTEGER NOT NULL,
  doc            TEXT    NOT NULL,
  CHECK ((source_chat IS NULL) = (source_message IS NULL)),
  CHECK ((target_chat IS NULL) = (target_message IS NULL))
) STRICT;
CREATE UNIQUE INDEX messages_by_source ON messages (source_chat, source_message) WHERE source_chat IS NOT NULL;
CREATE UNIQUE INDEX messages_by_key ON messages (source_key) WHERE source_key IS NOT NULL;
CREATE INDEX messages_by_target ON messages (target_chat, target_message) WHERE target_chat IS NOT NULL;
CREATE INDEX messages_by_ticket ON messages (ticket)              WHERE ticket IS NOT NULL;
CREATE INDEX messages_due       ON messages (ticket)              WHERE due = 1;
CREATE INDEX messages_unrouted  ON messages (author)              WHERE ticket IS NULL AND due = 1;

-- The topics of tickets in the chats of agents.
CREATE TABLE topics (
  ticket    BLOB    NOT NULL CHECK (length(ticket) = 16),
  agent     BLOB    NOT NULL CHECK (length(agent) = 16),
  chat      INTEGER NOT NULL,
  thread    INTEGER NOT NULL,
  closed_at INTEGER,                                -- null while the agent holds the ticket
  doc       TEXT    NOT NULL,
  PRIMARY KEY (ticket, agent)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX topics_by_thread ON topics (chat, thread);
CREATE INDEX topics_closed ON topics (closed_at) WHERE closed_at IS NOT NULL;

-- The ticket to which an agent writes.
CREATE TABLE focus (
  agent  BLOB NOT NULL PRIMARY KEY CHECK (length(agent) = 16),
  ticket BLOB NOT NULL CHECK (length(ticket) = 16)
) STRICT, WITHOUT ROWID;

-- The words by which tickets, messages and people are found, in lower case and without accents.
CREATE TABLE search_entries (
  entry  INTEGER PRIMARY KEY AUTOINCREMENT,
  id     BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),  -- of the ticket, the message or the person
  kind   INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),    -- 0 ticket, 1 message, 2 person
  ticket BLOB    CHECK (length(ticket) = 16),              -- null for a person, and while a message has none
  person BLOB    CHECK (length(person) = 16),
  words  TEXT    NOT NULL,
  CHECK ((kind = 2) = (person IS NOT NULL))
) STRICT;
-- The index of these words. A transaction adds its new entries at its end, all at once: FTS5 writes a segment of the
-- index before each statement that needs a statement transaction. The words hold no accents and no capitals,
-- so tokens end at spaces.
CREATE VIRTUAL TABLE search_index USING fts5 (
  words, content = 'search_entries', content_rowid = 'entry', detail = none, columnsize = 0, tokenize = 'ascii'
);
-- One row: the last entry that the index has.
CREATE TABLE search_indexed (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  last_entry INTEGER NOT NULL
) STRICT;
INSERT INTO search_indexed VALUES (1, 0);
CREATE TRIGGER search_index_changed AFTER UPDATE OF words ON search_entries
WHEN old.words IS NOT new.words AND old.entry <= (SELECT last_entry FROM search_indexed) BEGIN
  INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.entry, old.words);
  INSERT INTO search_index (rowid, words) VALUES (new.entry, new.words);
END;
