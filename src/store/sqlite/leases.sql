-- Schema 3: who does what only one may do.

CREATE TABLE leases (
  name   TEXT    NOT NULL PRIMARY KEY,
  holder BLOB    NOT NULL CHECK (length(holder) = 16),
  term   INTEGER NOT NULL,                          -- how many holders it has had
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
