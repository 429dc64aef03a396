-- Schema 2. Tickets that have ended and whose live cards are still kept, in the order in which they ended: what is to be
-- forgotten is found without a walk over all tickets or all cards.

CREATE TABLE ended (
  at     INTEGER NOT NULL,
  ticket BLOB    NOT NULL,
  PRIMARY KEY (at, ticket)
) STRICT, WITHOUT ROWID;
INSERT INTO ended SELECT ended_at, id FROM tickets WHERE ended_at IS NOT NULL;
CREATE TRIGGER ended_now AFTER UPDATE OF ended_at ON tickets WHEN new.ended_at IS NOT NULL BEGIN
  INSERT INTO ended VALUES (new.ended_at, new.id);
END;
