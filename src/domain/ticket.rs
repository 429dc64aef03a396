//! Tickets and their state machine: `queued → assigned → in_progress → completed`, `pending`, `cancelled`.
//!
//! A state holds only the data that exists in it (a holder, a slot), so a queued ticket with a holder cannot
//! be expressed. Each transition returns the ticket with the next version, or says why it is refused.
pub mod conversation;

use super::Time;
use super::description::Description;
use super::ids::{Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TicketId, Version};
use super::number::TicketNumber;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long a released ticket stays away from its former holder by default, if no other agent takes it.
pub const RETURN_DELAY: TimeDelta = TimeDelta::minutes(1);
/// Number of former holders that a ticket keeps, the latest ones.
const MAX_FORMER_HOLDERS: usize = 16;

/// The priority of a ticket. The order of the variants is the order of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before all others.
    Urgent,
    /// Before normal.
    High,
    /// The default.
    #[default]
    Normal,
    /// After all others.
    Low,
}

impl Priority {
    /// All priorities, most urgent first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// Returns its rank in the queue: 0 for urgent … 3 for low.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// Returns the priority with this rank.
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
    /// Held, not opened yet.
    Assigned,
    /// Held and opened.
    InProgress,
    /// Held and paused.
    Pending,
    /// Done.
    Completed,
    /// Withdrawn.
    Cancelled,
}

impl Status {
    /// Returns true if the state is final.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// Returns the word used in the store and in the API.
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
    /// The holder.
    pub agent: PersonId,
    /// The slot it takes.
    pub slot: Slot,
    /// When this agent got it. Gives the order of the agent's own queue.
    pub assigned_at: Time,
    /// When this agent opened it.
    pub opened_at: Option<Time>,
    /// Whether it is paused.
    pub paused: bool,
}

/// An agent who held a ticket and released it, or from whom it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerHolder {
    /// The agent.
    pub agent: PersonId,
    /// When the last hold of this agent ended.
    pub at: Time,
    /// Whether an admin ended it.
    #[serde(default)]
    pub by_admin: bool,
}

/// The data of a ticket in each state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TicketState {
    /// Waits in its department's queue.
    Queued,
    /// Assigned, in progress or pending.
    Held(Hold),
    /// Completed.
    Completed {
        /// The last holder.
        agent: PersonId,
        /// When it was completed.
        at: Time,
    },
    /// Cancelled.
    Cancelled {
        /// The person who cancelled it.
        by: PersonId,
        /// When it was cancelled.
        at: Time,
    },
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The number that people use.
    pub number: TicketNumber,
    /// The record's version.
    pub version: Version,
    /// Its arrival number; 0 before the store has assigned one.
    pub arrival: Arrival,
    /// The person who opened it.
    pub customer: PersonId,
    /// The chat that gets the notices about it.
    pub customer_chat: ChatId,
    /// Its department.
    pub department: DepartmentId,
    /// Its category.
    pub category: CategoryId,
    /// The description.
    pub description: Description,
    /// Its priority.
    pub priority: Priority,
    /// Whether the rollout lets the engine assign it. Otherwise it waits for pick-up.
    pub auto: bool,
    /// Its state.
    pub state: TicketState,
    /// The agents whose holds ended before the ticket did, each once, in the order in which they ended.
    pub former_holders: Vec<FormerHolder>,
    /// When it was opened.
    pub created_at: Time,
}

/// Why a transition is refused. Each variant says enough for an answer to the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The transition does not exist for the ticket's current state.
    #[error("the ticket is {}", .0.as_str())]
    State(Status),
    /// Another agent holds it.
    #[error("the ticket is held by somebody else")]
    NotYours,
    /// The agent already holds it.
    #[error("the ticket is already held by that agent")]
    AlreadyTheirs,
}

impl Ticket {
    /// Returns its state by name.
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

    /// Returns the hold, if an agent has it.
    #[must_use]
    pub fn hold(&self) -> Option<&Hold> {
        match &self.state {
            TicketState::Held(hold) => Some(hold),
            _ => None,
        }
    }

    /// Returns the holder.
    #[must_use]
    pub fn holder(&self) -> Option<PersonId> {
        self.hold().map(|hold| hold.agent)
    }

