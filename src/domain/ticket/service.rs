//! Service record of a ticket: how often its customer reopened it, and the customer's rating of the last
//! completion.
use crate::domain::Time;
use serde::{Deserialize, Serialize};

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

    /// Returns true if the customer was not content.
    #[must_use]
    pub fn is_low(self) -> bool {
        self.0 <= 2
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
    /// How often the customer reopened the ticket. It numbers the completions: a button about one of them
    /// carries it.
    pub reopened: u16,
    /// The rating of the last completion. A reopening ends it, unless its comment reopened the ticket.
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
