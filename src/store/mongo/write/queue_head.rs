//! The comparison of a queue's head with what a commit expects.
use crate::domain::ids::{DepartmentId, TicketId};
use crate::domain::ticket::{Ticket, TicketState};

/// A ticket that may be in a queue's head.
pub(super) struct HeadTicket<'a> {
    pub(super) ticket: &'a Ticket,
    /// For a ticket that the batch opens: how many it opens before it. Such a ticket has no arrival number yet
    /// and comes after all that have one.
    pub(super) opened: Option<usize>,
}

/// Returns true if the tickets that wait for the engine in a department begin with these.
pub(super) fn begins_with<'a>(
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
