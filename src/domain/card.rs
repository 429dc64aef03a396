//! Live messages: sent once, then edited in place as what they show changes.
use super::ids::{PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// What a card shows. There is one live message at most for each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKey {
    /// A ticket, for its customer: state and position.
    Status(TicketId),
    /// A ticket, for an agent who got it: the facts, the description, the buttons.
    Task(TicketId, PersonId),
    /// An agent's queue (`/myqueue`), with the page shown, from 0.
    MyQueue(PersonId, u16),
    /// A customer's unsent ticket.
    Draft(PersonId),
    /// A person's own tickets (`/mytickets`), with the page shown.
    MyTickets(PersonId, u16),
    /// What waits, for an agent or admin (`/queue`), with the page shown.
    Queue(PersonId, u16),
    /// All agents' load (`/workload`), for an admin, with the page shown.
    Workload(PersonId, u16),
}

impl CardKey {
    /// The key under which the live message is kept: the page is no part of it, so that turning a page moves the card
    /// and does not make a second one.
    #[must_use]
    pub fn slot(&self) -> String {
        match self {
            Self::Status(ticket) => format!("status {ticket}"),
            Self::Task(ticket, agent) => format!("task {ticket} {agent}"),
            Self::MyQueue(agent, _) => format!("myqueue {agent}"),
            Self::Draft(person) => format!("draft {person}"),
            Self::MyTickets(person, _) => format!("mytickets {person}"),
            Self::Queue(person, _) => format!("queue {person}"),
            Self::Workload(person, _) => format!("workload {person}"),
        }
    }
}

impl std::fmt::Display for CardKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.slot())
    }
}

/// Where a card is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCard {
    /// What it shows, with the page.
    pub key: CardKey,
    /// The chat.
    pub chat: super::ids::ChatId,
    /// Telegram's id of the message.
    pub message_id: i32,
    /// A hash of what was last shown, so that an edit that changes nothing isn't sent; of a ticket that has ended, from before.
    pub digest: u64,
}
