//! Live cards: messages that are sent once and then edited in place when their content changes.
pub mod console;

use super::ids::{PersonId, TicketId};
use console::{ConsoleList, ConsoleView};
use serde::{Deserialize, Serialize};

/// The content of a card. At most one live message exists for each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKey {
    /// A ticket, for its customer: state and position.
    Status(TicketId),
    /// A ticket, for an agent to whom it was assigned: properties, description, buttons.
    Task(TicketId, PersonId),
    /// An agent's queue (`/myqueue`), with the page shown, from 0.
    MyQueue(PersonId, u16),
    /// A customer's draft.
    Draft(PersonId),
    /// The question for which ticket an author's kept messages are.
    TicketChoice(PersonId),
    /// The prompt for a comment to the rating of this ticket, for its customer.
    CommentPrompt(TicketId),
    /// The prompt for the last word to the customer of this ticket, for the agent who completes it.
    LastWordPrompt(TicketId, PersonId),
    /// The customer to whom an agent writes, and the others to switch to. It is pinned.
    Focus(PersonId),
    /// A person's own tickets (`/mytickets`), with the page shown.
    MyTickets(PersonId, u16),
    /// The queue, for an agent or admin (`/queue`), with the page shown.
    Queue(PersonId, u16),
    /// All agents' load (`/workload`), for an admin, with the page shown.
    Workload(PersonId, u16),
    /// A list for an admin that no event refreshes, but the end of the role.
    AdminList(PersonId, AdminList),
    /// A waiting ticket, for an agent who may pick it up.
    PickUp(TicketId, PersonId),
    /// A view to which a list of an admin leads. It takes the place of the list in its message.
    Console {
        /// The admin.
        viewer: PersonId,
        /// The view.
        view: ConsoleView,
        /// The list.
        list: ConsoleList,
    },
}

/// A list for an admin that is drawn when it is asked for or pressed. What its buttons lead to takes its place in its
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminList {
    /// The agents (`/agents`).
    Agents,
    /// The open invitations (`/invites`).
    Invites,
    /// The dead letters (`/deadletters`).
    DeadLetters,
}

impl CardKey {
    /// Returns the key under which the live message is stored. It leaves the page out, so that turning a page
    /// moves the card instead of creating a second one. A view of the console has the key of its list.
    #[must_use]
    pub fn storage_key(&self) -> String {
        match self {
            Self::Status(ticket) => format!("status {ticket}"),
            Self::Task(ticket, agent) => format!("task {ticket} {agent}"),
            Self::MyQueue(agent, _) => format!("myqueue {agent}"),
            Self::Draft(person) => format!("draft {person}"),
            Self::TicketChoice(person) => format!("choice {person}"),
            Self::CommentPrompt(ticket) => format!("comment {ticket}"),
            Self::LastWordPrompt(ticket, agent) => format!("lastword {ticket} {agent}"),
            Self::Focus(agent) => format!("focus {agent}"),
            Self::MyTickets(person, _) => format!("mytickets {person}"),
            Self::Queue(person, _) => format!("queue {person}"),
            Self::Workload(person, _) => format!("workload {person}"),
            Self::AdminList(admin, AdminList::Agents) => format!("agents {admin}"),
            Self::AdminList(admin, AdminList::Invites) => format!("invites {admin}"),
            Self::AdminList(admin, AdminList::DeadLetters) => format!("deadletters {admin}"),
            Self::PickUp(ticket, agent) => format!("pickup {ticket} {agent}"),
            Self::Console { viewer, list, .. } => match list {
                ConsoleList::Workload(page) => Self::Workload(*viewer, *page).storage_key(),
                ConsoleList::Queue(page) => Self::Queue(*viewer, *page).storage_key(),
            },
        }
    }

    /// Returns true for a list, which a person asks for again when they need it.
    #[must_use]
    pub fn is_list(&self) -> bool {
        match self {
            Self::MyQueue(..)
            | Self::MyTickets(..)
            | Self::Queue(..)
            | Self::Workload(..)
            | Self::AdminList(..)
            | Self::Console { .. } => true,
            Self::Status(_)
            | Self::Task(..)
            | Self::PickUp(..)
            | Self::Draft(_)
            | Self::TicketChoice(_)
            | Self::CommentPrompt(_)
            | Self::LastWordPrompt(..)
            | Self::Focus(_) => false,
        }
    }
}

impl std::fmt::Display for CardKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.storage_key())
    }
}

/// The live message of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCard {
    /// The content, with the page.
    pub key: CardKey,
    /// The chat.
    pub chat: super::ids::ChatId,
    /// Telegram's id of the message.
    pub message_id: i32,
    /// Hash of the content shown last, so that an edit that changes nothing is not sent. For an ended ticket
    /// it is the hash of an earlier content. Its lowest bit is set if a refresh showed the content, of which Telegram
    /// tells nobody.
    pub digest: u64,
}
