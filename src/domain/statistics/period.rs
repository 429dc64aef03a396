//! Periods of days up to today, and the query of statistics over one.
use crate::domain::Time;
use crate::domain::ids::DepartmentId;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The longest period, in days.
const MAX_DAYS: u16 = 366;

/// A number of local days up to today: 1 … 366.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Period(u16);

impl Period {
    /// The periods that have a button.
    pub const OFFERED: [Self; 3] = [Self(1), Self(7), Self(30)];

    /// Returns a period of this many days.
    #[must_use]
    pub fn new(days: u16) -> Option<Self> {
        (1..=MAX_DAYS).contains(&days).then_some(Self(days))
    }

    /// Returns the number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// Returns this period, or one of `days` days if it is shorter.
    #[must_use]
    pub fn at_least(self, days: u16) -> Self {
        Self(self.0.max(days.min(MAX_DAYS)))
    }

    /// Returns its days at this time.
    #[must_use]
    pub fn until(self, now: Time, zone: Tz) -> RangeInclusive<NaiveDate> {
        let today = now.with_timezone(&zone).date_naive();
        let first = today.checked_sub_days(Days::new(u64::from(self.0) - 1));
        first.unwrap_or(today)..=today
    }
}

impl TryFrom<u16> for Period {
    type Error = String;
    fn try_from(days: u16) -> Result<Self, String> {
        Self::new(days).ok_or_else(|| format!("a period is 1 to {MAX_DAYS} days, not {days}"))
    }
}

impl From<Period> for u16 {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// A query of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsQuery {
    /// The days.
    pub period: Period,
    /// The department; `None` for all of them.
    pub department: Option<DepartmentId>,
}
