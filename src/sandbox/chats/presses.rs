//! Presses of buttons, real and forged, and their answers.
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::people::Nobody;
use super::state::State;
use crate::sandbox::Sandbox;

/// After this a press can no longer be answered.
const ANSWERABLE: TimeDelta = TimeDelta::seconds(15);

/// A press that the bot was told of.
pub(in crate::sandbox) struct Press {
    pub(in crate::sandbox) user: i64,
    pub(in crate::sandbox) chat: i64,
    at: DateTime<Utc>,
    pub(in crate::sandbox) answered: bool,
}

impl Press {
    pub(in crate::sandbox) fn answerable(&self, now: DateTime<Utc>) -> bool {
        !self.answered && now - self.at <= ANSWERABLE
    }
}

#[expect(clippy::must_use_candidate, reason = "called for what they do; the ids are often of no interest")]
impl Sandbox {
    /// The person presses a button under a message of their own chat. The data need not be on any button:
    /// clients can forge it. Returns the callback query's id.
    ///
    /// # Panics
    /// When nobody has this id.
    pub fn press(&self, user: i64, message_id: i64, data: &str) -> String {
        self.press_in(user, user, message_id, data)
    }

    /// The person presses a button under a message of any chat.
    ///
    /// # Panics
    /// When nobody has this id.
    pub fn press_in(&self, chat: i64, user: i64, message_id: i64, data: &str) -> String {
        self.try_press(chat, user, message_id, data).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(in crate::sandbox) fn try_press(
        &self,
        chat: i64,
        user: i64,
        message_id: i64,
        data: &str,
    ) -> Result<String, Nobody> {
        self.write(|state| state.press(chat, user, message_id, data))
    }
}

impl State {
    fn press(&mut self, chat: i64, user: i64, message_id: i64, data: &str) -> Result<String, Nobody> {
        let from = self.user_json(user).ok_or(Nobody(user))?;
        // Ids look as large as Telegram's, so that nobody squeezes them into too small a number.
        let id = (4_611_686_018_427_000_000_u64 + self.presses.len() as u64).to_string();
        let message: Value = match self.living(chat, message_id) {
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
        self.presses.insert(id.clone(), Press { user, chat, at: self.now(), answered: false });
        self.tell_bot("callback_query", &query);
        Ok(id)
    }
}
