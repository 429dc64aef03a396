//! Business hours: weekly plans as text, and the card on which admins set them.
use crate::bot::callback::{ButtonAction, HoursAction, OfferedPlan, OfferedZone};
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Button, Localizer, Rendered, labelled};
use crate::domain::department::Department;
use crate::domain::schedule::grammar::GrammarError;
use crate::domain::schedule::weekly_plan::{Interval, WeeklyPlan};
use crate::domain::text::shorten;
use chrono::{Datelike, NaiveDate};

/// The longest part of an answer that is quoted, in characters.
const MAX_QUOTED_CHARS: usize = 60;
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// Days of a week.
const WEEK_DAYS: u8 = 7;
/// The most holidays that the card shows, each with a button.
const MAX_SHOWN_HOLIDAYS: usize = 12;
/// Holidays in one row of buttons.
const HOLIDAYS_PER_ROW: usize = 3;

/// From and to, in minutes from midnight. What lasts past midnight ends before it begins.
type Times = Vec<(u16, u16)>;

impl Localizer<'_> {
    /// Returns a plan as lines such as `Mon–Fri 08:00–17:00`, which the parser of plans understands. Plain text.
    #[must_use]
    pub fn plan_lines(&self, plan: &WeeklyPlan) -> Vec<String> {
        let week = joined_at_midnight(plan);
        let mut runs: Vec<(u8, u8, &Times)> = Vec::new();
        for (day, times) in (0..WEEK_DAYS).zip(&week).filter(|(_, times)| !times.is_empty()) {
            match runs.last_mut() {
                Some((_, last, before)) if *last + 1 == day && *before == times => *last = day,
                _ => runs.push((day, day, times)),
            }
        }
        runs.into_iter().map(|(first, last, times)| self.plan_line(first, last, times)).collect()
    }

    fn plan_line(&self, first: u8, last: u8, times: &Times) -> String {
        let day = |day: u8| self.plain("plan-weekday", &[("weekday", (u32::from(day) + 1).into())]);
        let days = match (first, last) {
            (0, 6) => self.plain("plan-every-day", &[]),
            (first, last) if first == last => day(first),
            (first, last) => {
                self.plain("plan-days", &[("first", day(first).into()), ("last", day(last).into())])
            }
        };
        let times: Vec<String> = times.iter().map(|(from, to)| self.plan_times(*from, *to)).collect();
        self.plain("plan-line", &[("days", days.into()), ("times", times.join(", ").into())])
    }

    fn plan_times(&self, from: u16, to: u16) -> String {
        if (from, to) == (0, DAY_MINUTES) {
            return self.plain("plan-all-day", &[]);
        }
        let clock = |minute: u16| {
            let two = |n: u16| format!("{n:02}").into();
            self.plain("time-clock", &[("hour", two(minute / 60)), ("minute", two(minute % 60))])
        };
        self.plain("plan-times", &[("from", clock(from).into()), ("to", clock(to).into())])
    }

    /// Returns a plan on one line. Plain text.
    #[must_use]
    pub fn plan(&self, plan: &WeeklyPlan) -> String {
        self.plan_lines(plan).join(" · ")
    }

    /// Returns a date. Plain text.
    fn date(&self, date: NaiveDate) -> String {
        let args = [
            ("day", date.day().into()),
            ("month", date.month().into()),
            ("year", date.year().to_string().into()),
        ];
        self.plain("plan-date", &args)
    }
}

/// Returns the times of each weekday, with what lasts past midnight as one entry of the day on which it begins.
fn joined_at_midnight(plan: &WeeklyPlan) -> Vec<Times> {
    let intervals = plan.intervals();
    let of = |day: u8| intervals.iter().filter(move |i| i.day == day);
    let evening = |day: u8| of(day).find(|i| i.to == DAY_MINUTES && i.from > 0);
    // The morning must end before the evening begins: otherwise the times would say another thing.
    let morning = |day: u8| {
        let before = (day + WEEK_DAYS - 1) % WEEK_DAYS;
        let evening = evening(before)?;
        of(day).find(|i| i.from == 0 && i.to < evening.from)
    };
    let times = |day: u8| {
        let late = morning((day + 1) % WEEK_DAYS);
        let shown = of(day).filter(|i| Some(*i) != morning(day));
        let end = |i: &Interval| match late {
            Some(late) if i.to == DAY_MINUTES && i.from > 0 => late.to,
            _ => i.to,
        };
        shown.map(|i| (i.from, end(i))).collect()
    };
    (0..WEEK_DAYS).map(times).collect()
}

