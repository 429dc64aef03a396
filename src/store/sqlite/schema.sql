-- Schema 1. Ids are 16-byte blobs, times are microseconds since 1970 in UTC, nested values are JSON.
-- What must never be untrue is a constraint or a unique index here, not care in the code.

CREATE TABLE people (
  id       BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  telegram INTEGER NOT NULL UNIQUE,
  username TEXT,                                    -- lower case
  admin    INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  doc      TEXT    NOT NULL                         -- the person; two times of an agent's count from `agents` instead
) STRICT;
CREATE INDEX people_username ON people (username) WHERE username IS NOT NULL;
CREATE INDEX people_admins   ON people (admin)    WHERE admin = 1;

-- The part of an agent's profile that assignments are checked against, and what is written without the person. Narrow,
-- because each assignment rewrites a row.
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

CREATE TABLE settings (
  one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,
  doc     TEXT    NOT NULL
) STRICT;

CREATE TABLE invites (
  code TEXT    NOT NULL PRIMARY KEY,
  used INTEGER NOT NULL,
  doc  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
  person BLOB NOT NULL PRIMARY KEY CHECK (length(person) = 16),
  id     BLOB NOT NULL,
  doc    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
  arrival       INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of the queue: given once, never used again
  id            BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  number        TEXT    NOT NULL UNIQUE,
  tail          TEXT    NOT NULL,                   -- the number backwards, to look it up by its last characters
  key           TEXT    NOT NULL UNIQUE,
  version       INTEGER NOT NULL,
  customer      BLOB    NOT NULL CHECK (length(customer) = 16),
  customer_chat INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  department    BLOB    NOT NULL CHECK (length(department) = 16),
  category      BLOB    NOT NULL CHECK (length(category) = 16),
  priority      INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  auto          INTEGER NOT NULL CHECK (auto IN (0, 1)),
  status        TEXT    NOT NULL,
  agent         BLOB    CHECK (agent IS NULL OR length(agent) = 16),
  slot          INTEGER CHECK (slot >= 0),
  assigned_at   INTEGER,
  opened_at     INTEGER,
  ended_by      BLOB,
  ended_at      INTEGER,
  description   TEXT    NOT NULL,
  CHECK (status IN ('queued', 'assigned', 'in_progress', 'pending', 'completed', 'cancelled')),
  CHECK ((status IN ('assigned', 'in_progress', 'pending')) = (agent IS NOT NULL)),
  CHECK ((agent IS NULL) = (slot IS NULL) AND (agent IS NULL) = (assigned_at IS NULL)),
  CHECK (opened_at IS NULL OR status IN ('in_progress', 'pending')),
  CHECK (opened_at IS NOT NULL OR status <> 'in_progress'),
  CHECK ((status IN ('completed', 'cancelled')) = (ended_at IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
-- One ticket per slot, one slot per ticket: an over-full agent or a slot used twice can't be written down.
CREATE UNIQUE INDEX tickets_held ON tickets (agent, slot) WHERE agent IS NOT NULL;
-- The queue in its order (the row's own key, the arrival, ends every index). Two, so that the engine never reads past
-- tickets that are not for it.
CREATE INDEX tickets_queue_auto   ON tickets (department, priority) WHERE status = 'queued' AND auto = 1;
CREATE INDEX tickets_queue_manual ON tickets (department, priority) WHERE status = 'queued' AND auto = 0;
CREATE INDEX tickets_open_of  ON tickets (customer) WHERE ended_at IS NULL;
CREATE INDEX tickets_ended_of ON tickets (customer) WHERE ended_at IS NOT NULL;
CREATE INDEX tickets_tail     ON tickets (tail)     WHERE ended_at IS NULL;

-- How many wait, kept by the triggers below and by nothing else.
CREATE TABLE depths (
  department BLOB    NOT NULL,
  priority   INTEGER NOT NULL,
  waiting    INTEGER NOT NULL CHECK (waiting >= 0),
  PRIMARY KEY (department, priority)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER depths_opened AFTER INSERT ON tickets WHEN new.status = 'queued' BEGIN
  INSERT INTO depths VALUES (new.department, new.priority, 1)
    ON CONFLICT (department, priority) DO UPDATE SET waiting = waiting + 1;
END;
CREATE TRIGGER depths_left AFTER UPDATE OF status, department, priority ON tickets WHEN old.status = 'queued' BEGIN
  UPDATE depths SET waiting = waiting - 1 WHERE department = old.department AND priority = old.priority;
END;
CREATE TRIGGER depths_joined AFTER UPDATE OF status, department, priority ON tickets WHEN new.status = 'queued' BEGIN
  INSERT INTO depths VALUES (new.department, new.priority, 1)
    ON CONFLICT (department, priority) DO UPDATE SET waiting = waiting + 1;
END;

CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  ticket INTEGER,                                   -- the ticket's arrival: short, and near its neighbours' in the index
  agent  BLOB,                                      -- who got or completed a ticket by it, for the day's totals
  got    INTEGER,                                   -- 1 when they got it, 0 when they completed it
  doc    TEXT    NOT NULL,
  CHECK ((agent IS NULL) = (got IS NULL))
) STRICT;
CREATE INDEX events_ticket ON events (ticket)         WHERE ticket IS NOT NULL;
CREATE INDEX events_tally  ON events (agent, at, got) WHERE agent IS NOT NULL;

CREATE TABLE inbox (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  update_id INTEGER NOT NULL UNIQUE,
  state     TEXT    NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'aside')),
  failures  INTEGER NOT NULL DEFAULT 0,
  taken_at  INTEGER NOT NULL,
  ended_at  INTEGER,
  error     TEXT,
  body      TEXT,                                   -- the raw update; forgotten when it is done
  CHECK (body IS NOT NULL OR state = 'done')
) STRICT;
CREATE INDEX inbox_new  ON inbox (state)    WHERE state = 'new';
CREATE INDEX inbox_done ON inbox (ended_at) WHERE state = 'done';
CREATE INDEX inbox_aside ON inbox (state) WHERE state = 'aside';

CREATE TABLE outbox (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  chat     INTEGER NOT NULL,
  lane     INTEGER NOT NULL CHECK (lane IN (0, 1)), -- 0 messages, 1 what only brings something up to date
  claimed  INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),
  since    INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  unknown  INTEGER NOT NULL DEFAULT 0,
  same     TEXT,                                    -- the coalesce key
  message  TEXT    NOT NULL
) STRICT;
CREATE INDEX        outbox_waiting ON outbox (chat, lane) WHERE claimed = 0;
CREATE UNIQUE INDEX outbox_claimed ON outbox (chat)       WHERE claimed = 1;
CREATE UNIQUE INDEX outbox_same    ON outbox (chat, same) WHERE claimed = 0 AND same IS NOT NULL;

-- One row per chat with deliveries, so that a claim looks at chats and not at the backlog behind each.
CREATE TABLE outbox_chats (
  chat       INTEGER PRIMARY KEY,
  claimed    INTEGER NOT NULL DEFAULT 0 CHECK (claimed IN (0, 1)),
  not_before INTEGER NOT NULL DEFAULT 0,            -- 0: at once
  lane       INTEGER NOT NULL,                      -- with `head` what goes next; means nothing while claimed
  head       INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_ready ON outbox_chats (lane, head)  WHERE claimed = 0 AND not_before = 0;
CREATE INDEX outbox_later ON outbox_chats (not_before)  WHERE claimed = 0 AND not_before > 0;

CREATE TABLE dropped (
  id       INTEGER PRIMARY KEY,                     -- as it was in the outbox
  at       INTEGER NOT NULL,
  chat     INTEGER NOT NULL,
  since    INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason   TEXT    NOT NULL,
  message  TEXT    NOT NULL
) STRICT;
CREATE INDEX dropped_at ON dropped (at);

CREATE TABLE live_cards (
  slot       TEXT    NOT NULL PRIMARY KEY,
  key        TEXT    NOT NULL,
  chat       INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  digest     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Only groups, whose ids are negative, get a new id some day.
CREATE INDEX live_cards_of_groups ON live_cards (chat) WHERE chat < 0;

CREATE TABLE counters (
  name  TEXT    NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
