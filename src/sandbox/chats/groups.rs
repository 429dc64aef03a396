//! Groups that the bot sits in, and updates made by hand.
use serde_json::Value;

use super::message::Sender;
use super::state::Draft;
use crate::sandbox::Sandbox;
use crate::sandbox::bot_api::text::Formatted;

#[expect(clippy::must_use_candidate, reason = "called for what they do; the ids are often of no interest")]
impl Sandbox {
    /// Somebody writes in a group (a negative id; -100… is a supergroup), or an anonymous administrator when
    /// `from` is `None`. The group appears with its first message. Returns the message's id.
    ///
    /// # Panics
    /// When nobody has the id `from`.
    pub fn send_in_group(&self, group: i64, from: Option<i64>, text: &str) -> i64 {
        self.write(|state| {
            let sender = match from {
                Some(id) if state.people.contains_key(&id) => Sender::Person(id),
                Some(id) => panic!("{}", super::people::Nobody(id)),
                None => Sender::AnonymousAdmin,
            };
            state.chats.entry(group).or_default().started = true;
            let message = state.write(Draft::new(group, sender, Formatted::typed(text)));
            state.tell_bot("message", &state.message_json(&message));
            message.id
        })
    }

    /// Delivers an update made by hand; `update_id` is added when it is missing.
    pub fn deliver_raw(&self, update: Value) {
        let now = self.now();
        self.write(|state| state.inbox.queue_raw(update, now));
    }

    /// Delivers an earlier update once more under its old id, as Telegram does when an answer was lost.
    ///
    /// # Panics
    /// When there was no such update.
    pub fn redeliver(&self, update_id: i64) {
        let now = self.now();
        let known = self.write(|state| state.inbox.queue_again(update_id, now));
        assert!(known, "the sandbox never delivered an update {update_id}");
    }
}
