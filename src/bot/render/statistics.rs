//! Card of the statistics, and the choice of a department for it.
mod chart;
mod table;

pub use chart::chart;
pub use table::{agent_table, day_table};

use super::parts::{card, name};
use super::{Button, Localizer, Rendered, labelled};
use crate::bot::callback::{ButtonAction, StatisticsAction};
use crate::bot::paging::page_of;
use crate::domain::department::Department;
use crate::domain::statistics::{Figure, Figures, Period, StatisticsQuery, Timing};
use crate::engine::statistics::{AgentStatistics, Statistics};
use chrono::{Datelike, NaiveDate, TimeDelta};

/// Agents on a page of the card.
pub const AGENTS_ON_A_PAGE: u16 = 10;
/// Departments on a page of the choice.
const DEPARTMENTS_ON_A_PAGE: u16 = 30;
/// The space within a length of time, so that a narrow screen breaks lines only between two of them.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// Renders the statistics with a page of the agents.
#[must_use]
pub fn statistics_card(
    localizer: &Localizer<'_>,
    statistics: &Statistics,
    (query, page): (StatisticsQuery, u16),
) -> Rendered {
    let (page, pages, agents) = page_of(&statistics.agents, page, AGENTS_ON_A_PAGE);
    let mut blocks = vec![
        statistics_title(localizer, statistics),
        counts(localizer, statistics),
        times(localizer, &statistics.total),
        targets(localizer, statistics),
    ];
    if !agents.is_empty() {
        let lines = agents.iter().map(|agent| agent_line(localizer, agent));
        let head = localizer.html("stats-agents", &[]);
        blocks.push([head].into_iter().chain(lines).collect::<Vec<_>>().join("\n"));
    }
    let show = |query, page| ButtonAction::Statistics(StatisticsAction::Show(query, page));
    let period = |period: Period| {
        let label = period_name(localizer, period);
        let chosen = || localizer.plain("settings-chosen", &[("value", label.clone().into())]);
        let text = if period == query.period { chosen() } else { label.clone() };
        labelled(&text, show(StatisticsQuery { period, ..query }, 0))
    };
    let action = |action| ButtonAction::Statistics(action);
    let files = vec![
        localizer.button("stats-chart", action(StatisticsAction::Chart(query))),
        localizer.button("stats-table", action(StatisticsAction::Tables(query))),
    ];
    let department = (statistics.departments.len() > 1).then(|| {
        let shown =
            localizer.plain("stats-choose", &[("department", scope_name(localizer, statistics).into())]);
        labelled(&shown, action(StatisticsAction::Departments(query.period, 0)))
    });
    let rows = [
        Period::OFFERED.into_iter().map(period).collect(),
        localizer.page_row(page, pages, |page| show(query, page)),
        files,
        department.into_iter().collect(),
        vec![localizer.button("button-refresh", show(query, page))],
    ];
    card(blocks.join("\n\n"), rows)
}

/// Returns the head of the statistics: the days and the department.
#[must_use]
pub fn statistics_title(localizer: &Localizer<'_>, statistics: &Statistics) -> String {
    let (first, last) = (statistics.days.start(), statistics.days.end());
    let days = if first == last {
        date(localizer, *last)
    } else {
        let ends = [("first", date(localizer, *first).into()), ("last", date(localizer, *last).into())];
        localizer.plain("stats-days", &ends)
    };
    let args = [("days", days.into()), ("department", scope_name(localizer, statistics).into())];
    localizer.html("stats-head", &args)
}

/// Renders the summary of one day, without its agents.
#[must_use]
pub fn daily_summary(localizer: &Localizer<'_>, statistics: &Statistics) -> Rendered {
    let day = [("day", date(localizer, *statistics.days.end()).into())];
    let blocks = [
        localizer.html("stats-summary", &day),
        counts(localizer, statistics),
        times(localizer, &statistics.total),
    ];
    let [_, week, _] = Period::OFFERED;
    let show = StatisticsAction::Show(StatisticsQuery { period: week, department: None }, 0);
    card(blocks.join("\n\n"), [vec![localizer.button("stats-summary-week", ButtonAction::Statistics(show))]])
}

/// Renders the choice of a department.
#[must_use]
pub fn statistics_departments(
    localizer: &Localizer<'_>,
    departments: &[Department],
    (period, page): (Period, u16),
) -> Rendered {
    let (page, pages, shown) = page_of(departments, page, DEPARTMENTS_ON_A_PAGE);
    let show = |department| {
        ButtonAction::Statistics(StatisticsAction::Show(StatisticsQuery { period, department }, 0))
    };
    let mut rows: Vec<Vec<Button>> = vec![vec![localizer.button("stats-all", show(None))]];
    rows.extend(shown.iter().map(|department| vec![labelled(&department.name, show(Some(department.id)))]));
    rows.push(
        localizer.page_row(page, pages, |page| {
            ButtonAction::Statistics(StatisticsAction::Departments(period, page))
        }),
    );
    card(localizer.html("stats-which", &[]), rows)
}

