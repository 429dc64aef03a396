//! The statements of tickets, as text. The macro `tickets!` begins a query for whole tickets.

/// A query for whole tickets. [`ticket`] reads the columns in this order.
macro_rules! tickets {
    ($rest:literal) => {
        concat!(
            "SELECT arrival, id, number, version, customer, customer_chat, department, category, priority,
                auto_assignment, created_at, description, status, agent, slot, assigned_at, opened_at,
                ended_by, ended_at, former_holders, service, resume_at, first_answered_at,
                awaited_since, nudged_at
             FROM tickets ",
            $rest
        )
    };
}
pub(in crate::store::sqlite) use tickets;

pub(in crate::store::sqlite) const BY_ID: &str = tickets!("WHERE id = ?1");
pub(in crate::store::sqlite) const BY_NUMBER: &str = tickets!("WHERE number = ?1");
pub(in crate::store::sqlite) const BY_KEY: &str = tickets!("WHERE idempotency_key = ?1");
// Scans the indexes of all open tickets, which takes some tens of milliseconds for 100,000 of them. The query
// is rare: a person has typed the end of a number. An index on the reversed number would be written with
// every ticket.
pub(in crate::store::sqlite) const BY_SUFFIX: &str = tickets!(
    "WHERE arrival IN (
        SELECT arrival FROM tickets INDEXED BY tickets_queue_auto
            WHERE status = 'queued' AND auto_assignment = 1
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_queue_manual
            WHERE status = 'queued' AND auto_assignment = 0
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_held WHERE agent IS NOT NULL
            AND substr(number, length(number) - length(?1) + 1) = ?1)
     ORDER BY arrival LIMIT ?2"
);
pub(in crate::store::sqlite) const OPEN_BY_CUSTOMER: &str =
    tickets!("INDEXED BY tickets_open_by_customer WHERE customer = ?1 AND ended_at IS NULL ORDER BY arrival");
pub(in crate::store::sqlite) const ENDED_BY_CUSTOMER: &str = tickets!(
    "INDEXED BY tickets_ended_by_customer WHERE customer = ?1 AND ended_at IS NOT NULL
     ORDER BY arrival DESC LIMIT ?2"
);
pub(in crate::store::sqlite) const COUNT_OPEN: &str =
    "SELECT count(*) FROM (SELECT 1 FROM tickets INDEXED BY tickets_open_by_customer
    WHERE customer = ?1 AND ended_at IS NULL LIMIT ?2)";
pub(in crate::store::sqlite) const HELD_BY: &str =
    tickets!("INDEXED BY tickets_held WHERE agent = ?1 ORDER BY assigned_at, arrival");
pub(in crate::store::sqlite) const ALL_HELD: &str =
    tickets!("INDEXED BY tickets_held WHERE agent IS NOT NULL");
// The rows are read in their order in the file, not in that of the agents: neighbours share pages.
pub(in crate::store::sqlite) const HELD_SLOTS: &str = "SELECT agent, slot, id FROM tickets WHERE arrival IN
    (SELECT arrival FROM tickets INDEXED BY tickets_held WHERE agent IS NOT NULL)";
pub(in crate::store::sqlite) const SNOOZED: &str =
    tickets!("INDEXED BY tickets_snoozed WHERE resume_at IS NOT NULL ORDER BY resume_at LIMIT ?1");
pub(in crate::store::sqlite) const AWAITED: &str = tickets!(
    "INDEXED BY tickets_awaited WHERE awaited_since IS NOT NULL ORDER BY awaited_since, arrival LIMIT ?1 OFFSET ?2"
);
pub(in crate::store::sqlite) const NUDGED: &str = tickets!(
    "INDEXED BY tickets_nudged WHERE nudged_at IS NOT NULL ORDER BY nudged_at, arrival LIMIT ?1 OFFSET ?2"
);

pub(in crate::store::sqlite) const INSERT: &str =
    "INSERT INTO tickets (id, number, idempotency_key, version, customer, customer_chat, created_at,
        department, category, priority, auto_assignment, status, description, former_holders)
    VALUES (:id, :number, :idempotency_key, :version, :customer, :customer_chat, :created_at,
        :department, :category, :priority, :auto_assignment, 'queued', :description, :former_holders)";
/// Counts a ticket that was opened. No trigger does it: SQLite copies each page before a statement with a trigger
/// changes it.
pub(in crate::store::sqlite) const COUNT_OPENED: &str = "INSERT INTO queue_depths VALUES (?1, ?2, 1)
    ON CONFLICT (department, priority) DO UPDATE SET depth = depth + 1";
// ASSIGN, UPDATE and END are separate statements, because SQLite rewrites every index entry with a column
// that a statement sets. An assignment touches no index of ended tickets and leaves description and queue
// order alone. The statements find the row by its rowid, the arrival, and check the id together with the
// version.
pub(in crate::store::sqlite) const ASSIGN: &str =
    "UPDATE tickets SET version = :version, status = 'assigned',
        agent = :agent, slot = :slot, assigned_at = :assigned_at, awaited_since = :assigned_at
    WHERE arrival = :arrival AND id = :id AND version = :expected AND status = 'queued'
        AND EXISTS (SELECT 1 FROM agents
            WHERE person = :agent AND max_tickets > :slot
                AND availability = 'online' AND reachable = 1 AND auto_assignment = 1
                AND max_tickets > (SELECT count(*) FROM tickets h WHERE h.agent = :agent))";
pub(in crate::store::sqlite) const FIRST_IN_QUEUE: &str = "SELECT arrival FROM tickets t WHERE id = ?1
    AND NOT EXISTS (SELECT 1 FROM tickets w INDEXED BY tickets_queue_auto
        WHERE w.status = 'queued' AND w.auto_assignment = 1
            AND w.department = ?2 AND w.priority <= ?3 AND w.arrival <> t.arrival)";
pub(in crate::store::sqlite) const UPDATE: &str =
    "UPDATE tickets SET version = :version, department = :department, category = :category,
        priority = :priority, auto_assignment = :auto_assignment, description = :description,
        status = :status, agent = :agent, slot = :slot, assigned_at = :assigned_at, opened_at = :opened_at,
        resume_at = :resume_at, awaited_since = :awaited_since, nudged_at = :nudged_at,
        former_holders = :former_holders, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";
pub(in crate::store::sqlite) const END: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = NULL, slot = NULL, assigned_at = NULL, opened_at = NULL, resume_at = NULL,
        awaited_since = NULL, nudged_at = NULL, ended_by = :by, ended_at = :at, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";
pub(in crate::store::sqlite) const REOPEN: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = :agent, slot = :slot, assigned_at = :assigned_at,
        awaited_since = :awaited_since, ended_by = NULL, ended_at = NULL,
        service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NOT NULL";
pub(in crate::store::sqlite) const RATE: &str = "UPDATE tickets SET version = :version, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND status = 'completed'";
