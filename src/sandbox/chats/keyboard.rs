//! Keyboards in the place of a phone's: what the bot asked for, and the choice of a person with them.
use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::state::State;
use serde_json::{Map, Value, json};

impl State {
    /// Shows or removes the keyboard of a chat, as the request for a message says.
    pub(in crate::sandbox) fn apply_keyboard(&mut self, chat: i64, params: &Map<String, Value>) {
        let Some(markup) = params.get("reply_markup") else { return };
        let shown = markup.get("keyboard").is_some();
        if !shown && markup.get("remove_keyboard").is_none() {
            return;
        }
        self.chats.entry(chat).or_default().keyboard = shown.then(|| markup.clone());
        self.emit_chat_info(chat);
    }
}

impl Sandbox {
    /// Returns the keyboard in a user's chat with the bot, as the bot sent it.
    #[must_use]
    pub fn keyboard(&self, user: i64) -> Option<Value> {
        self.read(|state| state.chats.get(&user)?.keyboard.clone())
    }

    /// Has a user choose a person with the keyboard's button for that. Returns the message id; `None` without
    /// such a button.
    #[expect(clippy::must_use_candidate, reason = "called for its effect; the id is often not needed")]
    pub fn share_user(&self, user: i64, chosen: i64) -> Option<i64> {
        self.try_share_user(user, chosen).ok().flatten()
    }

    pub(in crate::sandbox) fn try_share_user(
        &self,
        user: i64,
        chosen: i64,
    ) -> Result<Option<i64>, UnknownUser> {
        let Some(request) = self.keyboard(user).as_ref().and_then(person_request).cloned() else {
            return Ok(None);
        };
        let names = request.get("request_name") == Some(&Value::from(true));
        let person = self.read(|state| state.users.get(&chosen).filter(|_| names).cloned());
        let mut shared = Map::from_iter([("user_id".to_owned(), json!(chosen))]);
        if let Some(person) = person {
            shared.insert("first_name".to_owned(), json!(person.first_name));
            shared.extend(person.last_name.map(|name| ("last_name".to_owned(), json!(name))));
        }
        let shared = json!({"request_id": request.get("request_id"), "users": [shared]});
        let message = Map::from_iter([("users_shared".to_owned(), shared)]);
        self.try_send_raw(user, &message).map(Some)
    }
}

/// Returns the request of the first button that lets the user choose people.
fn person_request(keyboard: &Value) -> Option<&Value> {
    let rows = keyboard.get("keyboard")?.as_array()?;
    rows.iter().filter_map(Value::as_array).flatten().find_map(|button| button.get("request_users"))
}
