//! Reactions of users to messages.
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::sandbox::state::State;

impl Sandbox {
    /// Sets the reactions of a user to a message of their chat: a list of `ReactionType`.
    ///
    /// # Panics
    /// If the chat has no such message.
    pub fn react(&self, user: i64, message_id: i64, reactions: &Value) {
        let found = self.write(|state| state.react(user, message_id, reactions));
        assert!(found, "user {user} has no message {message_id}");
    }

    /// Sets the reaction of a user to a message of their chat to an emoji, or removes it.
    ///
    /// # Panics
    /// If the chat has no such message.
    pub fn react_with(&self, user: i64, message_id: i64, emoji: Option<&str>) {
        self.react(user, message_id, &reaction_list(emoji));
    }
}

impl State {
    /// Returns false if there is no such message.
    pub(in crate::sandbox) fn react(&mut self, user: i64, message_id: i64, reactions: &Value) -> bool {
        let (Some(from), Some(message)) = (self.user_json(user), self.existing_message(user, message_id))
        else {
            return false;
        };
        let mut message = message.clone();
        let old = std::mem::replace(&mut message.user_reactions, reactions.clone());
        let old = if old.is_null() { json!([]) } else { old };
        let update = json!({
            "chat": self.chat_json(user), "message_id": message_id, "user": from, "date": self.now().timestamp(),
            "old_reaction": old, "new_reaction": reactions,
        });
        self.put_message(&message);
        self.enqueue_update("message_reaction", &update);
        true
    }
}

/// Returns the list with this emoji, or the empty one.
pub(in crate::sandbox) fn reaction_list(emoji: Option<&str>) -> Value {
    emoji.iter().map(|emoji| json!({"type": "emoji", "emoji": emoji})).collect()
}
