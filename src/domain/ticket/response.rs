//! Responses: whether the holder of a ticket has reacted to it, and what became of one who has not.
#[cfg(test)]
mod tests;

use super::{Hold, Refusal, Ticket, TicketState};
use crate::domain::Time;
use crate::domain::ids::PersonId;
use serde::{Deserialize, Serialize};

/// Whether the holder has reacted: opened the ticket, which the first message to the customer does too, or put
/// it on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "response", rename_all = "snake_case")]
pub enum Response {
    /// The holder has reacted, or the hold is from a build that did not count.
    #[default]
    Given,
    /// Not yet.
    Awaited {
        /// Since when.
        since: Time,
    },
    /// Not yet, and they were nudged.
    Nudged {
        /// When.
        at: Time,
    },
}

impl Ticket {
    /// Returns the response of the holder; `Given` while it has none.
    #[must_use]
    pub fn response(&self) -> Response {
        self.hold().map_or(Response::Given, |hold| hold.response)
    }

    /// Returns since when the holder does not react, counted anew from the nudge.
    #[must_use]
    pub fn unanswered_since(&self) -> Option<Time> {
        match self.response() {
            Response::Given => None,
            Response::Awaited { since: at } | Response::Nudged { at } => Some(at),
        }
    }

    /// Returns when the holder was nudged, if they have not reacted since.
    #[must_use]
    pub fn nudged_at(&self) -> Option<Time> {
        match self.response() {
            Response::Nudged { at } => Some(at),
            Response::Given | Response::Awaited { .. } => None,
        }
    }

    /// Records that the holder was nudged. `None` if they have reacted, or were nudged before.
    #[must_use]
    pub fn nudge(&self, now: Time) -> Option<Self> {
        let hold = self.hold().filter(|hold| matches!(hold.response, Response::Awaited { .. }))?;
        Some(self.with(TicketState::Held(Hold { response: Response::Nudged { at: now }, ..hold.clone() })))
    }

    /// Gives it back, as its holder: puts it into the queue at its old place.
    pub fn give_back(&self, by: PersonId, now: Time) -> Result<Self, Refusal> {
        self.held_by(by)?;
        self.release(false, now)
    }
}
