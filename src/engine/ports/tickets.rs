//! Ticket store: commits of changes, and queries over tickets, queues and audit events.
use super::{Change, CommitError, Committed, StoreError};
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, DepartmentId, PersonId, Slot, TicketId};
use crate::domain::number::TicketNumber;
use crate::domain::policy::Settings;
use crate::domain::ticket::{Priority, Ticket};
use async_trait::async_trait;
use std::collections::HashMap;

/// Records that the engine reads before it opens a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningContext {
    /// The ticket's department, if it exists.
    pub department: Option<Department>,
    /// The settings.
    pub settings: Settings,
    /// Number of tickets ahead of a new one: its position is the next.
    pub ahead: u64,
}

/// Number of queued tickets per department.
pub type QueueDepths = HashMap<DepartmentId, u64>;

/// A queued ticket, as the incident monitor needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingTicket {
    /// The ticket.
    pub id: TicketId,
    /// When it was opened, to the millisecond.
    pub opened_at: Time,
}

/// The slot that a held ticket takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldSlot {
    /// The holder.
    pub agent: PersonId,
    /// The slot.
    pub slot: Slot,
    /// The ticket.
    pub ticket: TicketId,
}

/// The tickets, the queues of the departments and the audit events, and the commit of a [`Change`] of any
/// record.
#[async_trait]
pub trait TicketStore: Send + Sync + 'static {
    /// Commits each change by itself, atomically and in this order, with one wait for durability for all of
    /// them. Returns one result per change.
    async fn commit(&self, changes: Vec<Change>) -> Vec<Result<Committed, CommitError>>;

    /// Returns the ticket with this id.
    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError>;
    /// Returns the ticket with this number.
    async fn ticket_by_number(&self, number: &TicketNumber) -> Result<Option<Ticket>, StoreError>;
    /// Returns the ticket that was opened with this idempotency key.
    async fn ticket_by_key(&self, key: &str) -> Result<Option<Ticket>, StoreError>;
    /// Returns the open tickets (not completed or cancelled) whose number ends with `suffix` (upper case),
    /// oldest first, at most `limit`.
    async fn tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// Returns the ended tickets whose number ends with `suffix` (upper case, at least four characters: a shorter
    /// one finds nothing), newest first, at most `limit`. The cost does not follow the number of ended tickets.
    async fn ended_tickets_by_suffix(&self, suffix: &str, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// Returns all open tickets of a customer, oldest first, then the ended ones, newest first, as long as these are
    /// at most `limit` tickets together.
    async fn tickets_of(&self, customer: PersonId, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// Returns the records that the engine reads before it opens a ticket in a department. Should need one
    /// round trip.
    async fn opening_context(
        &self,
        department: DepartmentId,
        priority: Priority,
    ) -> Result<OpeningContext, StoreError>;
    /// Returns the tickets that an agent holds, ordered by time of assignment, then by arrival.
    async fn held_by(&self, agent: PersonId) -> Result<Vec<Ticket>, StoreError>;
    /// Returns every held ticket.
    async fn all_held(&self) -> Result<Vec<Ticket>, StoreError>;
    /// Returns the slot of every held ticket, in no order. Should not read the tickets' content.
    async fn held_slots(&self) -> Result<Vec<HeldSlot>, StoreError>;
    /// Returns the first `limit` tickets with a time at which the engine resumes them, earliest first. The cost
    /// does not depend on how many there are.
    async fn snoozed(&self, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// Returns a page, by offset and limit, of the tickets whose holder has not reacted yet: with `nudged` those
    /// whose holder was nudged, else the others. Those come first that wait longest.
    async fn unanswered(&self, nudged: bool, page: (usize, usize)) -> Result<Vec<Ticket>, StoreError>;
    /// Returns the first `limit` queued tickets of a department in queue order. With `auto` it returns only
    /// those that the engine may assign. The cost does not depend on the queue's depth.
    async fn queue_head(
        &self,
        department: DepartmentId,
        auto: bool,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError>;
    /// Returns a page of the queue over these departments, ordered by priority, then arrival.
    async fn queue_page(
        &self,
        departments: &[DepartmentId],
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError>;
    /// Returns a page of the queue of the whole desk, ordered by priority, then arrival. The cost does not depend
    /// on the number of departments.
    async fn desk_queue_page(&self, offset: usize, limit: usize) -> Result<Vec<Ticket>, StoreError>;
    /// Returns the queued ticket of a priority that arrived first, in a department or on the whole desk. The cost
    /// does not depend on the queue's depth.
    async fn oldest_waiting(
        &self,
        department: Option<DepartmentId>,
        priority: Priority,
    ) -> Result<Option<WaitingTicket>, StoreError>;
    /// Returns the number of queued tickets of each department. The cost does not depend on the depths.
    async fn depths(&self) -> Result<QueueDepths, StoreError>;
    /// Returns the number of queued tickets of the whole desk.
    async fn waiting_count(&self) -> Result<u64, StoreError>;
    /// Returns a queued ticket's position in its department, from 1. At the tail of its priority the cost
    /// does not depend on the queue's depth.
    async fn position(
        &self,
        department: DepartmentId,
        priority: Priority,
        arrival: Arrival,
    ) -> Result<u64, StoreError>;
    /// Returns the audit events of a ticket, oldest first.
    async fn history(&self, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError>;
    /// Returns how many tickets an agent was assigned and how many they completed since `from`.
    async fn assignment_counts(&self, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError>;
}
