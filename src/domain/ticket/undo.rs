//! Undo of a cancellation, for a minute.
use super::{Refusal, Ticket, TicketState};
use crate::domain::Time;
use crate::domain::draft::UNDO_PERIOD;
use crate::domain::ids::PersonId;

impl Ticket {
    /// Puts a ticket that its customer cancelled a moment ago back into the queue, at its old place: its arrival
    /// number does not change.
    pub fn undo_cancel(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        match &self.state {
            _ if by != self.customer => Err(Refusal::NotYours),
            // Cancelled by somebody else, who had a reason.
            TicketState::Cancelled { by: other, .. } if *other != by => Err(Refusal::State(self.status())),
            TicketState::Cancelled { at, .. } if now - *at >= UNDO_PERIOD => Err(Refusal::UndoTooLate),
            // Its customer had it erased since.
            _ if self.description.is_empty() => Err(Refusal::UndoTooLate),
            TicketState::Cancelled { .. } => Ok(self.with(TicketState::Queued)),
            _ => Err(Refusal::State(self.status())),
        }
    }
}