fn counts(localizer: &Localizer<'_>, statistics: &Statistics) -> String {
    let total = &statistics.total;
    let line = |key, figure| localizer.html(key, &[("count", total.get(figure).into())]);
    let waiting = [("count", statistics.waiting.into())];
    let waiting = match statistics.longest_wait {
        Some(longest) => {
            let longest = short_time(localizer, longest);
            localizer.html(
                "stats-waiting-longest",
                &[("count", statistics.waiting.into()), ("time", longest.into())],
            )
        }
        None => localizer.html("stats-waiting", &waiting),
    };
    let (ratings, stars) = total.ratings();
    let rating = match (stars * 10 + ratings / 2).checked_div(ratings) {
        Some(tenths) => {
            let args = [("average", decimal(localizer, tenths).into()), ("count", ratings.into())];
            localizer.html("stats-rating", &args)
        }
        None => localizer.html("stats-rating-none", &[]),
    };
    let lines = [
        line("stats-created", Figure::Created),
        line("stats-completed", Figure::Completed),
        line("stats-reopened", Figure::Reopened),
        line("stats-cancelled", Figure::Cancelled),
        waiting,
        rating,
    ];
    lines.join("\n")
}

fn times(localizer: &Localizer<'_>, total: &Figures) -> String {
    let line = |key, timing| {
        let time = |time: Option<TimeDelta>| time.map(|time| short_time(localizer, time));
        let (average, median, most) =
            (total.average(timing), total.percentile(timing, 50), total.percentile(timing, 90));
        let what = localizer.plain(key, &[]);
        match (time(average), time(median), time(most)) {
            (Some(average), Some(median), Some(most)) => {
                let args = [
                    ("what", what.into()),
                    ("average", average.into()),
                    ("median", median.into()),
                    ("most", most.into()),
                ];
                localizer.html("stats-time", &args)
            }
            _ => localizer.html("stats-time-none", &[("what", what.into())]),
        }
    };
    let lines = [
        localizer.html("stats-times", &[]),
        line("stats-wait", Timing::Wait),
        line("stats-answer", Timing::FirstAnswer),
        line("stats-handling", Timing::Handling),
    ];
    lines.join("\n")
}

fn targets(localizer: &Localizer<'_>, statistics: &Statistics) -> String {
    let none = || localizer.plain("stats-nothing", &[]);
    let time = |timing| statistics.total.average(timing).map(|time| short_time(localizer, time));
    let percent = |percent: i64| localizer.plain("setting-percent", &[("percent", percent.into())]);
    let values = [
        time(Timing::Assignment).unwrap_or_else(none),
        time(Timing::Wait).unwrap_or_else(none),
        statistics.utilisation().map_or_else(none, percent),
        statistics.orphaned.to_string(),
    ];
    let keys =
        ["stats-target-assignment", "stats-target-wait", "stats-target-utilisation", "stats-target-orphaned"];
    let line = |((key, value), met): ((&str, String), Option<bool>)| {
        let mark = match met {
            Some(true) => "✅",
            Some(false) => "⚠️",
            None => "➖",
        };
        localizer.html(key, &[("mark", mark.into()), ("value", value.into())])
    };
    let lines = keys.into_iter().zip(values).zip(statistics.targets_met()).map(line);
    [localizer.html("stats-targets", &[])].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn agent_line(localizer: &Localizer<'_>, agent: &AgentStatistics) -> String {
    let completed = agent.figures.get(Figure::Completed);
    let args = [("name", name(&agent.name)), ("count", completed.into())];
    match agent.figures.utilisation() {
        Some(percent) => {
            let [name, count] = args;
            localizer.html("stats-agent", &[name, count, ("percent", percent.into())])
        }
        None => localizer.html("stats-agent-away", &args),
    }
}

fn scope_name(localizer: &Localizer<'_>, statistics: &Statistics) -> String {
    match &statistics.department {
        Some(department) => department.name.clone(),
        None => localizer.plain("stats-all", &[]),
    }
}

fn period_name(localizer: &Localizer<'_>, period: Period) -> String {
    match period.days() {
        1 => localizer.plain("stats-today", &[]),
        days => localizer.plain("stats-period", &[("count", days.into())]),
    }
}

fn date(localizer: &Localizer<'_>, day: NaiveDate) -> String {
    localizer.plain("stats-date", &[("day", day.day().into()), ("month", day.month().into())])
}

/// Returns a number of tenths with one decimal place.
fn decimal(localizer: &Localizer<'_>, tenths: i64) -> String {
    localizer.plain("stats-decimal", &[("whole", (tenths / 10).into()), ("tenth", (tenths % 10).into())])
}

/// Returns a length of time in one or two units.
fn short_time(localizer: &Localizer<'_>, time: TimeDelta) -> String {
    let seconds = u64::try_from((time.num_milliseconds() + 500) / 1_000).unwrap_or_default();
    if seconds == 0 {
        return localizer.plain("stats-moment", &[]);
    }
    let unit = match seconds {
        0..600 => 1,
        600..86_400 => 60,
        _ => 3_600,
    };
    let seconds = (seconds + unit / 2) / unit * unit;
    let parts = [
        ("stats-days-short", seconds / 86_400),
        ("stats-hours-short", seconds / 3_600 % 24),
        ("stats-minutes-short", seconds / 60 % 60),
        ("stats-seconds-short", seconds % 60),
    ];
    let texts = parts.iter().filter(|(_, count)| *count > 0);
    let texts = texts.map(|(key, count)| localizer.plain(key, &[("count", (*count).into())]));
    texts.collect::<Vec<_>>().join(NO_BREAK_SPACE)
}
