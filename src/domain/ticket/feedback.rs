//! Transitions of a completed ticket, as its customer wants them: reopening, rating, a comment.
use super::service::{Rating, ServiceRecord, Stars};
use super::{Refusal, Ticket, TicketState, new_hold};
use crate::domain::Time;
use crate::domain::ids::{PersonId, Slot};
use chrono::TimeDelta;
use std::time::Duration;

/// How long after the completion a customer may rate a ticket.
pub const RATING_PERIOD: TimeDelta = TimeDelta::days(7);
/// How long a customer may change the rating, and add a comment, after they rated a ticket.
pub const RATING_CHANGE_PERIOD: TimeDelta = TimeDelta::hours(1);

impl Ticket {
    /// Reopens a ticket that was completed at most `window` ago, as its customer: puts it into the queue at its
    /// old place. `reopened` names the completion. The rating of the completion and its comment end with it.
    pub fn reopen(
        &self,
        by: PersonId,
        reopened: u16,
        (window, now): (Duration, Time),
    ) -> Result<Self, Refusal> {
        self.completion(by, reopened)?;
        if !self.can_be_reopened(window, now) {
            return Err(Refusal::ReopenTooLate);
        }
        let reopened = self.service.reopened.saturating_add(1);
        let service = ServiceRecord { reopened, rating: None };
        Ok(Self { service, ..self.with(TicketState::Queued) })
    }

    /// Reopens it as [`Self::reopen`] does, because of the comment to its rating. The rating and its comment stay
    /// until the next completion.
    pub fn reopen_for_comment(
        &self,
        by: PersonId,
        reopened: u16,
        (window, now): (Duration, Time),
    ) -> Result<Self, Refusal> {
        let after = self.reopen(by, reopened, (window, now))?;
        let service = ServiceRecord { rating: self.service.rating.clone(), ..after.service };
        Ok(Self { service, ..after })
    }

    /// Returns true if it was completed at most `window` ago.
    #[must_use]
    pub fn can_be_reopened(&self, window: Duration, now: Time) -> bool {
        let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
        self.completed_at().is_some_and(|at| now - at <= window)
    }

    /// Returns when it was completed, if that is its state.
    #[must_use]
    pub fn completed_at(&self) -> Option<Time> {
        match &self.state {
            TicketState::Completed { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Returns the reopened ticket with this agent in place of the queue. The version stays: both are one
    /// transition.
    #[must_use]
    pub fn reopened_to(&self, agent: PersonId, slot: Slot, now: Time) -> Self {
        Self { state: TicketState::Held(new_hold(agent, slot, now)), ..self.clone() }
    }

    /// Rates a completed ticket, as its customer. A rating can be changed for a while, and keeps its comment.
    pub fn rate(&self, by: PersonId, reopened: u16, stars: Stars, now: Time) -> Result<Self, Refusal> {
        let completed_at = self.completion(by, reopened)?;
        let rating = match &self.service.rating {
            Some(rating) if now - rating.at > RATING_CHANGE_PERIOD => return Err(Refusal::RatingClosed),
            Some(rating) => Rating { stars, ..rating.clone() },
            None if now - completed_at > RATING_PERIOD => return Err(Refusal::RatingClosed),
            None => Rating { stars, at: now, comment: None },
        };
        Ok(self.with_rating(rating))
    }

    /// Adds a comment to the rating, as the customer, in place of an earlier comment.
    pub fn comment(&self, by: PersonId, comment: String, now: Time) -> Result<Self, Refusal> {
        self.completion(by, self.service.reopened)?;
        match &self.service.rating {
            Some(rating) if now - rating.at <= RATING_CHANGE_PERIOD => {
                Ok(self.with_rating(Rating { comment: Some(comment), ..rating.clone() }))
            }
            _ => Err(Refusal::RatingClosed),
        }
    }

    /// Returns when it was completed. Errors unless `by` is its customer and this completion is its state.
    fn completion(&self, by: PersonId, reopened: u16) -> Result<Time, Refusal> {
        match &self.state {
            _ if by != self.customer => Err(Refusal::NotYours),
            _ if reopened != self.service.reopened => Err(Refusal::Reopened),
            TicketState::Completed { at, .. } => Ok(*at),
            _ => Err(Refusal::State(self.status())),
        }
    }

    fn with_rating(&self, rating: Rating) -> Self {
        let service = ServiceRecord { rating: Some(rating), ..self.service.clone() };
        Self { service, ..self.with(self.state.clone()) }
    }
}

#[cfg(test)]
mod tests;
