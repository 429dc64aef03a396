-- What comes in from Telegram and what goes out: the inbox, the outbox and the outgoing webhooks.

CREATE TABLE inbox (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  update_id   INTEGER NOT NULL UNIQUE,
  state       TEXT    NOT NULL DEFAULT 'new' CHECK (state = 'new' OR state = 'done' OR state = 'dead'),
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
  priority_class   INTEGER NOT NULL CHECK (priority_class BETWEEN 0 AND 2),  -- 2: refreshes
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

-- The webhooks that report changes to a receiver, written in the transaction of the change. Those of a ticket
-- are sent in the order of `seq`.
CREATE TABLE webhooks (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,                 -- the header `webhook-id`
  kind       TEXT    NOT NULL,                        -- its type, such as ticket.created
  ticket     BLOB    NOT NULL CHECK (length(ticket) = 16),
  at         INTEGER NOT NULL,                        -- when the change happened
  body       TEXT    NOT NULL,                        -- the JSON that is sent
  state      TEXT    NOT NULL DEFAULT 'pending' CHECK (state = 'pending' OR state = 'delivered' OR state = 'dead'),
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
