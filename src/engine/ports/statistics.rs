//! Statistics store: the daily roll-ups, which a store keeps in the transaction of each change.
//!
//! Every store derives what a change adds by [`FigureCounts`](crate::domain::statistics::FigureCounts), from
//! the ticket or the agent before and after it.
use super::StoreError;
use crate::domain::statistics::{CurrentSpans, Figures, Scope, ScopeKind};
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::ops::RangeInclusive;

/// The daily roll-ups, and what they do not contain yet.
#[async_trait]
pub trait StatisticsStore: Send + Sync + 'static {
    /// Makes every later commit of this process count by the days of this zone. Roll-ups of earlier days stay as
    /// they are. Before the first call the days are those of UTC.
    fn set_time_zone(&self, zone: Tz);
    /// Returns the roll-ups of these days, each day and scope once. The cost does not depend on the number of
    /// tickets.
    async fn daily_figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(NaiveDate, Scope, Figures)>, StoreError>;
    /// Returns the sums over these days, each scope once. The cost does not depend on the number of tickets.
    async fn figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(Scope, Figures)>, StoreError>;
    /// Returns the holds and available spans that have not ended. The cost depends on them alone.
    async fn current_spans(&self) -> Result<CurrentSpans, StoreError>;
}
