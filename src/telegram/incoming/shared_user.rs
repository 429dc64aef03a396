//! A person whom the sender of a message chose with the button of a keyboard.
use super::json::{elements, integer};
use super::origin::person_name;
use crate::domain::ids::TelegramId;
use serde_json::Value;

/// A person whom somebody chose from their contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedUser {
    /// The number of the request, as in the button.
    pub request: i32,
    /// The person.
    pub id: TelegramId,
    /// Their first and last name, if Telegram says it.
    pub name: Option<String>,
}

impl SharedUser {
    /// Reads the first user of `users_shared`, if the message has it.
    pub(super) fn read(message: &Value) -> Option<Self> {
        let shared = message.get("users_shared")?;
        let user = elements(shared, "users").first()?;
        Some(Self {
            request: i32::try_from(integer(shared, "request_id")?).ok()?,
            id: TelegramId(integer(user, "user_id").filter(|id| *id > 0)?),
            name: person_name(user).filter(|name| !name.is_empty()),
        })
    }
}
