//! Schedules: weekly plans, business hours of departments, and ends of absences.
pub mod absence;
pub mod dates;
pub mod grammar;
pub mod weekly_plan;
mod words;

use super::Time;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use weekly_plan::WeeklyPlan;

/// The most holidays of a department.
pub const MAX_HOLIDAYS: usize = 100;
/// The longest time that a clock skips, in minutes: a day, where the date line was moved.
const MAX_GAP_MINUTES: i64 = 25 * 60;

/// The business hours of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    /// The hours of each weekday.
    pub plan: WeeklyPlan,
    /// The dates on which the department is closed, whatever the plan says.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<NaiveDate>,
    /// Their time zone; `None` for the desk's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
}

impl BusinessHours {
    /// Returns hours by this plan, without holidays, in the desk's time zone.
    #[must_use]
    pub fn of(plan: WeeklyPlan) -> Self {
        Self { plan, holidays: BTreeSet::new(), zone: None }
    }

    /// Returns their time zone on a desk with this one.
    #[must_use]
    pub fn zone_or(&self, desk: Tz) -> Tz {
        self.zone.unwrap_or(desk)
    }

    /// Returns true within the hours.
    #[must_use]
    pub fn contains(&self, desk: Tz, now: Time) -> bool {
        self.plan.contains(&self.holidays, self.zone_or(desk), now)
    }

    /// Returns when the hours begin next: `now` within them, `None` if they never begin.
    #[must_use]
    pub fn next_start(&self, desk: Tz, now: Time) -> Option<Time> {
        if self.contains(desk, now) { Some(now) } else { self.next_change(desk, now) }
    }

    /// Returns when the hours begin or end next.
    #[must_use]
    pub fn next_change(&self, desk: Tz, now: Time) -> Option<Time> {
        self.plan.next_change(&self.holidays, self.zone_or(desk), now)
    }

    /// Returns how long the department was open in between, as far as `enough`.
    #[must_use]
    pub fn time_within(&self, desk: Tz, between: (Time, Time), enough: TimeDelta) -> TimeDelta {
        self.plan.time_within(&self.holidays, self.zone_or(desk), between, enough)
    }

    /// Returns the holidays from today on.
    #[must_use]
    pub fn coming_holidays(&self, desk: Tz, now: Time) -> BTreeSet<NaiveDate> {
        let today = now.with_timezone(&self.zone_or(desk)).date_naive();
        self.holidays.range(today..).copied().collect()
    }
}

/// The working hours of an agent: the engine sets them online and offline by a weekly plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    /// The plan.
    pub plan: WeeklyPlan,
    /// Its time zone; `None` for the desk's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// When they begin or end next, if ever. The engine has applied every change before it.
    pub next_change: Option<Time>,
}

impl WorkingHours {
    /// Returns working hours that are followed from now on.
    #[must_use]
    pub fn starting(plan: WeeklyPlan, zone: Option<Tz>, desk: Tz, now: Time) -> Self {
        let next_change = plan.next_change(&BTreeSet::new(), zone.unwrap_or(desk), now);
        Self { plan, zone, next_change }
    }

    /// Returns them when every change until now has been applied.
    #[must_use]
    pub fn after(&self, desk: Tz, now: Time) -> Self {
        Self::starting(self.plan.clone(), self.zone, desk, now)
    }

    /// Returns true within the hours.
    #[must_use]
    pub fn contains(&self, desk: Tz, now: Time) -> bool {
        self.plan.contains(&BTreeSet::new(), self.zone.unwrap_or(desk), now)
    }
}

/// Returns the first instant at which a clock in the zone shows this time, or a later one if it skips this time.
#[must_use]
pub fn first_instant(local: NaiveDateTime, zone: Tz) -> Option<Time> {
    let at = |minutes| zone.from_local_datetime(&(local + TimeDelta::minutes(minutes))).earliest();
    (0..=MAX_GAP_MINUTES).find_map(at).map(|at| at.with_timezone(&Utc))
}
