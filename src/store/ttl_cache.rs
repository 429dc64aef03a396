//! A single-value cache with a TTL and explicit invalidation.
//!
//! Take the `generation` before reading from the database. A value stored under an older generation is
//! ignored, so a slow read cannot hide a newer write. It holds departments and settings, which almost every
//! request needs.
use crate::domain::department::DepartmentList;
use crate::domain::policy::Settings;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Departments and settings.
#[derive(Debug, Default)]
pub(super) struct ReferenceData {
    pub(super) departments: Arc<DepartmentList>,
    pub(super) settings: Settings,
}

/// The state of a cache at the start of a read: the number of invalidations until then, and the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generation {
    number: u64,
    started: Instant,
}

/// A cached value. It expires when it is invalidated or older than `ttl`.
#[derive(Debug)]
pub(super) struct TtlCache<T> {
    ttl: Duration,
    invalidations: AtomicU64,
    value: Mutex<Option<(Generation, Arc<T>)>>,
}

impl<T> TtlCache<T> {
    /// Returns an empty cache. A process that is the only writer uses [`Duration::MAX`].
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, invalidations: AtomicU64::default(), value: Mutex::default() }
    }

    /// Drops the value, and that of every read that has already started. Must be called after each write that
    /// may change the value, before the writer gets its result.
    pub(super) fn invalidate(&self) {
        self.invalidations.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the current generation. Must be called before the value is read from the database.
    pub(super) fn generation(&self) -> Generation {
        Generation { number: self.invalidations.load(Ordering::SeqCst), started: Instant::now() }
    }

    /// Stores a value whose read started at `generation`.
    pub(super) fn insert(&self, generation: Generation, value: Arc<T>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some((generation, value));
    }

    /// Returns the value, unless it was invalidated or has expired.
    pub(super) fn get(&self) -> Option<Arc<T>> {
        let entry = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let (generation, value) = entry.as_ref()?;
        let is_current = generation.number == self.invalidations.load(Ordering::SeqCst)
            && generation.started.elapsed() < self.ttl;
        is_current.then(|| Arc::clone(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_millis(250);

    fn read_and_insert(cache: &TtlCache<u8>, value: u8) {
        let generation = cache.generation();
        cache.insert(generation, Arc::new(value));
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_is_returned_until_it_is_invalidated_or_expires() {
        let cache = TtlCache::new(TTL);
        assert_eq!(cache.get(), None);
        read_and_insert(&cache, 1);
        tokio::time::advance(TTL / 2).await;
        assert_eq!(cache.get().as_deref(), Some(&1));
        cache.invalidate();
        assert_eq!(cache.get(), None, "invalidated");
        read_and_insert(&cache, 2);
        tokio::time::advance(TTL).await;
        assert_eq!(cache.get(), None, "expired");
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_started_before_an_invalidation_is_ignored() {
        let cache = TtlCache::new(TTL);
        let started = cache.generation();
        cache.invalidate();
        cache.insert(started, Arc::new(1));
        assert_eq!(cache.get(), None, "the value may be older than the write");
        // The age of a value counts from the start of its read.
        let started = cache.generation();
        tokio::time::advance(TTL).await;
        cache.insert(started, Arc::new(2));
        assert_eq!(cache.get(), None);
    }
}
