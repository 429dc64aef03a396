//! The number of open sockets of each person, which is bounded.
use crate::domain::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many sockets a person may have open: many pages on several devices.
const MAX_SOCKETS_PER_PERSON: usize = 50;

/// The open sockets of each person. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct SocketPermits(Arc<Mutex<HashMap<PersonId, usize>>>);

/// One socket of a person, which is counted until this is dropped.
#[derive(Debug)]
pub(super) struct SocketPermit {
    permits: SocketPermits,
    person: PersonId,
}

impl SocketPermits {
    /// Returns a permit for one more socket; `None` if the person has the maximum.
    pub(super) fn take(&self, person: PersonId) -> Option<SocketPermit> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person).or_default();
        if *count >= MAX_SOCKETS_PER_PERSON {
            return None;
        }
        *count += 1;
        Some(SocketPermit { permits: self.clone(), person })
    }
}

impl Drop for SocketPermit {
    fn drop(&mut self) {
        let mut open = self.permits.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}
