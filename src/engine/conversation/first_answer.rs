//! First answer of a ticket: its time is committed with the message that is the answer.
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::{ConversationMessage, Direction};
use crate::engine::ports::{Change, Write};

/// Returns the change that records a new message as the ticket's first answer. Returns `None` if the ticket
/// has one, or if the message is not sent to the customer.
pub(super) fn first_answer(ticket: &Ticket, message: &ConversationMessage) -> Option<Change> {
    let is_answer = message.direction == Direction::ToCustomer && message.relay.is_due();
    let is_first = is_answer && ticket.first_answered_at.is_none();
    let at = message.written_at;
    is_first.then(|| Change::quiet(Write::FirstAnswer { ticket: ticket.id, at }))
}
