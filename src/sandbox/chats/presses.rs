//! Button presses (callback queries) of users, real and forged.
use serde_json::json;

use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::views::PressMode;
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

    /// Sets the way in which the bot gets presses.
    pub fn set_press_mode(&self, mode: PressMode) {
        self.write(|state| state.press_mode = mode);
    }

    /// Makes a message inaccessible to the bot, as Telegram does with old ones. The user still sees it and can
    /// press its buttons.
    pub fn hide_from_bot(&self, chat: i64, message_id: i64) {
        self.write(|state| {
            let messages = state.chats.get_mut(&chat).map(|found| &mut found.messages);
            if let Some(message) = messages.and_then(|messages| messages.get_mut(&message_id)) {
                message.hidden = true;
            }
        });
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
        let (subject, value) = match (self.existing_message(chat, message_id), self.press_mode) {
            (_, PressMode::Inline) | (None, PressMode::Auto) => {
                ("inline_message_id", json!(inline_message_id(chat, message_id)))
            }
            (Some(message), _) => ("message", self.message_json(message)),
            (None, PressMode::Message) => ("message", self.inaccessible_json(chat, message_id)),
        };
        let query = json!({
            "id": id,
            "from": from,
            subject: value,
            "chat_instance": chat.wrapping_mul(-7_046_029_254_386_353_131).to_string(),
            "data": data,
        });
        self.presses.insert(id.clone(), Press { user, chat, pressed_at: self.now(), answered: false });
        self.enqueue_update("callback_query", &query);
        Ok(id)
    }
}

/// Returns the id by which the bot edits a message without access to its chat.
fn inline_message_id(chat: i64, message_id: i64) -> String {
    format!("BAAA.{chat}.{message_id}")
}

/// Returns the chat and the id of the message that this inline id names.
pub(in crate::sandbox) fn parse_inline_message_id(id: &str) -> Option<(i64, i64)> {
    let (chat, message_id) = id.strip_prefix("BAAA.")?.split_once('.')?;
    Some((chat.parse().ok()?, message_id.parse().ok()?))
}
