//! Local days in a time zone. On some days of some zones the clock jumps over midnight.
use super::Time;
use chrono::{NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Returns the first instant of the day of `now` in this zone: midnight, or the end of the gap on a day
/// without one.
#[must_use]
pub fn start_of_day(now: Time, zone: Tz) -> Time {
    let day = now.with_timezone(&zone).date_naive();
    let midnight = day.and_time(NaiveTime::MIN);
    if let Some(at) = zone.from_local_datetime(&midnight).earliest() {
        return at.with_timezone(&Utc);
    }
    // No offset is as large as a day, so the first instant is within a day of the same clock time in UTC.
    let (mut before, mut within) = (-TimeDelta::days(1), TimeDelta::days(1));
    let utc = midnight.and_utc();
    while within - before > TimeDelta::seconds(1) {
        let middle = TimeDelta::seconds(i64::midpoint(before.num_seconds(), within.num_seconds()));
        if (utc + middle).with_timezone(&zone).date_naive() < day {
            before = middle;
        } else {
            within = middle;
        }
    }
    utc + within
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_without_a_midnight_begins_at_its_first_instant() {
        for (zone, now, first) in [
            ("Africa/Cairo", "2026-04-24T09:00:00Z", "2026-04-23T22:00:00Z"),
            ("Asia/Beirut", "2026-03-29T09:00:00Z", "2026-03-28T22:00:00Z"),
            ("America/Havana", "2026-03-08T15:00:00Z", "2026-03-08T05:00:00Z"),
            ("America/Santiago", "2026-09-06T15:00:00Z", "2026-09-06T04:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04T15:00:00Z", "2018-11-04T03:00:00Z"),
            ("Asia/Tehran", "2021-03-22T10:00:00Z", "2021-03-21T20:30:00Z"),
        ] {
            let zone: Tz = zone.parse().unwrap();
            assert_eq!(start_of_day(utc(now), zone), utc(first), "{zone}");
            assert_eq!(start_of_day(utc(first), zone), utc(first), "{zone} at the first instant");
            let earlier = utc(first) - TimeDelta::seconds(1);
            assert!(start_of_day(earlier, zone) < earlier, "{zone} a second earlier is another day");
        }
    }

    /// For every hour of some years, in every zone: the day has begun, and an instant earlier it had not.
    #[test]
    fn every_day_of_every_zone_has_a_first_instant() {
        for zone in chrono_tz::TZ_VARIANTS {
            let mut now = utc("2025-12-31T00:30:00Z");
            while now < utc("2027-01-02T00:00:00Z") {
                let first = start_of_day(now, zone);
                let day = |at: Time| at.with_timezone(&zone).date_naive();
                assert!(first <= now, "{zone} {now}: {first}");
                assert_eq!(day(first), day(now), "{zone} {now}");
                assert!(day(first - TimeDelta::milliseconds(1)) < day(now), "{zone} {now}");
                now += TimeDelta::hours(23);
            }
        }
    }

    #[test]
    fn an_ordinary_day_begins_at_midnight() {
        let jakarta = chrono_tz::Asia::Jakarta;
        assert_eq!(start_of_day(utc("2025-12-04T06:52:53Z"), jakarta), utc("2025-12-03T17:00:00Z"));
    }
}
