//! JSON bodies of business hours and working hours.
use crate::domain::schedule::weekly_plan::{Interval, WeeklyPlan};
use crate::domain::schedule::{BusinessHours, WorkingHours};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

/// The weekdays in the order of the week, as the API names them.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// When a department is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct HoursBody {
    /// The time zone of the hours.
    #[schema(example = "Asia/Jakarta")]
    time_zone: String,
    /// The intervals of the week, in order. What lasts past midnight is two intervals.
    weekly: Vec<IntervalBody>,
    /// The dates on which the department is closed.
    #[schema(value_type = Vec<String>, example = json!(["2026-12-25"]))]
    holidays: Vec<NaiveDate>,
}

/// When an agent works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct WorkingHoursBody {
    /// The time zone of the hours.
    #[schema(example = "Asia/Jakarta")]
    time_zone: String,
    /// The intervals of the week, in order. What lasts past midnight is two intervals.
    weekly: Vec<IntervalBody>,
}

/// An interval of one weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct IntervalBody {
    /// The weekday: `monday` … `sunday`.
    #[schema(example = "monday")]
    day: &'static str,
    /// When it begins.
    #[schema(example = "08:00")]
    from: String,
    /// When it ends; at midnight `24:00`.
    #[schema(example = "17:00")]
    to: String,
}

impl HoursBody {
    /// Returns the body of these hours on a desk in this time zone.
    pub(in crate::api) fn of(hours: &BusinessHours, desk: Tz) -> Self {
        Self {
            time_zone: hours.zone_or(desk).name().to_owned(),
            weekly: intervals(&hours.plan),
            holidays: hours.holidays.iter().copied().collect(),
        }
    }
}

impl WorkingHoursBody {
    /// Returns the body of these hours on a desk in this time zone.
    pub(in crate::api) fn of(hours: &WorkingHours, desk: Tz) -> Self {
        let zone = hours.zone.unwrap_or(desk);
        Self { time_zone: zone.name().to_owned(), weekly: intervals(&hours.plan) }
    }
}

fn intervals(plan: &WeeklyPlan) -> Vec<IntervalBody> {
    plan.intervals().iter().copied().map(interval).collect()
}

fn interval(interval: Interval) -> IntervalBody {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    IntervalBody {
        day: WEEKDAYS.get(usize::from(interval.day)).copied().unwrap_or_default(),
        from: clock(interval.from),
        to: clock(interval.to),
    }
}
