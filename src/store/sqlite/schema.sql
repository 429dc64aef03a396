-- The schema of the embedded store. Ids are 16-byte blobs, times are microseconds since 1970 in UTC, `doc`
-- columns are JSON. A column that is named after an entity (`customer`, `agent`, `department`, `chat`) holds
-- the id of that entity. Invariants are constraints and unique indexes here, so that no code can violate
-- them.

CREATE TABLE people (
  id       BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  telegram INTEGER NOT NULL UNIQUE,                 -- Telegram's user id
  username TEXT,                                    -- lower case
  admin    INTEGER NOT NULL,
  banned   INTEGER NOT NULL,
  alias    TEXT,                                    -- the key of an agent's alias
  version  INTEGER NOT NULL,
  doc      TEXT    NOT NULL                         -- the person; `agents` overrides two of its times
) STRICT;
CREATE INDEX people_by_username ON people (username) WHERE username IS NOT NULL;
CREATE UNIQUE INDEX people_by_alias ON people (alias) WHERE alias IS NOT NULL;
CREATE INDEX people_banned      ON people (banned)   WHERE banned = 1;
CREATE INDEX people_admins      ON people (admin)    WHERE admin = 1;

-- The part of an agent's profile that assignments check, and the times that are written without a new version
-- of the person. The rows are narrow, because each assignment rewrites one.
CREATE TABLE agents (
  person           BLOB    NOT NULL PRIMARY KEY REFERENCES people (id),
  assignment_order INTEGER NOT NULL,
  availability     TEXT    NOT NULL,
  reachable        INTEGER NOT NULL,
  auto_assignment  INTEGER NOT NULL,
  max_tickets      INTEGER NOT NULL CHECK (max_tickets > 0),
  last_assigned    INTEGER,
  last_activity    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE departments (
  id      BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name    TEXT    NOT NULL UNIQUE,                  -- lower case
  version INTEGER NOT NULL,
  doc     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- A null department is stored as the empty blob, because a unique index takes nulls as different.
CREATE TABLE canned_replies (
  id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  department BLOB NOT NULL,
  word       TEXT NOT NULL,                         -- lower case
  doc        TEXT NOT NULL,
  UNIQUE (department, word)
) STRICT, WITHOUT ROWID;

-- One row at most.
CREATE TABLE settings (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  doc     TEXT    NOT NULL
) STRICT;

-- The incidents that are open and what was announced of them. One row at most.
CREATE TABLE incidents (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  doc     TEXT    NOT NULL
) STRICT;

CREATE TABLE invites (
  code       TEXT    NOT NULL PRIMARY KEY,
  used       INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  doc        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_expiry ON invites (expires_at);

CREATE TABLE drafts (
  person   BLOB    NOT NULL PRIMARY KEY CHECK (length(person) = 16),
  id       BLOB    NOT NULL,
  saved_at INTEGER NOT NULL,
  doc      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_time ON drafts (saved_at);

CREATE TABLE tickets (
  arrival         INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of the queue; a number is never used twice
  id              BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  number          TEXT    NOT NULL UNIQUE,
  idempotency_key TEXT    NOT NULL UNIQUE,
  version         INTEGER NOT NULL,
  customer        BLOB    NOT NULL CHECK (length(customer) = 16),
  customer_chat   INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  department      BLOB    NOT NULL CHECK (length(department) = 16),
  category        BLOB    NOT NULL CHECK (length(category) = 16),
  priority        INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  auto_assignment INTEGER NOT NULL CHECK (auto_assignment IN (0, 1)),  -- 1: the engine may assign it
  status          TEXT    NOT NULL,
  agent           BLOB    CHECK (agent IS NULL OR length(agent) = 16),
  slot            INTEGER CHECK (slot >= 0),
  assigned_at     INTEGER,
  opened_at       INTEGER,
  resume_at       INTEGER,                            -- of a ticket on hold: when the engine resumes it
  first_answered_at INTEGER,                          -- when an agent first wrote to the customer
  ended_by        BLOB,
  ended_at        INTEGER,
  description     TEXT    NOT NULL,                   -- JSON
  former_holders  TEXT,                               -- JSON; null if there are none
  service         TEXT,                               -- JSON; null while nothing is known
  CHECK (status IN ('queued', 'assigned', 'in_progress', 'pending', 'completed', 'cancelled')),
  CHECK ((status IN ('assigned', 'in_progress', 'pending')) = (agent IS NOT NULL)),
  CHECK ((agent IS NULL) = (slot IS NULL) AND (agent IS NULL) = (assigned_at IS NULL)),
  CHECK (opened_at IS NULL OR status IN ('in_progress', 'pending')),
  CHECK (opened_at IS NOT NULL OR status <> 'in_progress'),
  CHECK (resume_at IS NULL OR status = 'pending'),
  CHECK ((status IN ('completed', 'cancelled')) = (ended_at IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
-- One ticket per slot and one slot per ticket. Below `max_tickets` an agent has that many slots.
CREATE UNIQUE INDEX tickets_held ON tickets (agent, slot) WHERE agent IS NOT NULL;
-- The queue in its order: every index entry ends with the rowid, which is the arrival. There are two indexes,
-- so that the engine never reads past tickets that it may not assign.
CREATE INDEX tickets_queue_auto ON tickets (department, priority)
  WHERE status = 'queued' AND auto_assignment = 1;
CREATE INDEX tickets_queue_manual ON tickets (department, priority)
  WHERE status = 'queued' AND auto_assignment = 0;
CREATE INDEX tickets_snoozed ON tickets (resume_at) WHERE resume_at IS NOT NULL;
CREATE INDEX tickets_open_by_customer  ON tickets (customer) WHERE ended_at IS NULL;
CREATE INDEX tickets_ended_by_customer ON tickets (customer) WHERE ended_at IS NOT NULL;

-- The number of queued tickets. Only the triggers below write it.
CREATE TABLE queue_depths (
  department BLOB    NOT NULL,
  priority   INTEGER NOT NULL,
  depth      INTEGER NOT NULL CHECK (depth >= 0),
  PRIMARY KEY (department, priority)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER queue_depths_opened AFTER INSERT ON tickets
WHEN new.status = 'queued' BEGIN
  INSERT INTO queue_depths VALUES (new.department, new.priority, 1)
    ON CONFLICT (department, priority) DO UPDATE SET depth = depth + 1;
END;
CREATE TRIGGER queue_depths_left AFTER UPDATE OF status, department, priority ON tickets
WHEN old.status = 'queued' BEGIN
  UPDATE queue_depths SET depth = depth - 1 WHERE department = old.department AND priority = old.priority;
END;
CREATE TRIGGER queue_depths_joined AFTER UPDATE OF status, department, priority ON tickets
WHEN new.status = 'queued' BEGIN
  INSERT INTO queue_depths VALUES (new.department, new.priority, 1)
    ON CONFLICT (department, priority) DO UPDATE SET depth = depth + 1;
END;

-- The audit log.
CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  ticket INTEGER,                                   -- the ticket's arrival: shorter than its id
  agent  BLOB,                                      -- the agent in whose totals the event counts
  kind   TEXT    CHECK (kind IN ('assigned', 'completed')),
  doc    TEXT    NOT NULL,
  CHECK ((agent IS NULL) = (kind IS NULL))
) STRICT;
CREATE INDEX events_by_ticket ON events (ticket)          WHERE ticket IS NOT NULL;
CREATE INDEX events_by_agent  ON events (agent, at, kind) WHERE agent IS NOT NULL;

CREATE TABLE inbox (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  update_id   INTEGER NOT NULL UNIQUE,
  state       TEXT    NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'dead')),
  failures    INTEGER NOT NULL DEFAULT 0,
  received_at INTEGER NOT NULL,
  ended_at    INTEGER,                              -- when it became done or dead
  error       TEXT,                                 -- of the last failure
  body        TEXT,                                 -- the raw update as JSON; null once it is done
  CHECK (body IS NOT NULL OR state = 'done')
) STRICT;
CREATE INDEX inbox_new  ON inbox (state)    WHERE state = 'new';
CREATE INDEX inbox_done ON inbox (ended_at) WHERE state = 'done';
CREATE INDEX inbox_dead ON inbox (ended_at) WHERE state = 'dead';

CREATE TABLE outbox (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  chat             INTEGER NOT NULL,
  priority_class   INTEGER NOT NULL CHECK (priority_class IN (0, 1, 2)),  -- 2: refreshes
  traffic_class    INTEGER NOT NULL,                  -- of TrafficClass, 0 is the most urgent
  claimed          INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),
  committed_at     INTEGER NOT NULL,
  attempts         INTEGER NOT NULL DEFAULT 0,
  unknown_outcomes INTEGER NOT NULL DEFAULT 0,        -- attempts of which nobody knows whether Telegram acted
  not_before       INTEGER NOT NULL DEFAULT 0,        -- of this delivery alone; its chat goes on
  coalesce_key     TEXT,                              -- one pending delivery per chat and key
  message          TEXT    NOT NULL                   -- JSON
) STRICT;
CREATE INDEX outbox_pending ON outbox (chat, priority_class, not_before) WHERE claimed = 0;
CREATE UNIQUE INDEX outbox_claimed ON outbox (chat) WHERE claimed = 1;
CREATE UNIQUE INDEX outbox_coalesce ON outbox (chat, coalesce_key)
  WHERE claimed = 0 AND coalesce_key IS NOT NULL;

-- One row per chat with deliveries. A claim reads this table, so its cost does not depend on the backlog of a
-- chat.
CREATE TABLE outbox_chats (
  chat           INTEGER PRIMARY KEY,
  claimed        INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),  -- 1: one is in flight
  not_before     INTEGER NOT NULL DEFAULT 0,        -- of the chat and of the head; 0: the head may go now
  chat_not_before INTEGER NOT NULL DEFAULT 0,       -- of the chat alone
  priority_class INTEGER NOT NULL,                  -- of the head
  traffic_class  INTEGER NOT NULL,                  -- the most urgent of what is pending
  head           INTEGER NOT NULL                   -- the next delivery; not valid while claimed
) STRICT;
CREATE INDEX outbox_chats_ready   ON outbox_chats (traffic_class, head) WHERE claimed = 0 AND not_before = 0;
CREATE INDEX outbox_chats_delayed ON outbox_chats (not_before)           WHERE claimed = 0 AND not_before > 0;

-- Deliveries that were given up, kept for the admins until they are pruned.
CREATE TABLE dropped_deliveries (
  id           INTEGER PRIMARY KEY,                 -- its outbox id
  dropped_at   INTEGER NOT NULL,
  chat         INTEGER NOT NULL,
  committed_at INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  reason       TEXT    NOT NULL,
  message      TEXT    NOT NULL
) STRICT;
CREATE INDEX dropped_deliveries_by_time ON dropped_deliveries (dropped_at);

CREATE TABLE live_cards (
  slot       TEXT    NOT NULL PRIMARY KEY,          -- the card key without its page
  key        TEXT    NOT NULL,                      -- the card key with its page, as JSON
  chat       INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  digest     INTEGER NOT NULL,                      -- a hash of the content that was sent last
  list_shown_at INTEGER                             -- of a list: when its content was sent last
) STRICT, WITHOUT ROWID;
CREATE INDEX live_cards_of_lists ON live_cards (list_shown_at) WHERE list_shown_at IS NOT NULL;
-- Only groups can get a new chat id, and only group ids are negative.
CREATE INDEX live_cards_in_groups ON live_cards (chat) WHERE chat < 0;

-- Ended tickets whose live cards are not pruned yet, in the order in which they ended. Pruning needs no scan
-- of all tickets or cards.
CREATE TABLE card_prune_queue (
  ended_at INTEGER NOT NULL,
  ticket   BLOB    NOT NULL,
  PRIMARY KEY (ended_at, ticket)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER card_prune_queue_ended AFTER UPDATE OF ended_at ON tickets
WHEN new.ended_at IS NOT NULL BEGIN
  INSERT INTO card_prune_queue VALUES (new.ended_at, new.id);
END;

CREATE TRIGGER card_prune_queue_reopened AFTER UPDATE OF ended_at ON tickets
WHEN old.ended_at IS NOT NULL BEGIN
  DELETE FROM card_prune_queue WHERE ended_at = old.ended_at AND ticket = old.id;
END;

CREATE TABLE leases (
  name     TEXT    NOT NULL PRIMARY KEY,
  holder   BLOB    CHECK (length(holder) = 16),     -- null: released
  term     INTEGER NOT NULL,                        -- the number of holders so far
  renewals INTEGER NOT NULL                         -- how often the holder has renewed it in this term
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name  TEXT    NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

-- The webhooks that report changes to a receiver, written in the transaction of the change. Those of a ticket
-- are sent in the order of `seq`.
CREATE TABLE webhooks (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,                 -- the header `webhook-id`
  kind       TEXT    NOT NULL,                        -- its type, such as ticket.created
  ticket     BLOB    NOT NULL CHECK (length(ticket) = 16),
  at         INTEGER NOT NULL,                        -- when the change happened
  body       TEXT    NOT NULL,                        -- the JSON that is sent
  state      TEXT    NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER NOT NULL,                        -- when it is sent next
  ended_at   INTEGER,                                 -- when it was delivered or given up
  status     INTEGER,                                 -- HTTP status of the last attempt
  error      TEXT,                                    -- why the last attempt failed
  CHECK ((state = 'pending') = (ended_at IS NULL))
) STRICT;
CREATE INDEX webhooks_due       ON webhooks (next_at, seq) WHERE state = 'pending';
CREATE INDEX webhooks_by_ticket ON webhooks (ticket, seq)  WHERE state = 'pending';
CREATE INDEX webhooks_dead      ON webhooks (seq)          WHERE state = 'dead';
CREATE INDEX webhooks_ended     ON webhooks (ended_at)     WHERE ended_at IS NOT NULL;

-- The ticket to which an agent writes.
CREATE TABLE focus (
  agent  BLOB NOT NULL PRIMARY KEY CHECK (length(agent) = 16),
  ticket BLOB NOT NULL CHECK (length(ticket) = 16)
) STRICT, WITHOUT ROWID;

-- The words by which tickets, messages and people are found, in lower case and without accents.
CREATE TABLE search_entries (
  entry  INTEGER PRIMARY KEY AUTOINCREMENT,
  id     BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),  -- of the ticket, the message or the person
  kind   INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),       -- 0 ticket, 1 message, 2 person
  ticket BLOB    CHECK (length(ticket) = 16),              -- null for a person, and while a message has none
  person BLOB    CHECK (length(person) = 16),
  words  TEXT    NOT NULL,
  CHECK ((kind = 2) = (person IS NOT NULL))
) STRICT;
-- Only the triggers below write it.
CREATE VIRTUAL TABLE search_index USING fts5 (
  words, content = 'search_entries', content_rowid = 'entry', detail = none,
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER search_index_added AFTER INSERT ON search_entries BEGIN
  INSERT INTO search_index (rowid, words) VALUES (new.entry, new.words);
END;
CREATE TRIGGER search_index_changed AFTER UPDATE OF words ON search_entries
WHEN old.words IS NOT new.words BEGIN
  INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.entry, old.words);
  INSERT INTO search_index (rowid, words) VALUES (new.entry, new.words);
END;
