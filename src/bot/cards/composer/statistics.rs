//! The chart and the tables of the statistics, as files for admins.
use super::Composer;
use crate::bot::render::{Localizer, agent_table, chart, daily_summary, day_table, statistics_title};
use crate::domain::person::Person;
use crate::domain::statistics::StatisticsQuery;
use crate::engine::ports::StoreError;
use crate::outbox::{ComposedDocument, TelegramAction};
use crate::telegram::Upload;
use chrono::NaiveDate;

/// The fewest days of a chart: a single day would be a single bar.
const MIN_CHART_DAYS: u16 = 7;

impl Composer {
    /// Returns the chart as a picture.
    pub(super) async fn statistics_chart(
        &self,
        query: StatisticsQuery,
        recipient: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        if !recipient.is_admin() {
            return Ok(TelegramAction::Nothing);
        }
        let query = StatisticsQuery { period: query.period.at_least(MIN_CHART_DAYS), ..query };
        let statistics = self.engine.read_statistics(query, localizer.now).await?;
        let bytes = match chart(localizer, &statistics) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, "failed to draw the chart of the statistics");
                return Ok(TelegramAction::Send(localizer.message("stats-chart-failed", &[]), None));
            }
        };
        let name = format!("{}.png", localizer.plain("stats-file", &[]));
        let file = Upload { field: "photo", name, mime: "image/png".to_owned(), bytes };
        let caption = statistics_title(localizer, &statistics);
        Ok(TelegramAction::SendDocument(Box::new(ComposedDocument { file, caption })))
    }

    /// Returns the daily summary.
    pub(super) async fn daily_summary(
        &self,
        day: NaiveDate,
        recipient: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        if !recipient.is_admin() {
            return Ok(TelegramAction::Nothing);
        }
        let statistics = self.engine.statistics_of_days(day..=day, None, localizer.now).await?;
        Ok(TelegramAction::Send(daily_summary(localizer, &statistics), None))
    }

    /// Returns a table as a document: of each agent, or of each day and department.
    pub(super) async fn statistics_table(
        &self,
        query: StatisticsQuery,
        by_agent: bool,
        recipient: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        if !recipient.is_admin() {
            return Ok(TelegramAction::Nothing);
        }
        let statistics = self.engine.read_statistics(query, localizer.now).await?;
        let (table, key) = if by_agent {
            (agent_table(&statistics), "stats-file-agents")
        } else {
            (day_table(&statistics), "stats-file-days")
        };
        let name = format!("{}.csv", localizer.plain(key, &[]));
        let file = Upload { field: "document", name, mime: "text/csv".to_owned(), bytes: table.into_bytes() };
        let caption = statistics_title(localizer, &statistics);
        Ok(TelegramAction::SendDocument(Box::new(ComposedDocument { file, caption })))
    }
}
