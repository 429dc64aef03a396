//! Refreshes of the desk's lists: `/queue`, `/workload`, and the views of the console in their messages.
//!
//! Nearly every event makes them stale, and Telegram's rate limit is shared with the notices. So all lists wait
//! together, and are then refreshed once: no list more often than every few seconds, and all of them together
//! at [`MAX_LISTS_PER_SECOND`]. A list may be stale for that long.
use crate::domain::card::LiveCard;
use crate::engine::events::Event;
use crate::engine::ports::{Store, StoreError};
use std::time::Duration;
use tokio::time::Instant;

/// The shortest delay between two refreshes of the lists, as a multiple of the longest delay of the refresher.
const MIN_DELAY_FACTOR: u32 = 3;
/// The most lists that are refreshed in a second, on average: a sixth of Telegram's limit over all chats.
const MAX_LISTS_PER_SECOND: u32 = 5;

/// The state of the refreshes of the lists.
pub(super) struct ListRefreshes {
    is_stale: bool,
    /// The time before which no list is refreshed again.
    not_before: Instant,
    /// The longest delay of the refresher.
    max_delay: Duration,
}

impl ListRefreshes {
    pub(super) fn new(max_delay: Duration) -> Self {
        Self { is_stale: false, not_before: Instant::now(), max_delay }
    }

    /// Marks the lists as stale.
    pub(super) fn mark_stale(&mut self) {
        self.is_stale = true;
    }

    /// Marks the lists as stale if an event changes what they show.
    pub(super) fn add(&mut self, event: Event) {
        match event {
            Event::Message { .. } | Event::Department(_) | Event::Naming | Event::Alert { .. } => {}
            Event::Queued { .. }
            | Event::Assigned { .. }
            | Event::Ended { .. }
            | Event::Released { .. }
            | Event::Relocated { .. }
            | Event::Updated { .. }
            | Event::Agent(_) => self.is_stale = true,
        }
    }

    /// Waits until stale lists may be refreshed. It never returns while they are current.
    pub(super) async fn due(&self) {
        if self.is_stale {
            tokio::time::sleep_until(self.not_before).await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    /// Returns the lists to refresh now; none if they are current, or if the last refresh was a moment ago.
    pub(super) async fn take(&mut self, store: &dyn Store) -> Result<Vec<LiveCard>, StoreError> {
        if !self.is_stale || Instant::now() < self.not_before {
            return Ok(Vec::new());
        }
        let lists = store.live_lists().await?;
        self.is_stale = false;
        self.not_before = Instant::now() + delay_after(lists.len(), self.max_delay);
        Ok(lists)
    }
}

/// Returns the delay after a refresh of this many lists.
fn delay_after(lists: usize, max_delay: Duration) -> Duration {
    if lists == 0 {
        return Duration::ZERO;
    }
    let lists = u32::try_from(lists).unwrap_or(u32::MAX);
    (max_delay * MIN_DELAY_FACTOR).max(max_delay * lists / MAX_LISTS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_lists_are_refreshed_less_often() {
        let delay_after = |lists| delay_after(lists, Duration::from_secs(1)).as_secs();
        assert_eq!([0, 1, 15, 20, 500].map(delay_after), [0, 3, 3, 4, 100]);
        assert_eq!(super::delay_after(500, Duration::ZERO), Duration::ZERO);
    }
}
