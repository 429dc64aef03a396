-- Schema 3: who does what only one may do.

CREATE TABLE leases (
  name     TEXT    NOT NULL PRIMARY KEY,
  holder   BLOB    CHECK (length(holder) = 16),     -- null: given back
  term     INTEGER NOT NULL,                        -- how many holders it has had
  renewals INTEGER NOT NULL                         -- how often the holder has kept it
) STRICT, WITHOUT ROWID;
