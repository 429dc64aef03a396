-- Schema 5. An open ticket is found by the last characters of its number with a walk over the open tickets: a person types them
-- now and then. The index for it was written at a random place by every ticket that was opened, and once more when it ended.

DROP INDEX tickets_tail;
ALTER TABLE tickets DROP COLUMN tail;
