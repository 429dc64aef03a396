//! A ticket and the steps of its life: `queued → assigned → in_progress → completed`, `pending`, `cancelled`.
//!
//! The state carries what is true in it only (a holder, a slot), so a queued ticket with an agent can't be written down.
//! Each step returns the ticket as it is afterwards, one version on, or says why the step can't be taken.
use super::Time;
use super::ids::{Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TicketId, Version};
use super::number::TicketNumber;
use super::text::Description;
use serde::{Deserialize, Serialize};

/// How urgent a ticket is; the order of the variants is the order of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before everything else.
    Urgent,
    /// Before normal.
    High,
    /// The usual.
    #[default]
    Normal,
    /// When there is nothing else.
    Low,
}

impl Priority {
    /// All priorities, most urgent first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// Its place in the order of the queue: 0 for urgent … 3 for low.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The priority with this rank.
    #[must_use]
    pub fn from_rank(rank: u8) -> Option<Self> {
        Self::ALL.get(usize::from(rank)).copied()
    }
}

/// The six states by name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for an agent.
    Queued,
    /// Held, not yet opened.
    Assigned,
    /// Held and opened.
    InProgress,
    /// Held, put aside for a while.
    Pending,
    /// Done.
    Completed,
    /// Withdrawn.
    Cancelled,
}

impl Status {
    /// Whether nothing comes after it.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// The word used in the store and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An agent's hold on a ticket. It takes one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Who holds it.
    pub agent: PersonId,
    /// The slot it takes.
    pub slot: Slot,
    /// When this agent got it; the order of the agent's own queue.
    pub assigned_at: Time,
    /// When this agent opened it, if they have.
    pub opened_at: Option<Time>,
    /// Whether it is on hold.
    pub paused: bool,
}

/// What is true of a ticket in each state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TicketState {
    /// Waits in its department's queue.
    Queued,
    /// Assigned, in progress, or on hold.
    Held(Hold),
    /// Done by `agent`.
    Completed {
        /// Who held it last.
        agent: PersonId,
        /// When it was done.
        at: Time,
    },
    /// Withdrawn by `by`.
    Cancelled {
        /// Who withdrew it.
        by: PersonId,
        /// When.
        at: Time,
    },
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The number people use.
    pub number: TicketNumber,
    /// The record's version.
    pub version: Version,
    /// Its place in the order of arrival; 0 until the store has taken it in.
    pub arrival: Arrival,
    /// Who opened it.
    pub customer: PersonId,
    /// Where that person is told about it.
    pub customer_chat: ChatId,
    /// Its department.
    pub department: DepartmentId,
    /// Its category.
    pub category: CategoryId,
    /// What it is about.
    pub description: Description,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether the rollout lets the engine assign it; else it waits for pick-up.
    pub auto: bool,
    /// Where it stands.
    pub state: TicketState,
    /// When it was opened.
    pub created_at: Time,
}

/// Why a step can't be taken. Each tells how things stand, so that the person can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ticket is not in a state from which this step leads.
    #[error("the ticket is {}", .0.as_str())]
    State(Status),
    /// Somebody else holds it.
    #[error("the ticket is held by somebody else")]
    NotYours,
    /// The agent already holds it.
    #[error("the ticket is already held by that agent")]
    AlreadyTheirs,
}

impl Ticket {
    /// Its state by name.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            TicketState::Queued => Status::Queued,
            TicketState::Held(hold) if hold.paused => Status::Pending,
            TicketState::Held(hold) if hold.opened_at.is_some() => Status::InProgress,
            TicketState::Held(_) => Status::Assigned,
            TicketState::Completed { .. } => Status::Completed,
            TicketState::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// The hold on it, if an agent has it.
    #[must_use]
    pub fn hold(&self) -> Option<&Hold> {
        match &self.state {
            TicketState::Held(hold) => Some(hold),
            _ => None,
        }
    }

    /// Who holds it.
    #[must_use]
    pub fn holder(&self) -> Option<PersonId> {
        self.hold().map(|hold| hold.agent)
    }

    /// Queue → agent.
    pub fn assign(&self, agent: PersonId, slot: Slot, now: Time) -> Result<Self, Refusal> {
        match self.state {
            TicketState::Queued => Ok(self.with(TicketState::Held(fresh_hold(agent, slot, now)))),
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// The holder opens it.
    pub fn start(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.step(by, &[Status::Assigned], |hold| Hold { opened_at: Some(now), ..hold })
    }

    /// The holder puts it on hold.
    pub fn pause(&self, by: PersonId) -> Result<Self, Refusal> {
        self.step(by, &[Status::Assigned, Status::InProgress], |hold| Hold { paused: true, ..hold })
    }

    /// The holder takes it up again, in the state it was put on hold from.
    pub fn resume(&self, by: PersonId) -> Result<Self, Refusal> {
        self.step(by, &[Status::Pending], |hold| Hold { paused: false, ..hold })
    }

    /// The holder closes it.
    pub fn complete(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.held_by(by)?;
        Ok(self.with(TicketState::Completed { agent: by, at: now }))
    }

    /// Withdraws it. The customer may while nobody has opened it.
    pub fn cancel(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        if by != self.customer {
            return Err(Refusal::NotYours);
        }
        match self.status() {
            Status::Queued | Status::Assigned => Ok(self.with(TicketState::Cancelled { by, at: now })),
            other => Err(Refusal::State(other)),
        }
    }

    /// Agent → queue, at its old place: the arrival does not change.
    pub fn release(&self) -> Result<Self, Refusal> {
        match self.state {
            TicketState::Held(_) => Ok(self.with(TicketState::Queued)),
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// To another agent, from the queue or from the agent who holds it. It starts anew there.
    pub fn hand_over(&self, agent: PersonId, slot: Slot, now: Time) -> Result<Self, Refusal> {
        match &self.state {
            TicketState::Held(hold) if hold.agent == agent => Err(Refusal::AlreadyTheirs),
            TicketState::Queued | TicketState::Held(_) => {
                Ok(self.with(TicketState::Held(fresh_hold(agent, slot, now))))
            }
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// Another urgency, as long as it has not ended. Whoever holds it keeps it.
    pub fn reprioritise(&self, priority: Priority) -> Result<Self, Refusal> {
        if self.status().is_end() {
            return Err(Refusal::State(self.status()));
        }
        Ok(Self { priority, ..self.with(self.state.clone()) })
    }

    fn held_by(&self, by: PersonId) -> Result<&Hold, Refusal> {
        match &self.state {
            TicketState::Held(hold) if hold.agent == by => Ok(hold),
            TicketState::Held(_) => Err(Refusal::NotYours),
            _ => Err(Refusal::State(self.status())),
        }
    }

    fn step(
        &self,
        by: PersonId,
        from: &[Status],
        change: impl FnOnce(Hold) -> Hold,
    ) -> Result<Self, Refusal> {
        let hold = self.held_by(by)?.clone();
        if !from.contains(&self.status()) {
            return Err(Refusal::State(self.status()));
        }
        Ok(self.with(TicketState::Held(change(hold))))
    }

    fn with(&self, state: TicketState) -> Self {
        Self { state, version: self.version.next(), ..self.clone() }
    }
}

fn fresh_hold(agent: PersonId, slot: Slot, now: Time) -> Hold {
    Hold { agent, slot, assigned_at: now, opened_at: None, paused: false }
}
