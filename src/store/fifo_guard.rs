//! The FIFO rule within one commit, and the comparison of a queue's head. After an engine assignment or an
//! asserted queue head of a department is rejected, all later ones of that department in the commit fail with
//! [`CommitError::WouldOvertake`].
use crate::domain::ids::{DepartmentId, TicketId};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::{Change, CommitError, Committed, Write};
use std::collections::HashSet;

/// The departments of which an engine assignment or a queue head was rejected in this commit.
#[derive(Default)]
pub(super) struct FifoGuard(HashSet<DepartmentId>);

impl FifoGuard {
    /// Runs `commit` for a change, unless the change would overtake one that was rejected.
    pub(super) fn apply(
        &mut self,
        change: &Change,
        commit: impl FnOnce() -> Result<Committed, CommitError>,
    ) -> Result<Committed, CommitError> {
        let department = match &change.write {
            Write::Ticket { ticket, guard, .. } if guard.is_engine() => ticket.department,
            Write::AssertQueueHead { department, .. } => *department,
            _ => return commit(),
        };
        if self.0.contains(&department) {
            return Err(CommitError::WouldOvertake);
        }
        let committed = commit();
        if committed.is_err() {
            self.0.insert(department);
        }
        committed
    }
}

/// A ticket that may be in a queue's head.
pub(crate) struct HeadTicket<'a> {
    pub(crate) ticket: &'a Ticket,
    /// For a ticket that the batch opens: how many it opens before it. Such a ticket has no arrival number yet
    /// and comes after all that have one.
    pub(crate) opened: Option<usize>,
}

/// Returns true if the tickets that wait for the engine in a department begin with these.
pub(crate) fn begins_with<'a>(
    department: DepartmentId,
    tickets: impl Iterator<Item = HeadTicket<'a>>,
    expected: &[TicketId],
) -> bool {
    let mut waiting: Vec<_> = tickets
        .filter(|head| head.ticket.department == department)
        .filter(|head| head.ticket.auto && head.ticket.state == TicketState::Queued)
        .collect();
    waiting.sort_by_key(|head| (head.ticket.priority, head.opened, head.ticket.arrival));
    let ids: Vec<_> = waiting.iter().map(|head| head.ticket.id).collect();
    ids.starts_with(expected)
}
