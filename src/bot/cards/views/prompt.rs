//! View models of the messages of prompts about tickets.
use crate::domain::ids::TicketId;
use crate::domain::number::TicketNumber;

/// The prompt for a comment to a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentPromptView {
    /// It waits for the comment to the rating of this ticket.
    Open(TicketId),
    /// The customer commented.
    Answered,
    /// The customer did not comment.
    Closed,
}

/// The prompt for the last word to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastWordPromptView {
    /// It waits for the message.
    Open {
        /// The ticket.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// The number of the completion.
        completion: u16,
        /// The name of the customer.
        customer: String,
        /// Whether the agent's newest message is a part of an album, which completes nothing.
        after_album: bool,
    },
    /// The ticket is completed.
    Completed {
        /// Its number.
        number: TicketNumber,
        /// Whether a message may have answered the prompt.
        with_message: bool,
    },
    /// The agent left it, and still holds the ticket.
    Left {
        /// Its number.
        number: TicketNumber,
    },
    /// The ticket is not this agent's any more.
    Closed,
}
