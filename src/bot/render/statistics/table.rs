//! Tables of the statistics as CSV (RFC 4180) with English field names, for spreadsheets and programs.
use crate::domain::ids::DepartmentId;
use crate::domain::statistics::{Figure, Figures, Timing};
use crate::domain::ticket::service::Stars;
use crate::engine::statistics::Statistics;
use chrono::TimeDelta;

/// The characters with which a spreadsheet takes a field for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

const TIMINGS: [(Timing, &str); 4] = [
    (Timing::Wait, "wait"),
    (Timing::FirstAnswer, "first_answer"),
    (Timing::Handling, "handling"),
    (Timing::Assignment, "assignment"),
];

/// Returns one row per day and department that has any figures.
#[must_use]
pub fn day_table(statistics: &Statistics) -> String {
    let mut head: Vec<String> =
        ["date", "department_id", "department", "created", "completed", "reopened", "cancelled", "assigned"]
            .map(str::to_owned)
            .into();
    for (_, name) in TIMINGS {
        head.extend(
            ["count", "avg_seconds", "p50_seconds", "p90_seconds"].map(|what| format!("{name}_{what}")),
        );
    }
    head.extend(Stars::ALL.map(|stars| format!("ratings_{}", stars.get())));
    let mut table = record(&head);
    for (day, department, figures) in &statistics.daily {
        let counts =
            [Figure::Created, Figure::Completed, Figure::Reopened, Figure::Cancelled, Figure::Assigned];
        let mut row = vec![day.to_string(), department.to_string(), department_name(statistics, *department)];
        row.extend(counts.map(|figure| figures.get(figure).to_string()));
        row.extend(TIMINGS.into_iter().flat_map(|(timing, _)| times(figures, timing)));
        row.extend(Stars::ALL.map(|stars| figures.get(Figure::Rated(stars)).to_string()));
        table.push_str(&record(&row));
    }
    table
}

/// Returns one row per agent with the sums of the period.
#[must_use]
pub fn agent_table(statistics: &Statistics) -> String {
    let head = [
        "agent_id",
        "agent",
        "assigned",
        "completed",
        "handling_avg_seconds",
        "ratings",
        "rating_avg",
        "held_slot_seconds",
        "available_slot_seconds",
        "utilisation_percent",
    ];
    let mut table = record(&head.map(str::to_owned));
    for agent in &statistics.agents {
        let figures = &agent.figures;
        let completed = figures.get(Figure::Completed);
        let handling = figures.get(Figure::Total(Timing::Handling)).checked_div(completed);
        let (ratings, stars) = figures.ratings();
        let rating = (stars * 1_000).checked_div(ratings);
        let milliseconds = |millis: i64| seconds(TimeDelta::milliseconds(millis));
        table.push_str(&record(&[
            agent.id.to_string(),
            agent.name.clone(),
            figures.get(Figure::Assigned).to_string(),
            completed.to_string(),
            handling.map(milliseconds).unwrap_or_default(),
            ratings.to_string(),
            rating.map(milliseconds).unwrap_or_default(),
            milliseconds(figures.get(Figure::HeldTime)),
            milliseconds(figures.get(Figure::SlotTime)),
            figures.utilisation().map(|percent| percent.to_string()).unwrap_or_default(),
        ]));
    }
    table
}

fn department_name(statistics: &Statistics, id: DepartmentId) -> String {
    let department = statistics.departments.iter().find(|department| department.id == id);
    department.map(|department| department.name.clone()).unwrap_or_default()
}

fn times(figures: &Figures, timing: Timing) -> [String; 4] {
    let shown = |time: Option<TimeDelta>| time.map(seconds).unwrap_or_default();
    [
        figures.count(timing).to_string(),
        shown(figures.average(timing)),
        shown(figures.percentile(timing, 50)),
        shown(figures.percentile(timing, 90)),
    ]
}

/// Returns a number of seconds with three decimal places.
fn seconds(time: TimeDelta) -> String {
    let millis = time.num_milliseconds();
    format!("{}.{:03}", millis / 1_000, (millis % 1_000).abs())
}

/// Returns a record with its line end.
fn record(fields: &[String]) -> String {
    let fields: Vec<_> = fields.iter().map(|field| escaped(field)).collect();
    format!("{}\r\n", fields.join(","))
}

/// Returns a field, quoted where the format needs it. A field that a spreadsheet would take for a formula gets an
/// apostrophe before it. A number stays one.
fn escaped(field: &str) -> String {
    let is_formula = field.starts_with(FORMULA_STARTS) && field.parse::<f64>().is_err();
    let field = if is_formula { format!("'{field}") } else { field.to_owned() };
    if field.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_no_formula_and_no_other_field() {
        for (field, written) in [
            ("Sari", "Sari"),
            ("=1+2", "'=1+2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "-2"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("a, b", "\"a, b\""),
            ("+\"x\"", "\"'+\"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(escaped(field), written);
        }
        assert_eq!(record(&["a".to_owned(), String::new(), "b".to_owned()]), "a,,b\r\n");
        assert_eq!(seconds(TimeDelta::milliseconds(12_034)), "12.034");
    }
}
