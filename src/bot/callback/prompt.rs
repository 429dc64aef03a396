//! Actions of the buttons below prompts about tickets, with which a person does not answer.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::TicketId;

/// An action below a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptAction {
    /// An agent completes the ticket without a last word; the number is that of the completion.
    LastWordNone(TicketId, u16),
    /// An agent does not complete the ticket yet.
    LastWordBack(TicketId),
    /// A customer adds no comment to the rating of the ticket.
    SkipComment(TicketId),
}

impl PromptAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::LastWordNone(ticket, completion) => format!("ln:{}:{completion}", encode_id(ticket.0)),
            Self::LastWordBack(ticket) => format!("lb:{}", encode_id(ticket.0)),
            Self::SkipComment(ticket) => format!("sk:{}", encode_id(ticket.0)),
        }
    }

    /// Returns the action of these fields, the code included.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let ticket = |text| decode_id(text).map(TicketId);
        Some(match fields {
            ["ln", id, completion] => Self::LastWordNone(ticket(id)?, completion.parse().ok()?),
            ["lb", id] => Self::LastWordBack(ticket(id)?),
            ["sk", id] => Self::SkipComment(ticket(id)?),
            _ => return None,
        })
    }
}
