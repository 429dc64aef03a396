//! Invitations: single-use links that expire and make a person the first admin or an agent.
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use serde::{Deserialize, Serialize};

/// The length of a code in characters. 32 of 54 characters are 184 bits.
pub const CODE_LENGTH: usize = 32;

/// The role that a link grants to the first person who opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The role of the first admin.
    Admin,
    /// The role of an agent, in these departments.
    Agent(Vec<DepartmentId>),
}

/// The code of a link, and whether it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// The secret in the link. It has 32 letters and digits, so that `start=claim_<code>` fits Telegram's
    /// limit of 64 characters.
    pub code: String,
    /// The role that it grants.
    pub grant: Grant,
    /// The last moment at which it is valid.
    pub expires_at: Time,
    /// The person who used it.
    pub used_by: Option<PersonId>,
    /// The admin who created it; `None` for the claim of the first admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<PersonId>,
}
