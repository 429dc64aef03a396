//! View models of cards and notices: plain values with every name resolved. `view_loader` loads them from the
//! store, `render` turns them into text. Pages count from 0, positions in a list from 1.
mod alert;
mod audit;
pub mod console;
mod conversation;
mod notice;
mod prompt;
mod record;
pub mod service;
mod ticket_status;

pub use alert::AlertView;
pub use audit::{AuditView, EVENTS_PER_PAGE};
pub use conversation::{CustomerChoice, FocusView, RelayAuthor, RelayView, TicketChoiceView};
pub use notice::{MembershipView, NoticeView};
pub use prompt::{CommentPromptView, LastWordPromptView};
pub use record::{RecordLine, SearchHitView, SummaryView, TranscriptView};
pub use ticket_status::{TicketStatusView, Waiting};

use crate::domain::Time;
use crate::domain::ids::{CategoryId, DraftId, PersonId, TelegramId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::person::{Availability, Person};
use crate::domain::policy::AgentNaming;
use crate::domain::schedule::WorkingHours;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, Status};
use service::{Completer, ContinuableView};
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
    /// That holder as customers see them, if they see anything. Only loaded for the customer.
    pub shown_agent: Option<ShownAgent>,
    /// Whether the viewer is that holder.
    pub held_by_viewer: bool,
    /// False if its customer blocked the bot, so that no message reaches them. Only loaded for the holder.
    pub customer_reachable: bool,
    /// The customer who wrote it. Only loaded for the holder.
    pub customer: Option<CustomerName>,
    /// When the holder got it.
    pub assigned_at: Option<Time>,
    /// When the engine resumes it, if it is on hold until then.
    pub resume_at: Option<Time>,
    /// What the customer wrote.
    pub description: Description,
}

/// An agent as customers see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownAgent {
    /// Their name.
    Name(String),
    /// "Agent" with this number.
    Alias(u32),
}

/// A customer as the holder of their ticket sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerName {
    /// Their name.
    pub name: String,
    /// Their Telegram username without `@`, if they have one.
    pub username: Option<String>,
    /// Their Telegram id, for a link to them.
    pub telegram: TelegramId,
}

impl From<Person> for CustomerName {
    fn from(person: Person) -> Self {
        Self { name: person.name, username: person.username, telegram: person.telegram }
    }
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
    /// Who completed it, if its customer reopened it.
    pub reopened_from: Option<Completer>,
}

/// An agent's own queue (`/myqueue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyQueueView {
    /// The availability that the agent chose.
    pub availability: Availability,
    /// When they come back, if they are away until then.
    pub away_until: Option<Time>,
    /// Whether their presence is lost or they blocked the bot.
    pub lost: bool,
    /// Whether they take part in automatic assignment.
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
pub struct QueueView {
    /// The page shown, from 0.
    pub page: u16,
    /// How many pages there are.
    pub pages: u16,
    /// The number of waiting tickets.
    pub total: u64,
    /// The number of the first ticket on the page, from 1.
    pub first: u64,
    /// Whether the viewer is an admin, who can open each ticket in the console.
    pub is_admin: bool,
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
    /// Their name with what tells them from their namesakes.
    pub distinct_name: String,
    /// The name that they chose for customers.
    pub alias: Option<String>,
    /// The availability that they chose.
    pub availability: Availability,
    /// When they come back, if they are away until then.
    pub away_until: Option<Time>,
    /// Whether their presence is lost or they blocked the bot.
    pub lost: bool,
    /// False if they blocked the bot.
    pub reachable: bool,
    /// Whether they take part in automatic assignment.
    pub auto: bool,
    /// Tickets they hold.
    pub held: u16,
    /// Tickets they can hold.
    pub max: u16,
    /// The names of their departments.
    pub departments: Vec<String>,
}

/// The alias of an agent, as its card shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasView {
    /// The agent.
    pub agent: PersonId,
    /// The agent's name.
    pub name: String,
    /// The alias that was chosen.
    pub alias: Option<String>,
    /// The number of an agent without an alias.
    pub number: u32,
    /// What customers see of agents.
    pub naming: AgentNaming,
    /// Whether the viewer is the agent.
    pub is_own: bool,
}

/// The working hours of an agent, as their card shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHoursView {
    /// The agent.
    pub agent: PersonId,
    /// The agent's name.
    pub name: String,
    /// The working hours, if they have some.
    pub hours: Option<WorkingHours>,
    /// Whether the viewer is the agent.
    pub is_own: bool,
    /// Whether the viewer is an admin, who sees the agent's other facts too.
    pub is_admin: bool,
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
    /// The completed ticket that it can continue instead.
    pub continuable: Option<ContinuableView>,
}

/// An agent's status (`/status`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about an agent")]
pub struct AgentStatusView {
    /// The availability that the agent chose.
    pub availability: Availability,
    /// When they come back, if they are away until then.
    pub away_until: Option<Time>,
    /// Whether their presence is lost or they blocked the bot.
    pub lost: bool,
    /// Whether they take part in automatic assignment.
    pub auto: bool,
    /// Whether they are asked for a last word before a ticket is completed.
    pub asks_last_word: bool,
    /// Whether the desk is in manual mode, in which nobody gets tickets automatically.
    pub is_manual: bool,
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
