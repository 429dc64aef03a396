//! Views of the console: the agents and tickets to which the lists of an admin lead, in the same message.
use crate::domain::ids::{PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// The list from which an admin came, and to which a view leads back, with its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleList {
    /// `/workload`.
    Workload(u16),
    /// `/queue`.
    Queue(u16),
}

/// A view of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleView {
    /// An agent.
    Agent(PersonId, AgentPane),
    /// A ticket.
    Ticket(TicketId, TicketPane),
}

/// A pane of an agent's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentPane {
    /// Status, load and actions, with this page of the held tickets.
    Overview(u16),
    /// This page of the departments that they serve or could serve.
    Departments(u16),
}

/// A pane of a ticket's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketPane {
    /// Facts and actions.
    Overview,
    /// This page of the agents who could get it.
    Agents(u16),
    /// The question whether this agent gets it although they are full.
    OverCapacity(PersonId),
    /// The priorities.
    Priority,
    /// The question whether it is to be cancelled.
    Cancel,
    /// The last messages of its conversation.
    Messages,
    /// This page of its audit log.
    Audit(u16),
}