    /// Assigns a queued ticket to an agent.
    pub fn assign(&self, agent: PersonId, slot: Slot, now: Time) -> Result<Self, Refusal> {
        match self.state {
            TicketState::Queued => Ok(self.with(TicketState::Held(new_hold(agent, slot, now)))),
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// Opens it, as its holder.
    pub fn start(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.transition(by, &[Status::Assigned], |hold| Hold { opened_at: Some(now), ..hold })
    }

    /// Pauses it, as its holder.
    pub fn pause(&self, by: PersonId) -> Result<Self, Refusal> {
        self.transition(by, &[Status::Assigned, Status::InProgress], |hold| Hold { paused: true, ..hold })
    }

    /// Resumes it in the state in which it was paused, as its holder.
    pub fn resume(&self, by: PersonId) -> Result<Self, Refusal> {
        self.transition(by, &[Status::Pending], |hold| Hold { paused: false, ..hold })
    }

    /// Completes it, as its holder.
    pub fn complete(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.held_by(by)?;
        Ok(self.with(TicketState::Completed { agent: by, at: now }))
    }

    /// Cancels it. Its customer may do that until the holder opens it.
    pub fn cancel(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        if by != self.customer {
            return Err(Refusal::NotYours);
        }
        match self.status() {
            Status::Queued | Status::Assigned => Ok(self.with(TicketState::Cancelled { by, at: now })),
            other => Err(Refusal::State(other)),
        }
    }

    /// Puts a held ticket back into the queue, at its old place: its arrival number does not change.
    pub fn release(&self, by_admin: bool, now: Time) -> Result<Self, Refusal> {
        let Some(hold) = self.hold() else { return Err(Refusal::State(self.status())) };
        Ok(self.with(TicketState::Queued).with_former_holder(hold.agent, by_admin, now))
    }

    /// Returns this agent's record among the former holders.
    #[must_use]
    pub fn former_holder(&self, agent: PersonId) -> Option<FormerHolder> {
        self.former_holders.iter().find(|former| former.agent == agent).copied()
    }

    /// Moves a queued ticket to a category of another department. It keeps its arrival number.
    pub fn relocate(&self, department: DepartmentId, category: CategoryId) -> Result<Self, Refusal> {
        match self.state {
            TicketState::Queued => Ok(Self { department, category, ..self.with(TicketState::Queued) }),
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// Assigns it to another agent, from the queue or from its holder. The new hold starts as assigned.
    pub fn reassign(&self, agent: PersonId, slot: Slot, now: Time) -> Result<Self, Refusal> {
        match &self.state {
            TicketState::Held(hold) if hold.agent == agent => Err(Refusal::AlreadyTheirs),
            TicketState::Queued => Ok(self.with(TicketState::Held(new_hold(agent, slot, now)))),
            TicketState::Held(former) => {
                let after = self.with(TicketState::Held(new_hold(agent, slot, now)));
                Ok(after.with_former_holder(former.agent, true, now))
            }
            _ => Err(Refusal::State(self.status())),
        }
    }

    /// Changes the priority of a ticket that has not ended. A holder keeps it.
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

    fn transition(
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

    fn with_former_holder(mut self, agent: PersonId, by_admin: bool, at: Time) -> Self {
        self.former_holders.retain(|former| former.agent != agent);
        self.former_holders.push(FormerHolder { agent, at, by_admin });
        self.former_holders.drain(..self.former_holders.len().saturating_sub(MAX_FORMER_HOLDERS));
        self
    }
}

impl FormerHolder {
    /// Returns when the ticket may return to the agent after this delay; `None` if it may at `now`. A clock
    /// that was set back by more than the delay ends the delay, because the real time is unknown then.
    #[must_use]
    pub fn returns_at(&self, now: Time, delay: TimeDelta) -> Option<Time> {
        ((now - self.at).abs() < delay).then(|| self.at + delay)
    }
}

fn new_hold(agent: PersonId, slot: Slot, now: Time) -> Hold {
    Hold { agent, slot, assigned_at: now, opened_at: None, paused: false }
}
