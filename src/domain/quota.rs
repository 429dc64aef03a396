//! Rate limit per chat: ample for a person in a hurry, too little for a flood, which would slow everybody
//! down. Pure, with time as an argument. Updates above the limit are rejected; the sender gets a notice once
//! per window.
use super::Time;
use chrono::TimeDelta;
use std::collections::HashMap;

/// How often the sender of a flood gets a notice.
const WINDOW_LENGTH: TimeDelta = TimeDelta::minutes(1);
/// An update this much older than the last one means that the clock was set back, not that updates were
/// reordered.
const MAX_CLOCK_SETBACK: TimeDelta = TimeDelta::minutes(5);
/// Number of tracked chats above which those with a full quota are removed.
const MAX_TRACKED_CHATS: usize = 10_000;

/// A quota: `burst` updates at once, and one more per `every`.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// Number of updates at once.
    pub burst: i32,
    /// The time after which one more is allowed.
    pub interval: TimeDelta,
}

impl Quota {
    /// For people: four albums at once, then one update per second without end.
    pub const PEOPLE: Self = Self { burst: 40, interval: TimeDelta::seconds(1) };
    /// No quota.
    pub const NONE: Self = Self { burst: 1, interval: TimeDelta::zero() };
}

/// The decision on an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The update is handled.
    Admitted,
    /// The update is dropped, and its sender gets a notice that they are too fast.
    RejectedWithNotice,
    /// The update is dropped. The sender got the notice within the last window.
    Rejected,
}

/// The usage of one chat. `until` is when its updates so far are used up at the quota's rate.
#[derive(Debug, Clone, Copy)]
struct Used {
    until: Time,
    last: Time,
    noticed_at: Option<Time>,
}

/// The quotas of all chats.
#[derive(Debug)]
pub struct Quotas {
    quota: Quota,
    chats: HashMap<i64, Used>,
}

impl Quotas {
    /// Returns quotas of which nothing is used yet.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self { quota, chats: HashMap::new() }
    }

    /// Takes one update of a chat that was sent at `sent`, and returns whether to handle it. The time of
    /// handling does not matter: updates that piled up while the desk was down are no flood.
    pub fn take(&mut self, chat: i64, sent: Time) -> Admission {
        if self.chats.len() > MAX_TRACKED_CHATS {
            self.chats.retain(|_, used| used.until > sent);
        }
        let unused = Used { until: sent, last: sent, noticed_at: None };
        let used = self.chats.entry(chat).or_insert(unused);
        if sent < used.last - MAX_CLOCK_SETBACK {
            *used = unused;
        }
        let at = used.last.max(sent);
        used.last = at;
        let until = used.until.max(at) + self.quota.interval;
        if until - at <= self.quota.interval * self.quota.burst {
            used.until = until;
            return Admission::Admitted;
        }
        if used.noticed_at.is_some_and(|noticed_at| at - noticed_at < WINDOW_LENGTH) {
            return Admission::Rejected;
        }
        used.noticed_at = Some(at);
        Admission::RejectedWithNotice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Admission::{Admitted, Rejected, RejectedWithNotice};

    const QUOTA: Quota = Quota { burst: 3, interval: TimeDelta::seconds(1) };

    fn at(seconds: i64) -> Time {
        Time::from_timestamp(1_764_800_000 + seconds, 0).unwrap()
    }

    fn take<const N: usize>(quotas: &mut Quotas, chat: i64, moments: [i64; N]) -> [Admission; N] {
        moments.map(|moment| quotas.take(chat, at(moment)))
    }

    #[test]
    fn a_burst_is_admitted_and_a_flood_gets_one_notice_per_window() {
        let mut quotas = Quotas::new(QUOTA);
        let flood = take(&mut quotas, 1, [0, 0, 0, 0, 0, 0]);
        assert_eq!(flood, [Admitted, Admitted, Admitted, RejectedWithNotice, Rejected, Rejected]);
        assert_eq!(take(&mut quotas, 2, [0]), [Admitted], "another chat has its own quota");
        assert_eq!(take(&mut quotas, 1, [1, 1, 59, 60]), [Admitted, Rejected, Admitted, Admitted]);
        let again = take(&mut quotas, 1, [60, 60, 60, 60]);
        assert_eq!(again, [Admitted, Admitted, RejectedWithNotice, Rejected], "a new window");
    }

    #[test]
    fn one_update_per_second_is_always_admitted() {
        let mut quotas = Quotas::new(QUOTA);
        assert!((0..1_000).all(|second| quotas.take(1, at(second)) == Admitted));
    }

    #[test]
    fn a_clock_set_back_rejects_nobody() {
        let mut quotas = Quotas::new(QUOTA);
        assert_eq!(
            take(&mut quotas, 1, [3_600, 3_600, 3_600, 3_600]),
            [Admitted, Admitted, Admitted, RejectedWithNotice]
        );
        assert_eq!(take(&mut quotas, 1, [0, 0]), [Admitted, Admitted]);
        // Slightly reordered updates still count as the same second.
        assert_eq!(take(&mut quotas, 1, [-2, 0]), [Admitted, RejectedWithNotice]);
    }

    #[test]
    fn without_a_quota_everything_is_admitted() {
        let mut quotas = Quotas::new(Quota::NONE);
        assert!((0..10_000).all(|_| quotas.take(1, at(0)) == Admitted));
    }
}
