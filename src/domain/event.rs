//! Audit events: one is recorded with every change of a ticket, of a person's membership or of the settings.
use super::Time;
use super::ids::{DepartmentId, PersonId, TicketId};
use super::policy::{Mode, Percent, Strategy};
use super::ticket::Priority;
use super::ticket::service::Stars;
use serde::{Deserialize, Serialize};

/// The originator of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The assignment engine or the sweep.
    Engine,
    /// A person.
    Person(PersonId),
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// When it happened.
    pub at: Time,
    /// Who did it.
    pub actor: Actor,
    /// The ticket it is about.
    pub ticket: Option<TicketId>,
    /// What was done.
    pub what: Action,
}

/// A recorded action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A ticket was opened.
    Opened,
    /// The engine assigned it to an agent.
    Assigned {
        /// The agent.
        agent: PersonId,
        /// Why the engine chose this agent.
        decision: Box<Decision>,
    },
    /// An agent picked it up from the queue.
    PickedUp {
        /// The agent.
        agent: PersonId,
    },
    /// An admin assigned it to an agent.
    Reassigned {
        /// The agent who held it before.
        from: Option<PersonId>,
        /// The agent who holds it now.
        to: PersonId,
        /// Whether the admin overrode the agent's capacity.
        over_capacity: bool,
    },
    /// The holder opened it.
    Started,
    /// The holder put it on hold, or set another time at which the engine resumes it.
    Paused {
        /// When the engine resumes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// The holder resumed it, or the engine when its time had come.
    Resumed,
    /// The engine nudged the holder, who had not reacted.
    Nudged {
        /// The holder.
        agent: PersonId,
    },
    /// The holder completed it.
    Completed,
    /// The customer cancelled it.
    Cancelled,
    /// The customer undid the cancellation.
    CancelUndone,
    /// The customer reopened it after its completion.
    Reopened {
        /// The agent who holds it again; `None` if it is in the queue.
        to: Option<PersonId>,
    },
    /// The customer rated it.
    Rated {
        /// The rating.
        stars: Stars,
    },
    /// An admin changed its priority.
    Reprioritised {
        /// The old priority.
        from: Priority,
        /// The new priority.
        to: Priority,
    },
    /// An admin moved it, while it waited, to another department.
    Relocated {
        /// The department before.
        from: DepartmentId,
        /// The department now.
        to: DepartmentId,
    },
    /// It went back to the queue.
    Released {
        /// The agent who held it.
        from: PersonId,
        /// The reason.
        why: ReleaseReason,
    },
    /// An agent's availability changed.
    Availability {
        /// The agent.
        agent: PersonId,
        /// The new availability.
        to: super::person::Availability,
        /// Whether the engine changed it because the presence was lost.
        lost: bool,
        /// When the engine ends it, if it is an absence with an end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// A person's role, departments, capacity or opt-in changed.
    Membership {
        /// The person.
        person: PersonId,
        /// The change as `name=value`, for the audit log; never shown to people in this form.
        change: String,
    },
    /// An admin changed a department, its categories or its business hours; the engine adds the first one.
    DepartmentChanged {
        /// The department.
        department: DepartmentId,
        /// The changes as `field=before→after`, for the audit log; never shown to people in this form.
        change: String,
    },
    /// An admin changed settings.
    SettingsChanged {
        /// The changes as `name=before→after`, for the audit log; never shown to people in this form.
        change: String,
    },
}

/// Why a ticket went back to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The holder went offline.
    Offline,
    /// The holder stopped being an agent.
    Removed,
    /// An admin put it back.
    Admin,
    /// The holder blocked the bot, or their account is gone.
    Unreachable,
    /// The holder gave it back.
    GivenBack,
    /// The holder did not react to it, not even after a nudge.
    NoAnswer,
}

/// Why the engine skipped an agent of the department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Not online.
    Offline,
    /// Online, but their presence is lost.
    Lost,
    /// Availability is busy.
    Busy,
    /// Availability is away.
    Away,
    /// Blocked the bot.
    Unreachable,
    /// Opted out of automatic assignment (`/autoassign off`).
    OptedOut,
    /// Has no free slot.
    Full,
    /// Serves other departments.
    OtherDepartment,
    /// Held the ticket before, and released it or lost it.
    FormerHolder,
    /// Opened the ticket as a customer.
    OwnTicket,
}

impl AuditEvent {
    /// Returns the agent in whose counters it counts: true for an assigned ticket, false for a completed one.
    #[must_use]
    pub fn counts_for(&self) -> Option<(PersonId, bool)> {
        match (&self.what, self.actor) {
            (
                Action::Assigned { agent, .. }
                | Action::PickedUp { agent }
                | Action::Reassigned { to: agent, .. }
                | Action::Reopened { to: Some(agent) },
                _,
            ) => Some((*agent, true)),
            (Action::Completed, Actor::Person(agent)) => Some((agent, false)),
            _ => None,
        }
    }
}

/// The decision record of an assignment. It names a few agents and counts the rest, because a desk with a
/// thousand agents must not write a thousand names with every ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The ticket's department.
    pub department: DepartmentId,
    /// The strategy in force.
    pub strategy: Strategy,
    /// The assignment mode in force.
    pub mode: Mode,
    /// The rollout percentage in force.
    pub rollout_percent: Percent,
    /// Number of eligible agents, the chosen one included.
    pub eligible: u32,
    /// The chosen agent and the next ones in order, at most [`MAX_NAMED_AGENTS`].
    pub considered: Vec<PersonId>,
    /// Number of skipped agents, by reason.
    pub skipped: Vec<(SkipReason, u32)>,
    /// Some of the skipped agents, at most [`MAX_NAMED_AGENTS`].
    pub skipped_named: Vec<(PersonId, SkipReason)>,
    /// Tickets that the chosen agent held before, and their capacity.
    pub load: (u16, u16),
}

/// Number of agents that a decision record names in each of its lists.
pub const MAX_NAMED_AGENTS: usize = 8;
