//! Weekly plans: the intervals of each weekday, and the times at which a plan opens and closes in a time zone.
//!
//! A plan is read on the wall clock. So an hour that the clock skips is missing, and one that it repeats counts
//! twice.
#[cfg(test)]
mod tests;

use super::words::DAY_MINUTES;
use crate::domain::Time;
use chrono::{Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most intervals of a plan, after those that meet are joined.
pub const MAX_INTERVALS: usize = 42;
/// How far ahead the next opening or closing is searched.
const HORIZON: TimeDelta = TimeDelta::days(800);

/// An interval of one weekday, in minutes from midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// The weekday, from 0 for Monday.
    pub day: u8,
    /// The first minute.
    pub from: u16,
    /// The first minute after it; at most that of midnight.
    pub to: u16,
}

/// The intervals of a week: sorted, apart from each other, and never empty. What lasts past midnight is two intervals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Interval>", into = "Vec<Interval>")]
pub struct WeeklyPlan(Vec<Interval>);

/// A list of intervals that is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no interval.
    #[error("a plan has no interval")]
    Empty,
    /// An interval ends before it begins, or is outside the week.
    #[error("an interval of a plan is outside its day")]
    Outside,
    /// There are more than [`MAX_INTERVALS`].
    #[error("a plan has too many intervals")]
    TooMany,
}

impl TryFrom<Vec<Interval>> for WeeklyPlan {
    type Error = PlanError;

    fn try_from(mut intervals: Vec<Interval>) -> Result<Self, PlanError> {
        let is_inside = |i: &Interval| i.day < 7 && i.from < i.to && i.to <= DAY_MINUTES;
        if !intervals.iter().all(is_inside) {
            return Err(PlanError::Outside);
        }
        intervals.sort_unstable();
        let mut joined: Vec<Interval> = Vec::new();
        for next in intervals {
            match joined.last_mut() {
                Some(last) if last.day == next.day && next.from <= last.to => last.to = last.to.max(next.to),
                _ => joined.push(next),
            }
        }
        match joined.len() {
            0 => Err(PlanError::Empty),
            count if count > MAX_INTERVALS => Err(PlanError::TooMany),
            _ => Ok(Self(joined)),
        }
    }
}

impl From<WeeklyPlan> for Vec<Interval> {
    fn from(plan: WeeklyPlan) -> Self {
        plan.0
    }
}

impl WeeklyPlan {
    /// Returns the plan with this interval on each of these days.
    #[must_use]
    pub fn daily(days: impl IntoIterator<Item = Weekday>, from: u16, to: u16) -> Option<Self> {
        let day = |day: Weekday| u8::try_from(day.num_days_from_monday()).unwrap_or_default();
        let intervals: Vec<_> = days.into_iter().map(|d| Interval { day: day(d), from, to }).collect();
        Self::try_from(intervals).ok()
    }

    /// Returns the plan that covers the whole week.
    #[must_use]
    pub fn always() -> Self {
        Self((0..7).map(|day| Interval { day, from: 0, to: DAY_MINUTES }).collect())
    }

    /// Returns its intervals in order.
    #[must_use]
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// Returns true if it covers the whole week.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.len() == 7 && self.0.iter().all(|i| i.from == 0 && i.to == DAY_MINUTES)
    }

    fn covers(&self, local: NaiveDateTime, without: &BTreeSet<NaiveDate>) -> bool {
        let (day, minute) = (day_of(local), minute_of(local));
        let holds =
            |i: &Interval| u32::from(i.day) == day && (u32::from(i.from)..u32::from(i.to)).contains(&minute);
        self.0.iter().any(holds) && !without.contains(&local.date())
    }

    /// Returns true if the plan is open, apart from these dates.
    #[must_use]
    pub fn contains(&self, without: &BTreeSet<NaiveDate>, zone: Tz, now: Time) -> bool {
        self.covers(now.with_timezone(&zone).naive_local(), without)
    }

    /// Returns the next time after `now` at which the plan opens or closes; `None` if it never does.
    #[must_use]
    pub fn next_change(&self, without: &BTreeSet<NaiveDate>, zone: Tz, now: Time) -> Option<Time> {
        let is_within = self.contains(without, zone, now);
        let mut at = now;
        loop {
            at = self.next_step(zone, at);
            if self.contains(without, zone, at) != is_within {
                return Some(at);
            }
            if at - now > HORIZON {
                return None;
            }
        }
    }

    /// Returns how long the plan is open between two times, as far as `enough`.
    #[must_use]
    pub fn time_within(
        &self,
        without: &BTreeSet<NaiveDate>,
        zone: Tz,
        (from, to): (Time, Time),
        enough: TimeDelta,
    ) -> TimeDelta {
        let (mut at, mut sum) = (from, TimeDelta::zero());
        while at < to && sum < enough {
            let next = self.next_step(zone, at).min(to);
            if self.contains(without, zone, at) {
                sum += next - at;
            }
            at = next;
        }
        sum
    }

    /// Returns a later time until which the plan stays as it is: the next edge of an interval, midnight, or the next
    /// time at which the clock is set.
    fn next_step(&self, zone: Tz, at: Time) -> Time {
        let local = at.with_timezone(&zone).naive_local();
        let (day, minute) = (day_of(local), minute_of(local));
        let today = self.0.iter().filter(|i| u32::from(i.day) == day);
        let edges = today.flat_map(|i| [u32::from(i.from), u32::from(i.to)]);
        let edge = edges.filter(|edge| *edge > minute).min().unwrap_or_else(|| DAY_MINUTES.into());
        let passed = TimeDelta::seconds(i64::from(local.num_seconds_from_midnight()))
            + TimeDelta::nanoseconds(i64::from(local.nanosecond() % 1_000_000_000));
        let next = at + (TimeDelta::minutes(i64::from(edge)) - passed);
        let offset = |at: Time| at.with_timezone(&zone).offset().fix();
        if offset(at) == offset(next) {
            return next;
        }
        // The first second with another offset.
        let (mut before, mut after) = (at.timestamp(), next.timestamp());
        let is_before =
            |second: i64| Time::from_timestamp(second, 0).is_some_and(|t| offset(t) == offset(at));
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if is_before(middle) { before = middle } else { after = middle }
        }
        Time::from_timestamp(after, 0).unwrap_or(next)
    }
}

fn day_of(local: NaiveDateTime) -> u32 {
    local.weekday().num_days_from_monday()
}

fn minute_of(local: NaiveDateTime) -> u32 {
    local.hour() * 60 + local.minute()
}
