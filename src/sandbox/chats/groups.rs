//! Group messages, and updates that a test repeats.
use super::message::{NewMessage, Sender};
use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::text::Formatted;

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Sends a message from a user to a group, or from an anonymous administrator when `from` is `None`. The
    /// id of a group is negative, -100… is a supergroup. The group is created by its first message. Returns
    /// the message id.
    ///
    /// # Panics
    /// If no user has the id `from`.
    pub fn send_in_group(&self, group: i64, from: Option<i64>, text: &str) -> i64 {
        self.write(|state| {
            let sender = match from {
                Some(id) if state.users.contains_key(&id) => Sender::User(id),
                Some(id) => panic!("{}", UnknownUser(id)),
                None => Sender::AnonymousAdmin,
            };
            state.chats.entry(group).or_default().started = true;
            let message = state.insert_message(NewMessage::new(group, sender, Formatted::typed(text)));
            state.enqueue_update("message", &state.message_json(&message));
            message.id
        })
    }

    /// Queues an earlier update again under its old id, as Telegram does after a lost answer.
    ///
    /// # Panics
    /// If there was no such update.
    pub fn redeliver(&self, update_id: i64) {
        let now = self.now();
        let found = self.write(|state| state.updates.requeue(update_id, now));
        assert!(found, "the sandbox has no earlier update {update_id}");
    }
}
