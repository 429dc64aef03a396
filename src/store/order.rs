//! First come, first served within one commit: where the engine's gift of a ticket is refused, or others wait before those that
//! it gives away, what comes after in the same commit would overtake somebody.
use crate::domain::ids::DepartmentId;
use crate::engine::ports::{Change, CommitError, Committed, Write};
use std::collections::HashSet;

/// The departments in which a ticket of this commit stayed behind.
#[derive(Default)]
pub(super) struct Order(HashSet<DepartmentId>);

impl Order {
    /// Does a change, unless it gives away a ticket that would overtake one.
    pub(super) fn keep(
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
        let done = commit();
        if done.is_err() {
            self.0.insert(department);
        }
        done
    }
}
