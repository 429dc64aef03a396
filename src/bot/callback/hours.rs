//! Button actions on the business hours of departments, and their encoding behind the letters `hr`.
use super::id_code::{decode_id, decode_version, encode_id, encode_version};
use crate::domain::ids::{DepartmentId, Version};
use crate::domain::schedule::weekly_plan::WeeklyPlan;
use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;

const EIGHT: u16 = 8 * 60;
const SEVENTEEN: u16 = 17 * 60;
const TWENTY_ONE: u16 = 21 * 60;

/// A weekly plan that is offered as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferedPlan {
    /// Monday to Friday, 8 to 17.
    Workdays,
    /// Monday to Saturday, 8 to 17.
    WithSaturday,
    /// Every day, 8 to 21.
    EveryDay,
    /// Every day around the clock.
    Always,
}

impl OfferedPlan {
    /// All offered plans, in display order.
    pub const ALL: [Self; 4] = [Self::Workdays, Self::WithSaturday, Self::EveryDay, Self::Always];

    /// Returns the plan.
    #[must_use]
    pub fn plan(self) -> WeeklyPlan {
        let workdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let more = |days: &[Weekday]| [&workdays, days].concat();
        let plan = match self {
            Self::Workdays => WeeklyPlan::daily(workdays, EIGHT, SEVENTEEN),
            Self::WithSaturday => WeeklyPlan::daily(more(&[Weekday::Sat]), EIGHT, SEVENTEEN),
            Self::EveryDay => WeeklyPlan::daily(more(&[Weekday::Sat, Weekday::Sun]), EIGHT, TWENTY_ONE),
            Self::Always => None,
        };
        plan.unwrap_or_else(WeeklyPlan::always)
    }

    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|plan| *plan == self).unwrap_or_default()
    }

    /// Returns the plan with this number.
    pub(super) fn of(number: &str) -> Option<Self> {
        Self::ALL.get(number.parse::<usize>().ok()?).copied()
    }
}

/// A time zone that is offered as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferedZone {
    /// The desk's.
    Desk,
    /// Western Indonesia.
    Wib,
    /// Central Indonesia.
    Wita,
    /// Eastern Indonesia.
    Wit,
}

impl OfferedZone {
    /// All offered zones, in display order.
    pub const ALL: [Self; 4] = [Self::Desk, Self::Wib, Self::Wita, Self::Wit];

    /// Returns the zone; `None` for the desk's.
    #[must_use]
    pub fn zone(self) -> Option<Tz> {
        match self {
            Self::Desk => None,
            Self::Wib => Some(Tz::Asia__Jakarta),
            Self::Wita => Some(Tz::Asia__Makassar),
            Self::Wit => Some(Tz::Asia__Jayapura),
        }
    }

    fn number(self) -> usize {
        Self::ALL.iter().position(|zone| *zone == self).unwrap_or_default()
    }
}

/// An action on the business hours of a department. The version is that of the department as the card showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursAction {
    /// Shows the business hours.
    Show(DepartmentId),
    /// Sets an offered plan.
    Plan(DepartmentId, OfferedPlan, Version),
    /// Opens the prompt for a plan.
    AskPlan(DepartmentId),
    /// Opens the prompt for holidays.
    AskHolidays(DepartmentId),
    /// Removes a holiday.
    RemoveHoliday(DepartmentId, NaiveDate, Version),
    /// Sets an offered time zone.
    Zone(DepartmentId, OfferedZone, Version),
}

impl HoursAction {
    /// Returns the department.
    #[must_use]
    pub fn department(self) -> DepartmentId {
        match self {
            Self::Show(id)
            | Self::Plan(id, ..)
            | Self::AskPlan(id)
            | Self::AskHolidays(id)
            | Self::RemoveHoliday(id, ..)
            | Self::Zone(id, ..) => id,
        }
    }

    pub(super) fn encode(self) -> String {
        let id = encode_id(self.department().0);
        match self {
            Self::Show(_) => format!("hr:s:{id}"),
            Self::Plan(_, plan, v) => format!("hr:p:{id}:{}:{}", plan.number(), encode_version(v)),
            Self::AskPlan(_) => format!("hr:a:{id}"),
            Self::AskHolidays(_) => format!("hr:h:{id}"),
            Self::RemoveHoliday(_, date, v) => {
                format!("hr:x:{id}:{}:{}", date.num_days_from_ce(), encode_version(v))
            }
            Self::Zone(_, zone, v) => format!("hr:z:{id}:{}:{}", zone.number(), encode_version(v)),
        }
    }

    /// Returns the action of the fields behind the letters.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let [action, id, rest @ ..] = fields else { return None };
        let id = DepartmentId(decode_id(id)?);
        Some(match (*action, rest) {
            ("s", []) => Self::Show(id),
            ("p", [plan, v]) => Self::Plan(id, OfferedPlan::of(plan)?, decode_version(v)?),
            ("a", []) => Self::AskPlan(id),
            ("h", []) => Self::AskHolidays(id),
            ("x", [date, v]) => Self::RemoveHoliday(
                id,
                NaiveDate::from_num_days_from_ce_opt(date.parse().ok()?)?,
                decode_version(v)?,
            ),
            ("z", [zone, v]) => {
                Self::Zone(id, *OfferedZone::ALL.get(zone.parse::<usize>().ok()?)?, decode_version(v)?)
            }
            _ => return None,
        })
    }
}
