//! View models of messages of a conversation.
use super::ShownAgent;
use crate::domain::ids::TicketId;
use crate::domain::number::TicketNumber;

/// The author of a message as its recipient sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayAuthor {
    /// The customer, by name.
    Customer(String),
    /// The agent as customers see them, if they see anything.
    Agent(Option<ShownAgent>),
}

/// What stands above a message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayView {
    /// The ticket.
    pub ticket: TicketId,
    /// Its author.
    pub author: RelayAuthor,
    /// The ticket's number, unless the recipient has only this one.
    pub number: Option<TicketNumber>,
    /// The origin of what was forwarded; empty if Telegram does not say it.
    pub forwarded_from: Option<String>,
    /// The sender of the message of another chat that it replies to; empty if Telegram does not say it.
    pub reply_elsewhere: Option<String>,
    /// Whether its author edited it.
    pub is_edited: bool,
    /// What it quotes of a message that the recipient does not have.
    pub quoted: Option<String>,
    /// Whether a part of it cannot be brought.
    pub is_partial: bool,
}

/// A ticket from which a person chooses, by its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerChoice {
    /// The ticket.
    pub ticket: TicketId,
    /// The name of its customer; to the customer, its subject.
    pub name: String,
    /// Its number.
    pub number: TicketNumber,
    /// Its subject, if another ticket of the choice has the same name.
    pub subject: Option<String>,
}

/// The customer to whom an agent writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FocusView {
    /// The ticket in focus.
    pub current: Option<CustomerChoice>,
    /// The other tickets that the agent holds.
    pub others: Vec<CustomerChoice>,
}

/// The question for which ticket an author's kept messages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketChoiceView {
    /// Whether the author is an agent who holds the tickets; otherwise their customer.
    pub is_agent: bool,
    /// Whether that author is no agent any more, so that the messages are not sent.
    pub is_former: bool,
    /// Number of kept messages.
    pub kept: usize,
    /// The tickets.
    pub tickets: Vec<CustomerChoice>,
}
