//! View models of a ticket's record: the summary for a new holder, and the transcript.
use super::TicketView;
use crate::domain::Time;
use crate::domain::content::ContentKind;
use crate::domain::ids::TicketId;
use crate::domain::number::TicketNumber;
use crate::domain::ticket::conversation::{Direction, Relay};

/// A message of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    /// For whom it was; a note is for nobody.
    pub direction: Direction,
    /// The name of its author, as staff see it.
    pub author: String,
    /// When it was written.
    pub at: Time,
    /// When it was edited last.
    pub edited_at: Option<Time>,
    /// The kind of its content besides the text.
    pub kind: Option<ContentKind>,
    /// What it says, without formats.
    pub text: String,
    /// The origin of what was forwarded; empty if Telegram does not say it.
    pub forwarded_from: Option<String>,
    /// What it quotes.
    pub quote: Option<String>,
    /// What became of it.
    pub relay: Relay,
}

/// The last messages of a conversation, for the new holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryView {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// The messages, oldest first.
    pub lines: Vec<RecordLine>,
    /// The number of the last message in the order of all, if a message among them has media.
    pub media_until: Option<u64>,
}

/// A ticket that a search has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHitView {
    /// The ticket.
    pub ticket: TicketView,
    /// What it is about.
    pub subject: String,
    /// The line that matched, with its author if it is not of the description. Empty if the name matched.
    pub line: Option<(Option<String>, String)>,
}

/// The whole record of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptView {
    /// The ticket.
    pub ticket: TicketView,
    /// The customer's name.
    pub customer: String,
    /// The kinds of the description's attachments.
    pub attachments: Vec<ContentKind>,
    /// The messages, oldest first.
    pub lines: Vec<RecordLine>,
}
