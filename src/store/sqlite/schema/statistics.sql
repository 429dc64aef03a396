-- The daily roll-ups of departments and agents. The transaction of each change adds to them.
CREATE TABLE statistics (
  kind   INTEGER NOT NULL CHECK (kind IN (0, 1)),   -- 0: of a department, 1: of an agent
  day    INTEGER NOT NULL,                          -- the local day, as days since 1970
  scope  BLOB    NOT NULL CHECK (length(scope) = 16),
  figure INTEGER NOT NULL,                          -- the code of the figure
  value  INTEGER NOT NULL,
  PRIMARY KEY (kind, day, scope, figure)
) STRICT, WITHOUT ROWID;
