//! Ban of a customer: an admin's decision that the desk takes no more messages from them.
use crate::domain::Time;
use crate::domain::ids::PersonId;
use serde::{Deserialize, Serialize};

/// A ban.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// When it began.
    pub at: Time,
    /// The admin.
    pub by: PersonId,
    /// The reason, for the admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the customer was told. They are told once, when they write.
    #[serde(default)]
    pub notified: bool,
}
