//! Button actions on the records of tickets, and their encoding behind the letter `R`.
use super::wire::{decode_id, encode_id};
use crate::domain::ids::TicketId;

/// An action on the record of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordAction {
    /// The holder has the media of the summary brought; the number is that of its last message.
    Media(TicketId, u64),
    /// Staff have the transcript sent.
    Transcript(TicketId),
}

impl RecordAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Media(ticket, last) => format!("R:m:{}:{last}", encode_id(ticket.0)),
            Self::Transcript(ticket) => format!("R:t:{}", encode_id(ticket.0)),
        }
    }

    /// Returns the action of the fields behind the letter.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let ticket = |id: &str| decode_id(id).map(TicketId);
        Some(match fields {
            ["m", id, last] => Self::Media(ticket(id)?, last.parse().ok()?),
            ["t", id] => Self::Transcript(ticket(id)?),
            _ => return None,
        })
    }
}
