//! Service record of a ticket: when its agent first answered, how often its customer reopened it, and the
//! customer's rating of the last completion. The record holds the transitions of a completed ticket.
use super::{Refusal, Ticket, TicketState, new_hold};
use crate::domain::Time;
use crate::domain::ids::{PersonId, Slot};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long after the completion a customer may rate a ticket.
pub const RATING_PERIOD: TimeDelta = TimeDelta::days(7);
/// How long a customer may change the rating, and add a comment, after they rated a ticket.
pub const RATING_CHANGE_PERIOD: TimeDelta = TimeDelta::hours(1);

/// A rating: 1 … 5 stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Stars(u8);

impl Stars {
    /// All ratings, worst first.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// Returns a rating, or `None` outside 1 … 5.
    #[must_use]
    pub fn new(stars: u8) -> Option<Self> {
        (1..=5).contains(&stars).then_some(Self(stars))
    }

    /// Returns the number of stars.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = String;
    fn try_from(stars: u8) -> Result<Self, String> {
        Self::new(stars).ok_or_else(|| format!("a rating is 1 to 5, not {stars}"))
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> Self {
        stars.0
    }
}

/// A customer's rating of a completed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The stars.
    pub stars: Stars,
    /// When the customer first rated the ticket.
    pub at: Time,
    /// The customer's comment, cleaned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What is known of the service that a ticket got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceRecord {
    /// When an agent answered the customer for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_answered_at: Option<Time>,
    /// How often the customer reopened the ticket. It numbers the completions: a button about one of them
    /// carries it.
    pub reopened: u16,
    /// The rating of the last completion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

impl ServiceRecord {
    /// Returns true if nothing is known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Ticket {
    /// Records that its agent answered the customer. `None` if one has answered before; the record keeps the
    /// first time.
    #[must_use]
    pub fn first_answered(&self, at: Time) -> Option<Self> {
        let is_first = self.service.first_answered_at.is_none();
        let service = || ServiceRecord { first_answered_at: Some(at), ..self.service.clone() };
        is_first.then(|| Self { service: service(), ..self.with(self.state.clone()) })
    }

    /// Reopens a ticket that was completed at most `window` ago, as its customer: puts it into the queue at its
    /// old place. `reopened` names the completion. The rating of the completion ends with it.
    pub fn reopen(
        &self,
        by: PersonId,
        reopened: u16,
        (window, now): (Duration, Time),
    ) -> Result<Self, Refusal> {
        let completed_at = self.completion(by, reopened)?;
        let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
        if now - completed_at > window {
            return Err(Refusal::ReopenTooLate);
        }
        let reopened = self.service.reopened.saturating_add(1);
        let service = ServiceRecord { reopened, rating: None, ..self.service.clone() };
        Ok(Self { service, ..self.with(TicketState::Queued) })
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
