//! The daily summary: what the desk did, sent to each admin once a day at the set hour.
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::notice::{Notice, RecordPart};
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};
use chrono::{NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;

/// Before this hour the summary is of the day before.
const NOON: u32 = 12;

impl Engine {
    /// Enqueues the daily summary if it is due and was not sent today: the store keeps the day, in one commit with
    /// the notices. Returns when the next look is worth it; `None` if no hour is set.
    pub async fn send_daily_summary(&self, now: Time) -> Result<Option<Time>, EngineError> {
        let Some(hour) = self.store.settings().await?.summary_hour else { return Ok(None) };
        let zone = self.config.zone;
        let local = now.with_timezone(&zone);
        if local.hour() >= u32::from(hour) {
            self.send_summary_on(local.date_naive(), u32::from(hour)).await?;
        }
        Ok(Some(next_full_hour(now, zone)))
    }

    async fn send_summary_on(&self, today: NaiveDate, hour: u32) -> Result<(), EngineError> {
        let day = if hour < NOON { today.pred_opt().unwrap_or(today) } else { today };
        self.retry(|| async {
            let before = self.store.incidents().await?;
            if before.summary_sent_on.is_some_and(|sent| sent >= today) {
                return Ok(Attempt::Done(()));
            }
            let version = before.version.next();
            let incidents = Incidents { summary_sent_on: Some(today), version, ..before.clone() };
            let part = RecordPart::DailySummary(day);
            let notices = self.notices_to_admins(&Notice::Record { part }).await?;
            let write = Write::Incidents { incidents, expected: before.version };
            Attempt::of(self.commit_one(Change { write, event: None, notices }).await, ())
        })
        .await
    }
}

/// Returns the next full hour of the local time.
fn next_full_hour(now: Time, zone: Tz) -> Time {
    let local = now.with_timezone(&zone);
    now + TimeDelta::seconds(3_600 - i64::from(local.minute() * 60 + local.second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_full_hour_is_that_of_the_zone() {
        for (zone, now, next) in [
            ("Asia/Jakarta", "2026-11-30T00:10:05Z", "2026-11-30T01:00:00Z"),
            ("Asia/Kolkata", "2026-11-30T00:10:05Z", "2026-11-30T00:30:00Z"),
            ("Asia/Kolkata", "2026-11-30T00:30:00Z", "2026-11-30T01:30:00Z"),
        ] {
            let (now, next): (Time, Time) = (now.parse().unwrap(), next.parse().unwrap());
            assert_eq!(next_full_hour(now, zone.parse().unwrap()), next, "{zone}");
        }
    }
}
