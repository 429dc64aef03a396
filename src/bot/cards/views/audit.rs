//! View model of a page of a ticket's audit log.
use crate::domain::event::AuditEvent;
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::number::TicketNumber;
use std::collections::HashMap;

/// Events on one page. The decision record of an assignment takes up to a quarter of a message.
pub const EVENTS_PER_PAGE: u16 = 4;

/// A page of a ticket's audit log.
#[derive(Debug, Clone)]
pub struct AuditView {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: TicketNumber,
    /// The events of the page, oldest first.
    pub events: Vec<AuditEvent>,
    /// The page, from 0, and the number of pages.
    pub page: (u16, u16),
    /// The names of the people in the events.
    pub people: HashMap<PersonId, String>,
    /// The names of all departments.
    pub departments: HashMap<DepartmentId, String>,
}
