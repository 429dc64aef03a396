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

-- Who had which username before.
CREATE TABLE former_usernames (
  username TEXT NOT NULL,                           -- lower case
  person   BLOB NOT NULL REFERENCES people (id),
  PRIMARY KEY (username, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_usernames_of_person ON former_usernames (person);

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
  last_activity    INTEGER NOT NULL,
  available_since  INTEGER,                         -- since when they are online with this capacity
  slot_freed_at    INTEGER                          -- when a ticket last left one of their slots
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
  awaited_since   INTEGER,                            -- since when the holder does not react to it
  nudged_at       INTEGER,                            -- when the holder was nudged, who still does not react
  first_answered_at INTEGER,                          -- when an agent first wrote to the customer
  ended_by        BLOB,
  ended_at        INTEGER,
  description     TEXT    NOT NULL,                   -- JSON
  former_holders  TEXT,                               -- JSON; null if there are none
  service         TEXT,                               -- JSON; null while nothing is known
  -- For a list of three or more after IN, SQLite builds a table at each write.
  CHECK ((status = 'assigned' OR status = 'in_progress' OR status = 'pending') = (agent IS NOT NULL)),
  CHECK (agent IS NOT NULL OR status = 'queued' OR status = 'completed' OR status = 'cancelled'),
  CHECK ((agent IS NULL) = (slot IS NULL) AND (agent IS NULL) = (assigned_at IS NULL)),
  CHECK (opened_at IS NULL OR status IN ('in_progress', 'pending')),
  CHECK (opened_at IS NOT NULL OR status <> 'in_progress'),
  CHECK (resume_at IS NULL OR status = 'pending'),
  CHECK (awaited_since IS NULL OR nudged_at IS NULL),
  CHECK ((awaited_since IS NULL AND nudged_at IS NULL) OR status = 'assigned'),
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
-- The queue of the whole desk.
CREATE INDEX tickets_waiting ON tickets (priority) WHERE status = 'queued';
CREATE INDEX tickets_snoozed ON tickets (resume_at) WHERE resume_at IS NOT NULL;
CREATE INDEX tickets_awaited ON tickets (awaited_since) WHERE awaited_since IS NOT NULL;
CREATE INDEX tickets_nudged  ON tickets (nudged_at)     WHERE nudged_at IS NOT NULL;
CREATE INDEX tickets_open_by_customer  ON tickets (customer) WHERE ended_at IS NULL;
CREATE INDEX tickets_ended_by_customer ON tickets (customer) WHERE ended_at IS NOT NULL;

-- The number of queued tickets. The triggers below keep it when a ticket changes. The statement that opens one is
-- followed by another that counts it: with a trigger, SQLite would first copy each page that the statement writes.
CREATE TABLE queue_depths (
  department BLOB    NOT NULL,
  priority   INTEGER NOT NULL,
  depth      INTEGER NOT NULL CHECK (depth >= 0),
  PRIMARY KEY (department, priority)
) STRICT, WITHOUT ROWID;
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
