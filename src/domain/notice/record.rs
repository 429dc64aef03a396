//! Notices that bring parts of a ticket's record: the summary for a new holder, its media, the transcript.
use crate::domain::ids::{MessageId, PersonId, TicketId};
use crate::domain::statistics::StatisticsQuery;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A part of a ticket's record. It is composed when it is sent, and only for a person who may see it then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordPart {
    /// To the new holder: the last messages of the conversation, as one summary.
    Summary {
        /// The ticket.
        ticket: TicketId,
        /// The holder.
        agent: PersonId,
    },
    /// To the holder: the media of one message of the conversation.
    Media(MessageId),
    /// To staff: the whole record as a document.
    Transcript(TicketId),
    /// To a customer, or to an admin for them: their personal data as a document.
    Export(PersonId),
    /// To an admin: the chart of the statistics as a picture.
    StatisticsChart(StatisticsQuery),
    /// To an admin: the statistics of each day and department as a document.
    StatisticsByDay(StatisticsQuery),
    /// To an admin: the figures of this day.
    DailySummary(NaiveDate),
    /// To an admin: the statistics of each agent as a document.
    StatisticsByAgent(StatisticsQuery),
}
