//! Status and counters of the intake: what `/readyz` and `/metrics` say about polls, dispatcher and inbox.
use crate::clock::StallDetector;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Whether a task works in this process. A standby and webhook mode have tasks that do not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// It does not run here.
    Absent,
    /// It runs, and its last step failed or has not come yet.
    Failing,
    /// Its last step succeeded.
    Working,
}

/// The state of a task, as tasks of several threads set and read it.
#[derive(Debug, Default)]
pub struct SharedState {
    state: AtomicU8,
    changed: Notify,
}

impl SharedState {
    /// Sets the state.
    pub fn set(&self, state: TaskState) {
        self.state.store(state as u8, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Waits until the task works.
    pub async fn working(&self) {
        loop {
            // Created before the state is read: it also receives a change in between.
            let changed = self.changed.notified();
            if self.get() == TaskState::Working {
                return;
            }
            changed.await;
        }
    }

    /// Returns the state.
    pub fn get(&self) -> TaskState {
        match self.state.load(Ordering::SeqCst) {
            0 => TaskState::Absent,
            1 => TaskState::Failing,
            _ => TaskState::Working,
        }
    }
}

/// The status of the intake since the start of the process.
#[derive(Debug, Default)]
pub struct IntakeStatus {
    /// Polls: working if the last answer of `getUpdates` could be read.
    pub polls: SharedState,
    /// The dispatcher: working while it takes rows from the inbox.
    pub dispatcher: SharedState,
    /// The updates that are being handled.
    pub handling: StallDetector,
    /// Updates that could not be parsed and became dead letters.
    pub unreadable: AtomicU64,
    /// Answers of `getUpdates` whose first update was skipped, because no update could be told from the next.
    pub skipped: AtomicU64,
    /// Updates of kinds that were not requested, dropped, by kind.
    dropped: Mutex<BTreeMap<&'static str, u64>>,
}

impl IntakeStatus {
    /// Counts a dropped update of a kind that was not requested.
    pub fn count_dropped(&self, kind: &'static str) {
        *self.dropped.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    /// Returns the dropped updates by kind.
    #[must_use]
    pub fn dropped(&self) -> BTreeMap<&'static str, u64> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;

    #[tokio::test]
    async fn waiting_for_a_task_ends_once_it_works() {
        let task = SharedState::default();
        let mut waiting = pin!(task.working());
        assert!(poll!(waiting.as_mut()).is_pending());
        task.set(TaskState::Failing);
        assert!(poll!(waiting.as_mut()).is_pending());
        task.set(TaskState::Working);
        assert!(poll!(waiting).is_ready());
        assert!(poll!(pin!(task.working())).is_ready());
    }
}
