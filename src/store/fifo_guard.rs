//! The FIFO rule within one commit. After an engine assignment or an asserted queue head of a department is
//! rejected, all later ones of that department in the commit fail with [`CommitError::WouldOvertake`].
use crate::domain::ids::DepartmentId;
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
