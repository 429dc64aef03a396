//! Actions of the question for which ticket an author's kept messages are.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::TicketId;

/// An action on an author's kept messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceAction {
    /// They are for this ticket.
    Ticket(TicketId),
    /// They are for a new ticket of the customer.
    NewTicket,
    /// They are for no ticket: the author drops them.
    Drop,
}

impl ChoiceAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Ticket(ticket) => format!("ct:{}", encode_id(ticket.0)),
            Self::NewTicket => "cn".into(),
            Self::Drop => "cx".into(),
        }
    }

    /// Returns the action of these fields, the code included.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        match fields {
            ["ct", ticket] => decode_id(ticket).map(TicketId).map(Self::Ticket),
            ["cn"] => Some(Self::NewTicket),
            ["cx"] => Some(Self::Drop),
            _ => None,
        }
    }
}
