//! Time formats: relative times, and the time of day in the configured zone.
use super::{Arg, Localizer};
use crate::domain::Time;
use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use std::time::Duration;

/// From this number of hours on, the day is named instead of the hours.
const MAX_HOURS_AGO: i64 = 12;

impl Localizer<'_> {
    /// Returns how long ago a moment was: minutes, hours, "yesterday" with the time of day, else the date.
    /// Plain text.
    #[must_use]
    pub fn ago(&self, then: Time) -> String {
        let past = self.now.signed_duration_since(then);
        let (minutes, hours) = (past.num_minutes(), past.num_hours());
        let (today, day) = (self.local(self.now).date_naive(), self.local(then).date_naive());
        if minutes < 1 {
            self.plain("time-just-now", &[])
        } else if hours < 1 {
            self.plain("time-minutes-ago", &[("count", minutes.into())])
        } else if hours < MAX_HOURS_AGO || day == today {
            self.plain("time-hours-ago", &[("count", hours.into())])
        } else if day.succ_opt() == Some(today) {
            self.plain("time-yesterday", &[("clock", self.clock(then).into())])
        } else {
            self.moment(then)
        }
    }

    /// Returns the time of day in the configured zone. Plain text.
    #[must_use]
    pub fn clock(&self, at: Time) -> String {
        let local = self.local(at);
        let two = |n: u32| Arg::from(format!("{n:02}"));
        self.plain("time-clock", &[("hour", two(local.hour())), ("minute", two(local.minute()))])
    }

    /// Returns the full hour of a day as a time of day. Plain text.
    #[must_use]
    pub fn full_hour(&self, hour: u32) -> String {
        let two = |n: u32| Arg::from(format!("{n:02}"));
        self.plain("time-clock", &[("hour", two(hour)), ("minute", two(0))])
    }

    /// Returns date and time of day in the configured zone, for cards that are not redrawn as time passes.
    /// Plain text.
    #[must_use]
    pub fn moment(&self, at: Time) -> String {
        let local = self.local(at);
        let args = [
            ("day", local.day().into()),
            ("month", local.month().into()),
            ("year", local.year().to_string().into()),
            ("clock", self.clock(at).into()),
        ];
        self.plain("time-moment", &args)
    }

    /// Returns a later moment: the time of day if it is today, with the weekday within six days, else with the date.
    /// Plain text.
    #[must_use]
    pub fn upcoming(&self, at: Time) -> String {
        let (today, local) = (self.local(self.now).date_naive(), self.local(at));
        match (local.date_naive() - today).num_days() {
            0 => self.plain("time-today", &[("clock", self.clock(at).into())]),
            1..=6 => {
                let weekday = local.weekday().number_from_monday();
                self.plain("time-weekday", &[("weekday", weekday.into()), ("clock", self.clock(at).into())])
            }
            _ => self.moment(at),
        }
    }

    /// Returns a length of time in days, hours, minutes and seconds. Plain text.
    #[must_use]
    pub fn duration(&self, time: Duration) -> String {
        let seconds = time.as_secs();
        let parts = [
            ("duration-days", seconds / 86_400),
            ("duration-hours", seconds / 3_600 % 24),
            ("duration-minutes", seconds / 60 % 60),
            ("duration-seconds", seconds % 60),
        ];
        let shown = parts.iter().filter(|(_, count)| *count > 0).chain(parts.last().filter(|_| seconds == 0));
        let texts: Vec<_> =
            shown.map(|(key, count)| self.plain(key, &[("count", (*count).into())])).collect();
        texts.join(" ")
    }

    fn local(&self, at: Time) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }
}
