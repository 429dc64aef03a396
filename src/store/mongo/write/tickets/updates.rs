//! Updates of existing tickets in memory, over the version that was read.
use super::TicketSet;
use crate::domain::ids::Version;
use crate::domain::ticket::{Hold, Status, Ticket, TicketState};
use crate::engine::ports::{CommitError, Guard};
use crate::store::mongo::write::agents::AgentSet;

impl TicketSet {
    /// Updates a ticket, if it has the expected version and the guard holds of its agent.
    pub(crate) fn update(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        if guard == Guard::FirstInQueue && self.is_preceded(ticket) {
            return Err(CommitError::Conflict);
        }
        if self.entries.get(&ticket.id).is_none_or(|entry| entry.now.status().is_end()) {
            return Err(CommitError::Conflict);
        }
        self.replace(agents, ticket, expected, guard)
    }

    /// Updates a ticket that has ended: makes it open again, or changes the service record of a completed one.
    pub(crate) fn update_ended(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        let stored = self.entries.get(&ticket.id).map(|entry| entry.now.status());
        let rates = ticket.status() == Status::Completed && stored == Some(Status::Completed);
        let opens_again = !ticket.status().is_end() && stored.is_some_and(Status::is_end);
        if !rates && !opens_again {
            return Err(CommitError::Conflict);
        }
        self.replace(agents, ticket, expected, guard)
    }

    fn replace(
        &mut self,
        agents: &mut AgentSet,
        ticket: &Ticket,
        expected: Version,
        guard: Guard,
    ) -> Result<(), CommitError> {
        let entry = self.entries.get_mut(&ticket.id).ok_or(CommitError::Conflict)?;
        if entry.now.version != expected {
            return Err(CommitError::Conflict);
        }
        let (from, to) = (entry.now.hold(), ticket.hold());
        if let Some(hold) = to {
            agents.check_guard(guard, hold)?;
            agents.check_slot(hold, ticket.id)?;
        }
        let same_slot = |one: &Hold, other: &Hold| (one.agent, one.slot) == (other.agent, other.slot);
        match (from, to) {
            (Some(from), Some(to)) if same_slot(from, to) => {}
            (from, to) => {
                if let Some(from) = from {
                    agents.release_slot(from);
                }
                entry.agent_queue_position = to.map(|to| agents.take_slot(to, ticket.id, guard));
            }
        }
        if !self.updated.contains(&ticket.id) {
            self.updated.push(ticket.id);
        }
        // A ticket that is queued again has its old position, before others.
        self.reorders |= ticket.state == TicketState::Queued;
        // The other fields of a ticket never change.
        entry.now = Ticket {
            version: ticket.version,
            department: ticket.department,
            category: ticket.category,
            priority: ticket.priority,
            auto: ticket.auto,
            state: ticket.state.clone(),
            former_holders: ticket.former_holders.clone(),
            service: ticket.service.clone(),
            ..entry.now.clone()
        };
        Ok(())
    }

    /// Writes the description of a ticket that was updated.
    pub(crate) fn set_description(&mut self, ticket: &Ticket) {
        self.described.insert(ticket.id, ticket.clone());
    }

    /// Returns true if another ticket comes before a new one, whether it was read or is of this transaction.
    fn is_preceded(&self, ticket: &Ticket) -> bool {
        let precedes = |other: &Ticket| {
            other.state == TicketState::Queued
                && other.auto
                && other.department == ticket.department
                && other.priority <= ticket.priority
                && other.id != ticket.id
        };
        self.first_waiting.get(&ticket.department).is_some_and(|first| *first <= ticket.priority)
            || self.entries.values().any(|entry| precedes(&entry.now))
    }
}
