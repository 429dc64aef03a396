//! Topic mode: whether the bot has topics in private chats, and which chats refused one a while ago.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// How long no topic is created in a chat that refused one.
const REFUSAL_RETRY_DELAY: TimeDelta = TimeDelta::minutes(10);

/// The topic mode of the bot.
#[derive(Debug, Default)]
pub struct TopicMode {
    is_enabled: AtomicBool,
    refused: Mutex<HashMap<ChatId, Time>>,
}

impl TopicMode {
    /// Takes over what `getMe` has answered. Servers before Bot API 9.3 leave the field out.
    pub fn learn(&self, me: &Value) {
        let is_enabled = me.get("has_topics_enabled").and_then(Value::as_bool).unwrap_or_default();
        self.is_enabled.store(is_enabled, Ordering::SeqCst);
    }

    /// Returns true if private chats with the bot have topics.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.is_enabled.load(Ordering::SeqCst)
    }

    /// Returns true if a topic may be created in this chat.
    #[must_use]
    pub fn may_create(&self, chat: ChatId, now: Time) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_enabled() && refused.get(&chat).is_none_or(|at| now - *at >= REFUSAL_RETRY_DELAY)
    }

    /// Records that a chat refused a topic, so that its messages go to the chat itself for a while.
    pub fn refuse(&self, chat: ChatId, now: Time) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, at| now - *at < REFUSAL_RETRY_DELAY);
        refused.insert(chat, now);
    }
}
