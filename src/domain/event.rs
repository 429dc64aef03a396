//! What happened, for the record: one event with every change of a ticket or a person's standing.
use super::Time;
use super::ids::{DepartmentId, PersonId, TicketId};
use super::policy::{Mode, Percent, Strategy};
use super::ticket::Priority;
use serde::{Deserialize, Serialize};

/// Who brought something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The assignment engine or the sweep.
    Engine,
    /// A person.
    Person(PersonId),
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: Actor,
    /// The ticket it is about.
    pub ticket: Option<TicketId>,
    /// What.
    pub what: Action,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A ticket was opened.
    Opened,
    /// The engine gave it to an agent.
    Assigned {
        /// To whom.
        agent: PersonId,
        /// Why them.
        decision: Box<Decision>,
    },
    /// An agent took it from the queue themselves.
    PickedUp {
        /// Who.
        agent: PersonId,
    },
    /// An admin gave it to an agent.
    Reassigned {
        /// Who had it, if anybody.
        from: Option<PersonId>,
        /// Who has it now.
        to: PersonId,
        /// Whether the admin said "anyway" to a full agent.
        over_capacity: bool,
    },
    /// The holder opened it.
    Started,
    /// The holder put it on hold.
    Paused,
    /// The holder took it up again.
    Resumed,
    /// The holder closed it.
    Completed,
    /// The customer withdrew it.
    Cancelled,
    /// An admin made it more or less urgent.
    Reprioritised {
        /// How urgent it was.
        from: Priority,
        /// How urgent it is.
        to: Priority,
    },
    /// It went back to the queue.
    Released {
        /// Who had it.
        from: PersonId,
        /// Why.
        why: ReleaseReason,
    },
    /// An agent's availability changed.
    Availability {
        /// Whose.
        agent: PersonId,
        /// To what.
        to: super::person::Availability,
        /// Whether the engine did it because the presence was lost.
        lost: bool,
    },
    /// A person's role, departments, capacity or opt-in changed.
    Standing {
        /// Whose.
        person: PersonId,
        /// What was changed, as `name=value`, for the record; never shown as it stands.
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
}

/// Why an agent in the department did not get the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Not online.
    Offline,
    /// Online, but their presence is lost.
    Lost,
    /// Said they are busy.
    Busy,
    /// Said they are away.
    Away,
    /// Blocked the bot.
    Unreachable,
    /// Gets nothing by itself (`/autoassign off`).
    OptedOut,
    /// Holds as many as they can.
    Full,
    /// Serves other departments.
    OtherDepartment,
}

impl AuditEvent {
    /// Whose totals it counts in, and whether as a ticket they got (else as one they completed).
    #[must_use]
    pub fn counts_for(&self) -> Option<(PersonId, bool)> {
        match (&self.what, self.actor) {
            (
                Action::Assigned { agent, .. }
                | Action::PickedUp { agent }
                | Action::Reassigned { to: agent, .. },
                _,
            ) => Some((*agent, true)),
            (Action::Completed, Actor::Person(agent)) => Some((agent, false)),
            _ => None,
        }
    }
}

/// Why a ticket went to the agent it went to. Names a few people and counts the rest: a desk of a thousand agents must
/// not write a thousand names with every ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The ticket's department.
    pub department: DepartmentId,
    /// The policy in force.
    pub strategy: Strategy,
    /// The mode in force.
    pub mode: Mode,
    /// The rollout in force.
    pub rollout_percent: Percent,
    /// How many agents could have had it, the chosen one included.
    pub eligible: u32,
    /// The chosen one and the next in line, at most [`NAMED`].
    pub considered: Vec<PersonId>,
    /// How many were passed over, by reason.
    pub skipped: Vec<(SkipReason, u32)>,
    /// A few of those passed over, at most [`NAMED`].
    pub skipped_named: Vec<(PersonId, SkipReason)>,
    /// Tickets that the chosen one held before, and their capacity.
    pub load: (u16, u16),
}

/// How many people a decision names on each side.
pub const MAX_NAMED_AGENTS: usize = 8;
