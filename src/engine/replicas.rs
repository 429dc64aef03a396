//! One engine among several on the same store: what it has to tell the others, and what it makes of what they tell.
use super::feed::Happening;
use super::owed::Owed;
use super::ports::{Signal, StoreError};
use super::{Engine, lock};
use crate::domain::ids::{DepartmentId, ReplicaId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// How many happenings one signal tells; what is above that the others read in the store.
const MOST: usize = 1_024;

/// What a replica has to tell and has not told yet. Clones share.
#[derive(Debug, Clone)]
pub struct Telling {
    replica: ReplicaId,
    pending: Arc<Mutex<Signal>>,
    wanted: Arc<Notify>,
}

impl Telling {
    pub(super) fn of(replica: ReplicaId) -> Self {
        Self { replica, pending: Arc::new(Mutex::new(Signal::of(replica))), wanted: Arc::default() }
    }

    fn note(&self, write: impl FnOnce(&mut Signal)) {
        write(&mut lock(&self.pending));
        self.wanted.notify_one();
    }

    pub(super) fn happened(&self, happening: Happening) {
        self.note(|signal| {
            if signal.happened.len() < MOST {
                signal.happened.push(happening);
            } else {
                signal.more = true;
            }
        });
    }

    pub(super) fn marked(&self, departments: &[DepartmentId]) {
        self.note(|signal| signal.departments.extend(departments));
    }

    /// Nobody here heard what became of something: the others read everything afresh.
    pub(super) fn doubted(&self, owed: &Owed) {
        self.note(|signal| {
            signal.departments.extend(&owed.departments);
            signal.more |= owed.is_doubtful();
        });
    }

    pub(super) fn deliveries(&self) {
        self.note(|signal| signal.deliveries = true);
    }

    /// Many heartbeats have failed here.
    pub(super) fn heartbeats_fail(&self) {
        self.note(|signal| signal.bad_windows += 1);
    }

    /// There are updates in the inbox.
    pub fn updates(&self) {
        self.note(|signal| signal.updates = true);
    }

    /// Waits for something to tell, and takes all of it.
    pub async fn next(&self) -> Signal {
        self.wanted.notified().await;
        std::mem::replace(&mut *lock(&self.pending), Signal::of(self.replica))
    }
}

impl Engine {
    /// The same engine as one of several on its store: what it does is told to the others.
    #[must_use]
    pub fn among_others(mut self, replica: ReplicaId) -> Self {
        self.telling = Some(Telling::of(replica));
        self
    }

    /// What is to be told to the other replicas; `None` when there are none.
    #[must_use]
    pub fn telling(&self) -> Option<&Telling> {
        self.telling.as_ref()
    }

    /// Takes in what another replica tells: agents of whom something changed are read again, rounds and deliveries woken.
    pub async fn hear(&self, signal: Signal) -> Result<(), StoreError> {
        if signal.more {
            self.start().await?;
        } else {
            let agents: BTreeSet<_> = signal.happened.iter().flat_map(Happening::agents).collect();
            let _between_rounds = self.round.lock().await;
            // One who does not work has no rounds that would do it.
            self.clear_doubts_only().await?;
            for agent in agents {
                self.reread(agent).await?;
            }
        }
        for happening in signal.happened {
            self.tell_here(happening);
        }
        if !signal.departments.is_empty() {
            lock(&self.owed).departments.extend(signal.departments);
            self.wake.notify_one();
        }
        if signal.bad_windows > 0 {
            lock(&self.beats).hear();
        }
        if signal.deliveries {
            self.deliveries.notify_one();
        }
        Ok(())
    }
}