/// Returns the line of a department's card about its hours.
pub(super) fn hours_line(localizer: &Localizer<'_>, department: &Department) -> Option<String> {
    let hours = department.hours.as_ref()?;
    Some(localizer.html("department-hours", &[("hours", localizer.plan(&hours.plan).into())]))
}

/// Renders the business hours of a department.
#[must_use]
pub fn hours_card(localizer: &Localizer<'_>, department: &Department) -> Rendered {
    let (id, version) = (department.id, department.version);
    let mut lines = vec![localizer.html("hours-head", &[("name", name(&department.name))])];
    let mut holidays = Vec::new();
    match &department.hours {
        None => lines.push(localizer.html("hours-none", &[])),
        Some(hours) => {
            let plan = localizer.plan_lines(&hours.plan).into_iter();
            lines.extend(plan.map(|line| localizer.html("hours-line", &[("line", line.into())])));
            let zone = hours.zone_or(localizer.zone).name().to_owned();
            lines.push(localizer.html("hours-zone", &[("zone", zone.into())]));
            holidays.extend(hours.coming_holidays(localizer.zone, localizer.now));
            if !holidays.is_empty() {
                let shown: Vec<String> =
                    holidays.iter().take(MAX_SHOWN_HOLIDAYS).map(|date| localizer.date(*date)).collect();
                let more = holidays.len().saturating_sub(MAX_SHOWN_HOLIDAYS);
                lines.push(localizer.html("hours-holidays", &[("dates", shown.join(" · ").into())]));
                if more > 0 {
                    lines.push(localizer.html("hours-more-holidays", &[("count", more.into())]));
                }
            }
            lines.push(now_line(localizer, department));
        }
    }
    let plan = |plan: OfferedPlan, key: &str| {
        localizer.button(key, ButtonAction::Hours(HoursAction::Plan(id, plan, version)))
    };
    let zone = |zone: OfferedZone, key: &str| {
        localizer.button(key, ButtonAction::Hours(HoursAction::Zone(id, zone, version)))
    };
    let ask = |key: &str, action| localizer.button(key, ButtonAction::Hours(action));
    let mut rows: Vec<Vec<Button>> = vec![
        vec![
            plan(OfferedPlan::Workdays, "hours-workdays"),
            plan(OfferedPlan::WithSaturday, "hours-saturday"),
        ],
        vec![plan(OfferedPlan::EveryDay, "hours-every-day"), plan(OfferedPlan::Always, "hours-always")],
        vec![
            ask("hours-other", HoursAction::AskPlan(id)),
            ask("hours-add-holidays", HoursAction::AskHolidays(id)),
        ],
        vec![
            zone(OfferedZone::Wib, "hours-wib"),
            zone(OfferedZone::Wita, "hours-wita"),
            zone(OfferedZone::Wit, "hours-wit"),
        ],
        vec![zone(OfferedZone::Desk, "hours-desk-zone")],
    ];
    let remove = |date: &NaiveDate| {
        let label = localizer.plain("hours-remove-holiday", &[("date", localizer.date(*date).into())]);
        labelled(&label, ButtonAction::Hours(HoursAction::RemoveHoliday(id, *date, version)))
    };
    let removals: Vec<Button> = holidays.iter().take(MAX_SHOWN_HOLIDAYS).map(remove).collect();
    rows.extend(removals.chunks(HOLIDAYS_PER_ROW).map(<[Button]>::to_vec));
    rows.push(vec![localizer.button("back", ButtonAction::Department(id, 0))]);
    card(lines.join("\n"), rows)
}

/// Returns whether the department is open, and when it opens if it is not.
fn now_line(localizer: &Localizer<'_>, department: &Department) -> String {
    if department.in_business_hours(localizer.zone, localizer.now) {
        return localizer.html("hours-open-now", &[]);
    }
    match department.next_start(localizer.zone, localizer.now) {
        Some(at) => localizer.html("hours-closed-until", &[("when", localizer.upcoming(at).into())]),
        None => localizer.html("hours-closed", &[]),
    }
}

/// Returns what is wrong with a typed plan.
#[must_use]
pub fn plan_error(localizer: &Localizer<'_>, error: &GrammarError) -> String {
    let with =
        |key: &str, part: &str| localizer.html(key, &[("part", shorten(part, MAX_QUOTED_CHARS).into())]);
    match error {
        GrammarError::Unclear(part) => with("plan-unclear", part),
        GrammarError::DaysMissing(part) => with("plan-days-missing", part),
        GrammarError::TimesMissing(part) => with("plan-times-missing", part),
        GrammarError::TooMany => localizer.html("plan-too-many", &[]),
    }
}
