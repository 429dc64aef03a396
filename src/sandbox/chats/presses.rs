//! Button presses (callback queries) of users, real and forged.
use serde_json::{Value, json};

use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::state::{Press, State};

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Presses a button of a message in the user's private chat and returns the callback query id. No button
    /// needs to have this data, because clients can forge it.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn press(&self, user: i64, message_id: i64, data: &str) -> String {
        self.press_in(user, user, message_id, data)
    }

    /// Presses a button of a message in any chat, like [`press`](Self::press).
    ///
    /// # Panics
    /// If no user has this id.
    pub fn press_in(&self, chat: i64, user: i64, message_id: i64, data: &str) -> String {
        self.try_press(chat, user, message_id, data).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(in crate::sandbox) fn try_press(
        &self,
        chat: i64,
        user: i64,
        message_id: i64,
        data: &str,
    ) -> Result<String, UnknownUser> {
        self.write(|state| state.press(chat, user, message_id, data))
    }
}

impl State {
    fn press(&mut self, chat: i64, user: i64, message_id: i64, data: &str) -> Result<String, UnknownUser> {
        let from = self.user_json(user).ok_or(UnknownUser(user))?;
        // The ids are as large as Telegram's, so that a bot that stores them in a 32-bit number fails.
        let id = (4_611_686_018_427_000_000_u64 + self.presses.len() as u64).to_string();
        let message: Value = match self.existing_message(chat, message_id) {
            Some(message) => self.message_json(message),
            None => self.inaccessible_json(chat, message_id),
        };
        let query = json!({
            "id": id,
            "from": from,
            "message": message,
            "chat_instance": chat.wrapping_mul(-7_046_029_254_386_353_131).to_string(),
            "data": data,
        });
        self.presses.insert(id.clone(), Press { user, chat, pressed_at: self.now(), answered: false });
        self.enqueue_update("callback_query", &query);
        Ok(id)
    }
}
