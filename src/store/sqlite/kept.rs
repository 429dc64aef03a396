//! The desk as it was read last: departments and settings. Every ticket and every heartbeat asks for some of it, and it hardly
//! ever changes: once read it is at hand, without a thread in between, until the writer has committed a change of it.
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;
use crate::domain::policy::Settings;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

thread_local! {
    /// Whether the transaction under way, on the thread that writes, has changed it.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) departments: Vec<Department>,
    pub(super) settings: Settings,
}

impl Desk {
    pub(super) fn department(&self, id: DepartmentId) -> Option<Department> {
        self.departments.iter().find(|department| department.id == id).cloned()
    }
}

/// It, and how often it has changed.
#[derive(Debug, Default)]
pub(super) struct Kept {
    edition: AtomicU64,
    /// What was read, by somebody who began with that edition.
    read: Mutex<Option<(u64, Arc<Desk>)>>,
}

/// Called by who changes it, on the thread that writes.
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
    pub(super) fn keep(&self, edition: u64, desk: Arc<Desk>) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((edition, desk));
    }

    /// The desk as it is now; `None` where it has to be read.
    pub(super) fn get(&self) -> Option<Arc<Desk>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.as_ref().filter(|(edition, _)| *edition == self.edition()).map(|(_, desk)| Arc::clone(desk))
    }
}
