//! Button actions on the statistics, and their encoding behind the word `st`.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::DepartmentId;
use crate::domain::statistics::{Period, StatisticsQuery};

/// An action on the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatisticsAction {
    /// Shows the card with this page of the agents.
    Show(StatisticsQuery, u16),
    /// Shows a page of the departments to choose from.
    Departments(Period, u16),
    /// Sends the chart.
    Chart(StatisticsQuery),
    /// Sends the tables.
    Tables(StatisticsQuery),
}

fn encode_query(query: StatisticsQuery) -> String {
    let department = query.department.map(|id| encode_id(id.0)).unwrap_or_default();
    format!("{}:{department}", query.period.days())
}

fn period(days: &str) -> Option<Period> {
    Period::OFFERED.into_iter().find(|period| period.days().to_string() == days)
}

fn query(days: &str, department: &str) -> Option<StatisticsQuery> {
    let department = match department {
        "" => None,
        id => Some(DepartmentId(decode_id(id)?)),
    };
    Some(StatisticsQuery { period: period(days)?, department })
}

impl StatisticsAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Show(query, page) => format!("st:s:{}:{page}", encode_query(query)),
            Self::Departments(period, page) => format!("st:d:{}:{page}", period.days()),
            Self::Chart(query) => format!("st:c:{}", encode_query(query)),
            Self::Tables(query) => format!("st:t:{}", encode_query(query)),
        }
    }

    /// Returns the action of the fields behind the word.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        Some(match fields {
            ["s", days, department, page] => Self::Show(query(days, department)?, page.parse().ok()?),
            ["d", days, page] => Self::Departments(period(days)?, page.parse().ok()?),
            ["c", days, department] => Self::Chart(query(days, department)?),
            ["t", days, department] => Self::Tables(query(days, department)?),
            _ => return None,
        })
    }
}
