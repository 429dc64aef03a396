//! What was read last of something that much more often is asked for than it changes: at hand until this process has
//! committed a change of it, or until it is too old where other processes change it too. Departments and settings are such:
//! every ticket, every message and every heartbeat asks for some of them.
use crate::domain::department::Department;
use crate::domain::ids::DepartmentId;
use crate::domain::policy::Settings;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The desk: departments and settings.
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

/// Which state of it somebody reads who begins now. It may be a later one that they find: never an earlier one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edition {
    number: u64,
    at: Instant,
}

/// It, and how often it has changed.
#[derive(Debug)]
pub(super) struct Kept<T> {
    /// For how long what was read is good enough when nothing here has changed it.
    good_for: Duration,
    changes: AtomicU64,
    read: Mutex<Option<(Edition, Arc<T>)>>,
}

impl<T> Kept<T> {
    /// Nothing yet. What others change too is read again when it is older than `good_for`.
    pub(super) fn new(good_for: Duration) -> Self {
        Self { good_for, changes: AtomicU64::default(), read: Mutex::default() }
    }

    /// It may have been changed here: what was read before is not good enough from now on. Called once too often, it costs a
    /// read.
    pub(super) fn change(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// To be asked for before reading.
    pub(super) fn edition(&self) -> Edition {
        Edition { number: self.changes.load(Ordering::SeqCst), at: Instant::now() }
    }

    /// Keeps what was read, by somebody who began with that edition.
    pub(super) fn keep(&self, edition: Edition, found: Arc<T>) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((edition, found));
    }

    /// It as it was `good_for` ago at most; `None` where it has to be read.
    pub(super) fn get(&self) -> Option<Arc<T>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (edition, found) = read.as_ref()?;
        let is_good =
            edition.number == self.changes.load(Ordering::SeqCst) && edition.at.elapsed() < self.good_for;
        is_good.then(|| Arc::clone(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD_FOR: Duration = Duration::from_millis(250);

    fn read(kept: &Kept<u8>, found: u8) {
        let edition = kept.edition();
        kept.keep(edition, Arc::new(found));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_is_at_hand_until_it_is_changed_or_too_old() {
        let kept = Kept::new(GOOD_FOR);
        assert_eq!(kept.get(), None);
        read(&kept, 1);
        tokio::time::advance(GOOD_FOR / 2).await;
        assert_eq!(kept.get().as_deref(), Some(&1));
        kept.change();
        assert_eq!(kept.get(), None, "changed");
        read(&kept, 2);
        tokio::time::advance(GOOD_FOR).await;
        assert_eq!(kept.get(), None, "too old");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_begun_to_read_before_a_change_is_not_kept_for_longer() {
        let kept = Kept::new(GOOD_FOR);
        let begun = kept.edition();
        kept.change();
        kept.keep(begun, Arc::new(1));
        assert_eq!(kept.get(), None, "it may be from before");
        // Nor does it count from its end how old it is.
        let begun = kept.edition();
        tokio::time::advance(GOOD_FOR).await;
        kept.keep(begun, Arc::new(2));
        assert_eq!(kept.get(), None);
    }
}
