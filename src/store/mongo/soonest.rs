//! When the first chat goes that waits for its time, as far as the outbox's lane knows: it has seen all of them, and it is the
//! one that makes them wait.
use crate::domain::Time;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970, or one of the two below.
pub(super) struct Soonest(AtomicI64);

const UNKNOWN: i64 = i64::MIN;
const NEVER: i64 = i64::MAX;

impl Default for Soonest {
    fn default() -> Self {
        Self(AtomicI64::new(UNKNOWN))
    }
}

impl Soonest {
    /// Microseconds since 1970, further away than any time where no chat waits; nothing where nobody has looked.
    pub(super) fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::SeqCst)).filter(|at| *at != UNKNOWN)
    }

    /// Whether that may have come.
    pub(super) fn has_come(&self, now: Time) -> bool {
        now.timestamp_micros() >= self.0.load(Ordering::SeqCst)
    }

    /// A transaction saw these chats, or all there are.
    pub(super) fn saw(&self, first: Option<i64>, all: bool) {
        let known = if all { NEVER } else { self.0.load(Ordering::SeqCst) };
        self.0.store(known.min(first.unwrap_or(NEVER)), Ordering::SeqCst);
    }

    /// It is unknown what became of a transaction.
    pub(super) fn forget(&self) {
        self.0.store(UNKNOWN, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Time {
        Time::from_timestamp_micros(micros).unwrap()
    }

    #[test]
    fn it_is_known_once_all_were_seen_and_until_a_transaction_is_lost() {
        let soonest = Soonest::default();
        soonest.saw(Some(7), false);
        assert_eq!((soonest.get(), soonest.has_come(at(0))), (None, true), "others may wait for less");
        soonest.saw(None, true);
        assert_eq!(
            (soonest.get().and_then(Time::from_timestamp_micros), soonest.has_come(at(9))),
            (None, false)
        );
        soonest.saw(Some(7), false);
        soonest.saw(Some(8), false);
        assert_eq!((soonest.get(), soonest.has_come(at(6)), soonest.has_come(at(7))), (Some(7), false, true));
        soonest.forget();
        assert_eq!(soonest.get(), None);
    }
}
