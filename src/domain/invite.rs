//! Single-use, expiring links: to become the first admin, or an agent.
use super::Time;
use super::ids::{DepartmentId, PersonId};
use serde::{Deserialize, Serialize};

/// What a link gives to whoever opens it first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The first admin's role.
    Admin,
    /// An agent's role, in these departments.
    Agent(Vec<DepartmentId>),
}

/// A link's code and its fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// The secret in the link: 32 letters and digits, so that `start=claim_<code>` keeps to Telegram's 64.
    pub code: String,
    /// What it gives.
    pub grant: Grant,
    /// The last moment at which it works.
    pub expires_at: Time,
    /// Who used it.
    pub used_by: Option<PersonId>,
}
