//! Statistics of the desk: daily roll-ups, which the transaction of each change keeps, and what one change adds
//! to them.
//!
//! A roll-up belongs to a day in the desk's time zone and to a department or an agent. It is a sum, so the cost
//! of reading it depends on days, departments and agents, and never on the number of tickets.
pub mod duration;
mod figure_counts;
mod figures;
mod period;

pub use figure_counts::{FigureCounts, HoldTimes, Scope, ScopeKind};
pub use figures::{Figure, Figures, Timing};
pub use period::{Period, StatisticsQuery};

use super::Time;
use super::ids::PersonId;
use super::policy::Capacity;

/// The time since which an agent is available without a change of the capacity. It is added to the roll-ups
/// when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailableSpan {
    /// The agent.
    pub agent: PersonId,
    /// When it began.
    pub since: Time,
    /// The agent's capacity.
    pub capacity: Capacity,
}

/// What the roll-ups do not contain yet: holds and available spans that have not ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CurrentSpans {
    /// The agents who are available.
    pub available: Vec<AvailableSpan>,
    /// The holder of each held ticket, and when they got it.
    pub holds: Vec<(PersonId, Time)>,
}

#[cfg(test)]
mod tests;
