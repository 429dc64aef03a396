//! Permits of which each person can have a few at once.
use crate::domain::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The permits that people have. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::api) struct PersonPermits {
    taken: Arc<Mutex<HashMap<PersonId, usize>>>,
    max: usize,
}

/// One permit of a person, which is taken until this is dropped.
#[derive(Debug)]
pub(in crate::api) struct PersonPermit {
    permits: PersonPermits,
    person: PersonId,
}

impl PersonPermits {
    /// Returns permits of which each person can have `max` at once.
    pub(in crate::api) fn new(max: usize) -> Self {
        Self { taken: Arc::default(), max }
    }

    /// Returns one more permit; `None` if the person has the maximum.
    pub(in crate::api) fn take(&self, person: PersonId) -> Option<PersonPermit> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(person).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(PersonPermit { permits: self.clone(), person })
    }
}

impl Drop for PersonPermit {
    fn drop(&mut self) {
        let mut taken = self.permits.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.person);
            }
        }
    }
}
