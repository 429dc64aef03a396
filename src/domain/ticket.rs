//! Tickets and their state machine: `queued → assigned → in_progress → completed`, `pending`, `cancelled`;
//! a customer may reopen a completed ticket (`feedback.rs`).
//!
//! A state holds only the data that exists in it (a holder, a slot), so a queued ticket with a holder cannot
//! be expressed. Each transition returns the ticket with the next version, or says why it is refused.
pub mod conversation;
pub mod description;
pub mod feedback;
pub mod response;
pub mod service;
pub mod snooze;
mod status;
pub mod topic;
mod undo;

use super::Time;
use super::ids::{Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TicketId, Version};
use super::number::TicketNumber;
use super::person::{AgentProfile, Person};
use chrono::TimeDelta;
use description::Description;
use response::Response;
use serde::{Deserialize, Serialize};
use service::ServiceRecord;

pub use status::{Priority, Status};

/// How long a released ticket stays away from its former holder by default, if no other agent takes it.
pub const RETURN_DELAY: TimeDelta = TimeDelta::minutes(1);
/// Number of former holders that a ticket keeps, the latest ones.
const MAX_FORMER_HOLDERS: usize = 16;

/// An agent's hold on a ticket. It takes one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The holder.
    pub agent: PersonId,
    /// The slot it takes.
    pub slot: Slot,
    /// When this agent got it. Gives the order of the agent's own queue.
    pub assigned_at: Time,
    /// When this agent started it.
    #[serde(rename = "opened_at")]
    pub started_at: Option<Time>,
    /// Whether it is paused.
    pub paused: bool,
    /// When the engine resumes it; only of a paused one.
    #[serde(default)]
    pub resume_at: Option<Time>,
    /// Whether the holder has reacted to it.
    #[serde(default)]
    pub response: Response,
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
    /// What is known of the service: the reopenings, the rating.
    pub service: ServiceRecord,
    /// When it was opened.
    pub created_at: Time,
    /// When an agent first wrote to the customer. Only the write of that message sets it, so it has no part in
    /// the version.
    pub first_answered_at: Option<Time>,
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
    /// The customer reopened it since: the request is about an earlier completion.
    #[error("the ticket was reopened since")]
    Reopened,
    /// The time for reopening it is over.
    #[error("the ticket was completed too long ago")]
    ReopenTooLate,
    /// The time for undoing its cancellation is over.
    #[error("the cancellation can't be undone any more")]
    UndoTooLate,
    /// The time for rating it, or for changing the rating, is over.
    #[error("the rating can't be changed any more")]
    RatingClosed,
}

impl Ticket {
    /// Returns its state by name.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            TicketState::Queued => Status::Queued,
            TicketState::Held(hold) if hold.paused => Status::Pending,
            TicketState::Held(hold) if hold.started_at.is_some() => Status::InProgress,
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

    /// Returns the agent who holds or completed it.
    #[must_use]
    pub fn agent(&self) -> Option<PersonId> {
        match &self.state {
            TicketState::Held(Hold { agent, .. }) | TicketState::Completed { agent, .. } => Some(*agent),
            TicketState::Queued | TicketState::Cancelled { .. } => None,
        }
    }

    /// Returns whether a person may see it as staff. Admins see all tickets; agents those of their departments
    /// and their own.
    #[must_use]
    pub fn is_visible_to(&self, person: &Person) -> bool {
        let profile = person.agent.as_ref();
        let is_agents = |agent: &AgentProfile| {
            self.agent() == Some(person.id) || agent.departments.contains(&self.department)
        };
        person.is_admin() || profile.is_some_and(is_agents)
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
        self.transition(by, &[Status::Assigned], |hold| Hold {
            started_at: Some(now),
            response: Response::Given,
            ..hold
        })
    }

    /// Pauses it, as its holder.
    pub fn pause(&self, by: PersonId) -> Result<Self, Refusal> {
        self.snooze_from(by, &[Status::Assigned, Status::InProgress], None)
    }

    /// Resumes it in the state in which it was paused, as its holder.
    pub fn resume(&self, by: PersonId) -> Result<Self, Refusal> {
        self.transition(by, &[Status::Pending], |hold| Hold { paused: false, resume_at: None, ..hold })
    }

    /// Completes it, as its holder. A rating of an earlier completion ends.
    pub fn complete(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.held_by(by)?;
        let service = ServiceRecord { rating: None, ..self.service.clone() };
        Ok(Self { service, ..self.with(TicketState::Completed { agent: by, at: now }) })
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

    /// Cancels an open ticket, as an admin, whatever its state.
    pub fn withdraw(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        match self.state {
            TicketState::Queued | TicketState::Held(_) => {
                Ok(self.with(TicketState::Cancelled { by, at: now }))
            }
            _ => Err(Refusal::State(self.status())),
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
    let response = Response::Awaited { since: now };
    Hold { agent, slot, assigned_at: now, started_at: None, paused: false, resume_at: None, response }
}
