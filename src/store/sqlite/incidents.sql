-- Schema 4: what is the matter, and what the admins were told of it.

CREATE TABLE incidents (
  one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,
  doc     TEXT    NOT NULL
) STRICT;
