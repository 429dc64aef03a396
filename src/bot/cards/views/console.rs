//! View models of the console: an agent and a ticket as an admin sees and changes them.
use super::{AgentLine, AlertView, AuditView, RecordLine, TicketView};
use crate::domain::Time;
use crate::domain::card::console::ConsoleList;
use crate::domain::ids::DepartmentId;
use crate::domain::number::TicketNumber;
use crate::domain::ticket::service::Rating;

/// Tickets, agents or departments on one page of a view.
pub const ENTRIES_PER_PAGE: u16 = 8;

/// An agent in the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentConsoleView {
    /// The list to go back to.
    pub list: ConsoleList,
    /// The agent.
    pub agent: AgentLine,
    /// The tickets of the page that they hold.
    pub tickets: Vec<TicketView>,
    /// The number of the first ticket on the page, from 1.
    pub first: u64,
    /// The page, from 0, and the number of pages.
    pub page: (u16, u16),
}

/// The departments of an agent in the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDepartmentsView {
    /// The list to go back to.
    pub list: ConsoleList,
    /// The agent.
    pub agent: AgentLine,
    /// The departments of the page, with whether the agent serves them.
    pub departments: Vec<(DepartmentId, String, bool)>,
    /// The page, from 0, and the number of pages.
    pub page: (u16, u16),
}

/// A ticket in the console.
#[derive(Debug, Clone)]
pub struct TicketConsoleView {
    /// The list to go back to.
    pub list: ConsoleList,
    /// The ticket.
    pub ticket: TicketView,
    /// Its holder, if it is held.
    pub holder: Option<AgentLine>,
    /// Its rating.
    pub rating: Option<Rating>,
    /// The pane.
    pub pane: TicketPaneView,
}

/// The content of a ticket's pane.
#[derive(Debug, Clone)]
pub enum TicketPaneView {
    /// Facts and actions.
    Overview,
    /// Agents who could get it, best suited first, with the page and the number of pages.
    Agents(Vec<AgentLine>, (u16, u16)),
    /// The question whether this agent gets it although they are full.
    OverCapacity(Box<AgentLine>),
    /// The priorities.
    Priority,
    /// The question whether it is to be cancelled.
    Cancel,
    /// The last messages of its conversation.
    Messages(Vec<RecordLine>),
    /// A page of its audit log.
    Audit(Box<AuditView>),
}

/// A notice about what an admin did in the console, with its names resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleNoticeView {
    /// To the customer: the desk cancelled their ticket.
    Cancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: an admin cancelled a ticket that they held.
    TaskCancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: an admin set them offline.
    SetOffline,
    /// To the agent: an admin switched their automatic assignment.
    AutoAssign {
        /// Whether it is on now.
        on: bool,
    },
    /// To the other admins: an admin muted an alert, or ended its mute.
    AlertMuted {
        /// The alert.
        alert: AlertView,
        /// The name of the admin.
        by: String,
        /// When the mute ends; `None` if it was ended.
        until: Option<Time>,
    },
}
