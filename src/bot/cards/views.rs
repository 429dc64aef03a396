//! View models of cards and notices: plain values with every name resolved. `view_loader` loads them from the
//! store, `render` turns them into text. Pages count from 0, positions in a list from 1.
use crate::domain::Time;
use crate::domain::alert::Alert;
use crate::domain::ids::{CategoryId, DraftId, PersonId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::person::{Availability, Role};
use crate::domain::text::Description;
use crate::domain::ticket::{Priority, Status};
use std::collections::BTreeSet;

/// Tickets on one page of a list.
pub const TICKETS_PER_PAGE: u16 = 8;
/// Agents on one page of the workload.
pub const AGENTS_PER_PAGE: u16 = 10;
/// Categories on one page of a draft.
pub const CHOICES_PER_PAGE: u16 = 8;

/// A ticket as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    /// Its id, for the buttons.
    pub id: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// The version that the buttons are drawn for.
    pub version: Version,
    /// Department and category: `HSI INDIBIZ - TROUBLESHOOT`.
    pub label: String,
    /// Its state.
    pub status: Status,
    /// Its priority.
    pub priority: Priority,
    /// When it was opened.
    pub created_at: Time,
    /// Its position in its department's queue, while it waits.
    pub position: Option<u64>,
    /// The name of its holder, or of its last one.
    pub holder: Option<String>,
    /// Whether the viewer is that holder.
    pub held_by_viewer: bool,
    /// False if its customer blocked the bot, so that no message reaches them. Only loaded for the holder.
    pub customer_reachable: bool,
    /// When the holder got it.
    pub assigned_at: Option<Time>,
    /// What the customer wrote.
    pub description: Description,
}

/// A ticket for its customer: the live card of one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketStatusView {
    /// The ticket.
    pub ticket: TicketView,
    /// Agents online in its department.
    pub online: u32,
}

/// A ticket for the agent who got it, with the values at the assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The ticket.
    pub ticket: TicketView,
    /// Its position in the agent's queue, from 1.
    pub position: u16,
    /// Tickets the agent held.
    pub held: u16,
    /// Tickets the agent can hold.
    pub max: u16,
}

/// An agent's own queue (`/myqueue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// The availability that the agent chose.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// Whether they get tickets automatically.
    pub auto: bool,
    /// Tickets they hold.
    pub held: u16,
    /// Tickets they can hold.
    pub max: u16,
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// The number of the first ticket on the page, from 1.
    pub first: u16,
    /// The tickets of the page.
    pub tickets: Vec<TicketView>,
}

/// A person's own tickets (`/mytickets`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyTicketsView {
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// The tickets of the page.
    pub tickets: Vec<TicketView>,
}

/// The waiting tickets (`/queue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// The number of waiting tickets.
    pub total: u64,
    /// The number of the first ticket on the page, from 1.
    pub first: u64,
    /// The tickets of the page that the viewer may pick up.
    pub pick_up: BTreeSet<TicketId>,
    /// The tickets of the page.
    pub tickets: Vec<TicketView>,
}

/// An agent as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// Their id, for the buttons.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The availability that they chose.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// False if they blocked the bot.
    pub reachable: bool,
    /// Whether they get tickets by themselves.
    pub auto: bool,
    /// Whether they get tickets automatically.
    pub held: u16,
    /// Tickets they can hold.
    pub max: u16,
    /// The names of their departments.
    pub departments: Vec<String>,
}

/// All agents' load (`/workload`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadView {
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// The agents of the page.
    pub agents: Vec<AgentLine>,
    /// Waiting tickets.
    pub waiting: u64,
    /// Agents online.
    pub online: u32,
    /// All agents.
    pub total: u32,
    /// Free slots of agents who are online and get tickets.
    pub free: u32,
}

/// A ticket that a customer is still writing. The card asks for what is missing: the category, then the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Its id, for the buttons.
    pub id: DraftId,
    /// The customer's name.
    pub person_name: String,
    /// Department and category, once chosen.
    pub label: Option<String>,
    /// Its text and files so far.
    pub description: Description,
    /// Whether a category was chosen before, and the customer chooses another one.
    pub rechoosing: bool,
    /// The categories to choose from on this page, with their labels.
    pub choices: Vec<(CategoryId, String)>,
    /// The page of categories shown, from 0.
    pub page: u16,
    /// How many pages of categories there are.
    pub pages: u16,
    /// Whether another category can be chosen.
    pub can_change: bool,
}

/// An agent's status (`/status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusView {
    /// The availability that the agent chose.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// Whether they get tickets automatically.
    pub auto: bool,
    /// Tickets they hold.
    pub held: u16,
    /// Tickets they can hold.
    pub max: u16,
    /// Tickets that they got and completed today.
    pub today: (u32, u32),
    /// Waiting tickets in their departments.
    pub waiting: u64,
    /// The names of their departments.
    pub departments: Vec<String>,
}

/// A notice with its names resolved; one variant for each of [`crate::domain::notice::Notice`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeView {
    /// To the customer: the ticket was opened. The first state of the status card.
    Created(TicketStatusView),
    /// To the agent: a new ticket. The first state of the task card.
    NewTask(TaskView),
    /// To the agent: a further part of this ticket's description.
    DescriptionPart {
        /// The ticket.
        number: TicketNumber,
        /// The number of the part, from 1, and of all parts.
        part: (usize, usize),
        /// The text.
        text: String,
    },
    /// To the agent: a file of this ticket's description. The text is the file's caption.
    File {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: an agent got the ticket.
    Assigned {
        /// The ticket.
        number: TicketNumber,
        /// The agent's name.
        agent: String,
    },
    /// To the customer: the ticket is completed.
    Completed {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: the ticket is cancelled.
    Cancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: the customer cancelled the ticket.
    TaskCancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: the ticket was taken from them.
    TaskWithdrawn {
        /// The ticket.
        number: TicketNumber,
        /// The name of the new holder; `None` if the ticket is back in the queue.
        to: Option<String>,
    },
    /// To the customer: the ticket is back in the queue.
    Requeued {
        /// The ticket.
        number: TicketNumber,
        /// Its position, while it still waits.
        position: Option<u64>,
    },
    /// To the agent: are you still there?
    StillOnline {
        /// The availability that they chose.
        availability: Availability,
        /// How many minutes they have to answer.
        minutes: u32,
    },
    /// To the agent: taken offline, since there was no answer.
    TakenOffline {
        /// Tickets that they keep.
        kept: u16,
    },
    /// To a person: the role changed.
    RoleChanged {
        /// The new role.
        role: Role,
    },
    /// To an admin: the person is no agent any more.
    NoLongerAgent,
    /// To the admins: an invitation was accepted.
    Joined {
        /// The name of the new agent.
        person: String,
    },
    /// To the admins: an agent blocked the bot.
    AgentUnreachable {
        /// The agent's name.
        person: String,
    },
    /// To the agent who holds the ticket: its customer blocked the bot.
    CustomerUnreachable {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the admins: an update became a dead letter.
    DeadLetter {
        /// Telegram's `update_id`.
        update: i64,
    },
    /// To the admins: an incident began or is over.
    Alert {
        /// The alert.
        alert: Alert,
        /// The name of the department that it is about.
        department: String,
        /// Whether it is over.
        over: bool,
    },
    /// To the person whose update became a dead letter.
    UpdateFailed,
}
