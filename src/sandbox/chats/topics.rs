//! Topics (message threads) of a private chat or a forum.
use serde_json::{Value, json};

use super::message::{NewMessage, Sender};
use crate::sandbox::Sandbox;
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::state::{State, Topics};

/// The colour of a topic's icon, one of those that Telegram offers.
const ICON_COLOR: i64 = 7_322_096;

impl Sandbox {
    /// Switches topics in private chats on or off for the bot (default: off): `has_topics_enabled` of
    /// `getMe`, and whether the bot may create topics there.
    pub fn set_topics_enabled(&self, on: bool) {
        self.write(|state| state.set_topics_enabled(on));
    }

    /// Makes the server one that does not know `setMySettings` (before Bot API 10.5), or one that does.
    pub fn set_knows_settings(&self, knows: bool) {
        self.write(|state| state.bot.knows_settings = knows);
    }

    /// Returns the topics of a chat that exist: id and name.
    #[must_use]
    pub fn topics(&self, chat: i64) -> Vec<(i64, String)> {
        self.read(|state| {
            let topics = state.chats.get(&chat).into_iter().flat_map(|found| &found.topics);
            topics.filter_map(|(id, name)| Some((*id, name.clone()?))).collect()
        })
    }

    /// Returns the id of the message of a chat that was pinned last.
    #[must_use]
    pub fn pinned(&self, chat: i64) -> Option<i64> {
        self.read(|state| state.pinned(chat))
    }

    /// Adds a topic to a private chat or a supergroup and returns its `message_thread_id`. The bot gets the
    /// service message of its creation.
    ///
    /// # Panics
    /// If the chat is private and no user has this id.
    #[expect(clippy::must_use_candidate, reason = "called for its effect, too")]
    pub fn add_topic(&self, chat: i64, name: &str) -> i64 {
        self.write(|state| {
            let sender = if chat > 0 { Sender::User(chat) } else { Sender::AnonymousAdmin };
            assert!(chat < 0 || state.users.contains_key(&chat), "no user in the sandbox has the id {chat}");
            state.chats.entry(chat).or_default().started = true;
            let (id, message) = state.create_topic(chat, name, sender);
            state.enqueue_update("message", &message);
            id
        })
    }

    /// Deletes a topic with its messages. Telegram refuses later messages to it.
    pub fn delete_topic(&self, chat: i64, thread: i64) {
        self.write(|state| state.remove_topic(chat, thread));
    }
}

impl State {
    pub(in crate::sandbox) fn set_topics_enabled(&mut self, on: bool) {
        self.bot.has_topics = on;
        self.emit(json!({"type": "bot", "bot": self.bot_info()}));
    }

    /// Creates a topic. Returns its id, which is the id of its first message, and the JSON of that message.
    pub(in crate::sandbox) fn create_topic(&mut self, chat: i64, name: &str, sender: Sender) -> (i64, Value) {
        let created = json!({"forum_topic_created": topic_json(name)});
        let mut new = NewMessage::new(chat, sender, Formatted::default());
        new.content = created.as_object().cloned();
        let mut message = self.insert_message(new);
        message.thread = Some(message.id);
        self.put_message(&message);
        self.chats.entry(chat).or_default().topics.insert(message.id, Some(name.to_owned()));
        self.emit_chat_info(chat);
        (message.id, self.message_json(&message))
    }

    pub(in crate::sandbox) fn remove_topic(&mut self, chat: i64, thread: i64) {
        let Some(found) = self.chats.get_mut(&chat) else { return };
        found.topics.insert(thread, None);
        let messages = found.messages.values_mut().filter(|m| m.thread == Some(thread) && !m.deleted);
        let deleted: Vec<i64> = messages
            .map(|message| {
                message.deleted = true;
                message.id
            })
            .collect();
        for id in deleted {
            self.emit(json!({"type": "deleted", "chat": chat, "message_id": id}));
        }
        self.emit_chat_info(chat);
    }

    /// Returns the topic that a request names. As in Telegram, groups without topics ignore it.
    pub(in crate::sandbox) fn thread(
        &self,
        chat: i64,
        thread: Option<i64>,
    ) -> Result<Option<i64>, BotApiError> {
        let Some(thread) = thread.filter(|id| *id > 0) else { return Ok(None) };
        let topics = self.chats.get(&chat).map(|found| &found.topics);
        if chat < 0 && topics.is_none_or(Topics::is_empty) {
            return Ok(None);
        }
        match topics.and_then(|topics| topics.get(&thread)) {
            Some(Some(_)) => Ok(Some(thread)),
            _ => Err(bad_request("message thread not found")),
        }
    }
}

pub(in crate::sandbox) fn topic_json(name: &str) -> Value {
    json!({"name": name, "icon_color": ICON_COLOR})
}
