//! What was read or written a moment ago, and is asked for again and again while a ticket goes through the desk: people as they
//! are shown, live cards, what the lanes have left.
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many are at hand: those of a busy minute, at a few hundred bytes each, and a few thousand of a chat where something waits.
const MOST: u64 = 4_096;

/// Values by their keys, each for a while.
pub(super) struct Recent<K, V> {
    /// How often something was forgotten.
    forgotten: AtomicU64,
    known: Cache<K, V>,
}

impl<K, V> Recent<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// None yet. Each is at hand for so long: what other replicas change is seen by then.
    pub(super) fn new(good_for: Duration) -> Self {
        // What is new comes in however many there are: it is what is asked for next.
        let policy = EvictionPolicy::lru();
        let known =
            Cache::builder().max_capacity(MOST).eviction_policy(policy).time_to_live(good_for).build();
        Self { forgotten: AtomicU64::default(), known }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.known.get(key)
    }

    /// To be asked for before something is read.
    pub(super) fn edition(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    /// Keeps what was read, if nothing was forgotten meanwhile; what was written meanwhile is newer.
    pub(super) fn keep(&self, edition: u64, key: K, read: V) {
        if self.edition() == edition {
            let kept = self.known.entry(key).or_insert(read);
            // Just now: what was read may be from before.
            if self.edition() != edition {
                self.known.invalidate(kept.key());
            }
        }
    }

    /// Keeps what was written here.
    pub(super) fn put(&self, key: K, written: V) {
        self.known.insert(key, written);
    }

    /// Keeps what became of it here; forgets it where that is nothing.
    pub(super) fn leave(&self, key: K, left: Option<V>) {
        match left {
            Some(left) => self.put(key, left),
            None => self.forget(&key),
        }
    }

    /// It was changed here.
    pub(super) fn forget(&self, key: &K) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate(key);
    }

    /// Any of them may have been changed.
    pub(super) fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept() {
        let recent = Recent::new(Duration::from_secs(60));
        let begun = recent.edition();
        recent.forget(&1);
        recent.keep(begun, 1, "old");
        assert_eq!(recent.get(&1), None);
        recent.keep(recent.edition(), 1, "new");
        assert_eq!(recent.get(&1), Some("new"));
        recent.forget_all();
        assert_eq!(recent.get(&1), None);
    }

    #[test]
    fn what_is_new_is_kept_where_there_are_many() {
        let recent = Recent::new(Duration::from_secs(60));
        for n in 0..MOST + 100 {
            recent.put(n, "old");
        }
        recent.known.run_pending_tasks();
        recent.put(u64::MAX, "new");
        recent.known.run_pending_tasks();
        assert_eq!(recent.get(&u64::MAX), Some("new"));
    }

    #[test]
    fn what_was_written_while_it_was_read_stays() {
        let recent = Recent::new(Duration::from_secs(60));
        let begun = recent.edition();
        recent.put(1, "written");
        recent.keep(begun, 1, "read");
        assert_eq!(recent.get(&1), Some("written"));
    }
}
