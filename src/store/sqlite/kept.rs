//! Departments as they were read last. Every heartbeat asks for one, and they hardly ever change: once read they are at hand
//! without a thread in between, until the writer has committed a change of them.
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// Whether the transaction under way, on the thread that writes, has changed a department.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// They, and how often they have changed.
#[derive(Debug, Default)]
pub(super) struct Kept {
    edition: AtomicU64,
    read: Mutex<(u64, HashMap<DepartmentId, Department>)>,
}

/// Called by who changes a department, on the thread that writes.
pub(super) fn changed() {
    CHANGED.set(true);
}

impl Kept {
    /// A transaction has ended on the thread that writes, and nobody was told yet: from now on what was read before it is
    /// not good enough. However it has ended: reading once too often costs nothing.
    pub(super) fn follow(&self) {
        if CHANGED.replace(false) {
            self.edition.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Which edition is read by whoever begins now. It may be a later one that they find: never an earlier one.
    pub(super) fn edition(&self) -> u64 {
        self.edition.load(Ordering::SeqCst)
    }

    /// Keeps what was read, by somebody who began with that edition.
    pub(super) fn keep(&self, edition: u64, departments: Vec<Department>) {
        let departments = departments.into_iter().map(|department| (department.id, department)).collect();
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = (edition + 1, departments);
    }

    /// A department as it is now, or that there is none with this id; `None` where it has to be read.
    pub(super) fn get(&self, id: DepartmentId) -> Option<Option<Department>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // One more than the edition, so that nothing is kept at first.
        (read.0 == self.edition() + 1).then(|| read.1.get(&id).cloned())
    }
}
