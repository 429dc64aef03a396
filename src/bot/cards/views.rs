//! What the cards and notices show: plain values with every name resolved. Loaded from the store elsewhere, put into
//! words by `render`. Pages count from 0, places in a list from 1.
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
/// Categories on one page of a draft's choice.
pub const CHOICES_PER_PAGE: u16 = 8;

/// A ticket as somebody sees it.
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
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was opened.
    pub created_at: Time,
    /// Its position in its department's queue, while it waits.
    pub position: Option<u64>,
    /// The name of who holds it, or held it last.
    pub holder: Option<String>,
    /// Whether that is the reader.
    pub held_by_viewer: bool,
    /// False when its customer blocked the bot, so that what is told to them does not arrive. Looked up for the holder.
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

/// A ticket for the agent who got it, as it was when they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The ticket.
    pub ticket: TicketView,
    /// Its place in the agent's queue, from 1.
    pub position: u16,
    /// Tickets the agent held.
    pub held: u16,
    /// Tickets the agent can hold.
    pub max: u16,
}

/// An agent's own queue (`/myqueue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// What the agent says of themselves.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// Whether they get tickets by themselves.
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

/// What waits (`/queue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// How many tickets wait.
    pub total: u64,
    /// The number of the first ticket on the page, from 1.
    pub first: u64,
    /// Those of the page that the reader may take themselves.
    pub pick_up: BTreeSet<TicketId>,
    /// The tickets of the page.
    pub tickets: Vec<TicketView>,
}

/// An agent as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// Who, for the buttons.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they say of themselves.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// False when they blocked the bot.
    pub reachable: bool,
    /// Whether they get tickets by themselves.
    pub auto: bool,
    /// Tickets they hold.
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
    /// Tickets that wait.
    pub waiting: u64,
    /// Agents online.
    pub online: u32,
    /// All agents.
    pub total: u32,
    /// Slots free with agents who are online and get tickets.
    pub free: u32,
}

/// A ticket that a customer is still writing. What is missing decides the face: the category, then the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Its id, for the buttons.
    pub id: DraftId,
    /// The customer's name.
    pub person_name: String,
    /// Department and category, once chosen.
    pub label: Option<String>,
    /// What it says so far.
    pub description: Description,
    /// The categories to choose from on this page, with their labels.
    pub choices: Vec<(CategoryId, String)>,
    /// The page of categories shown, from 0.
    pub page: u16,
    /// How many pages of categories there are.
    pub pages: u16,
    /// Whether there is another category to change to.
    pub can_change: bool,
}

/// An agent's standing (`/status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusView {
    /// What the agent says of themselves.
    pub availability: Availability,
    /// Whether their presence is lost.
    pub lost: bool,
    /// Whether they get tickets by themselves.
    pub auto: bool,
    /// Tickets they hold.
    pub held: u16,
    /// Tickets they can hold.
    pub max: u16,
    /// Tickets they got and completed today.
    pub today: (u32, u32),
    /// Tickets that wait in their departments.
    pub waiting: u64,
    /// The names of their departments.
    pub departments: Vec<String>,
}

/// A notice with its names resolved; the variants are those of [`crate::domain::notice::Notice`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeView {
    /// To the customer: the ticket is in. The first state of the status card.
    Created(TicketStatusView),
    /// To the agent: a new ticket. The first state of the task card.
    NewTask(TaskView),
    /// To the agent: more of this ticket's description.
    DescriptionPart {
        /// The ticket.
        number: TicketNumber,
        /// Which part of how many, from 1.
        part: (usize, usize),
        /// The words.
        text: String,
    },
    /// To the agent: a file of this ticket's description. The words are the file's caption.
    File {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: an agent has it.
    Assigned {
        /// The ticket.
        number: TicketNumber,
        /// The agent's name.
        agent: String,
    },
    /// To the customer: it is done.
    Completed {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: it is withdrawn.
    Cancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: the customer withdrew it.
    TaskCancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: it is no longer theirs.
    TaskTaken {
        /// The ticket.
        number: TicketNumber,
        /// The name of who has it now; nobody when it is back in the queue.
        to: Option<String>,
    },
    /// To the customer: back in the queue.
    Requeued {
        /// The ticket.
        number: TicketNumber,
        /// Its position, while it still waits.
        position: Option<u64>,
    },
    /// To the agent: are you still there?
    StillOnline {
        /// What they say of themselves.
        availability: Availability,
        /// How many minutes they have to answer.
        minutes: u32,
    },
    /// To the agent: offline for want of an answer.
    TakenOffline {
        /// Tickets that stay with them.
        kept: u16,
    },
    /// To a person: a new role.
    RoleChanged {
        /// What they are now.
        role: Role,
    },
    /// To an admin: they are no agent any more.
    NoLongerAgent,
    /// To the admins: an invitation was accepted.
    Joined {
        /// The name of who accepted it.
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
    /// To the admins: an update was put aside.
    DeadLetter {
        /// Telegram's `update_id`.
        update: i64,
    },
    /// To the admins: an incident.
    Alert {
        /// Which.
        alert: Alert,
        /// The name of the department that it is about.
        department: String,
        /// Whether it is over.
        over: bool,
    },
    /// To the person whose update was put aside.
    SomethingBroke,
}
