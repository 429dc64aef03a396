//! Snoozes: holds with a time at which the engine resumes the ticket.
#[cfg(test)]
pub(super) mod tests;

use super::response::Response;
use super::{Hold, Refusal, Status, Ticket};
use crate::domain::Time;
use crate::domain::ids::PersonId;
use chrono::{Days, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The longest snooze.
pub const MAX_SNOOZE: TimeDelta = TimeDelta::days(30);
/// The hour of the day to which a snooze until the next day lasts.
pub const MORNING_HOUR: u32 = 8;

impl Ticket {
    /// Pauses it until this time, as its holder, or sets another time for a paused ticket. `None` leaves it paused
    /// until the holder resumes it.
    pub fn snooze(&self, by: PersonId, until: Option<Time>) -> Result<Self, Refusal> {
        let from = [Status::Assigned, Status::InProgress, Status::Pending];
        self.snooze_from(by, &from, until)
    }

    pub(super) fn snooze_from(
        &self,
        by: PersonId,
        from: &[Status],
        resume_at: Option<Time>,
    ) -> Result<Self, Refusal> {
        let paused = |hold| Hold { paused: true, resume_at, response: Response::Given, ..hold };
        self.transition(by, from, paused)
    }

    /// Returns when the engine resumes it.
    #[must_use]
    pub fn resume_at(&self) -> Option<Time> {
        self.hold()?.resume_at
    }

    /// Resumes it in the state in which it was paused, if its time has come. `None` if it has not.
    #[must_use]
    pub fn resume_when_due(&self, now: Time) -> Option<Self> {
        let holder = self.resume_at().filter(|at| *at <= now).and(self.holder())?;
        self.resume(holder).ok()
    }
}

/// Returns eight o'clock of the day after `now` in this zone, or the first instant after it that exists there.
#[must_use]
pub fn next_morning(now: Time, zone: Tz) -> Time {
    let tomorrow = now.with_timezone(&zone).date_naive() + Days::new(1);
    let morning = tomorrow.and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(MORNING_HOUR));
    // A gap of the clock is an hour, or a whole day that was left out.
    let local = [0, 1, 24]
        .into_iter()
        .find_map(|hours| zone.from_local_datetime(&(morning + TimeDelta::hours(hours))).earliest());
    local.map_or_else(|| now + TimeDelta::days(1), |at| at.with_timezone(&Utc))
}
