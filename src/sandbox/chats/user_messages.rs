//! Messages of users with a topic, a reply, a quote or a forward origin; albums; edits.
use serde_json::{Map, Value, json};

use super::message::{Message, NewMessage, Sender};
use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::text::{Formatted, utf16_len};
use crate::sandbox::chats::views::NewMedia;
use crate::sandbox::state::State;

/// A message that a user sends: a text or a file, and its place in the chat.
#[derive(Clone, Debug, Default)]
pub struct UserMessage {
    text: String,
    media: Option<NewMedia>,
    entities: Option<Value>,
    thread: Option<i64>,
    reply_to: Option<i64>,
    envelope: Map<String, Value>,
}

impl UserMessage {
    /// Returns a message with this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Returns a message with this file.
    #[must_use]
    pub fn media(media: NewMedia) -> Self {
        Self { media: Some(media), ..Self::default() }
    }

    /// Sets the formatting: a list of `MessageEntity` in place of what Telegram would detect. Kinds that the
    /// sandbox does not know are kept in the update.
    #[must_use]
    pub fn with_entities(mut self, entities: Value) -> Self {
        self.entities = Some(entities);
        self
    }

    /// Sends it into this topic.
    #[must_use]
    pub fn in_thread(mut self, thread: i64) -> Self {
        self.thread = Some(thread);
        self
    }

    /// Makes it a reply to this message of the chat.
    #[must_use]
    pub fn replying_to(mut self, message_id: i64) -> Self {
        self.reply_to = Some(message_id);
        self
    }

    /// Quotes this part of the message to which it replies, as selected by hand.
    #[must_use]
    pub fn quoting(mut self, text: &str) -> Self {
        self.envelope.insert("quote".to_owned(), json!({"text": text, "position": 0, "is_manual": true}));
        self
    }

    /// Makes it a forward with this `MessageOrigin`.
    #[must_use]
    pub fn forwarded_from(mut self, origin: Value) -> Self {
        self.envelope.insert("forward_origin".to_owned(), origin);
        self
    }
}

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Sends a message from a user to the bot and returns its id.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn send(&self, user: i64, message: UserMessage) -> i64 {
        self.try_send(user, message).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Sends files from a user to the bot as one album, each in a message of its own. Returns the ids.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn send_album(&self, user: i64, parts: Vec<NewMedia>) -> Vec<i64> {
        let album = self.write(State::next_album_id);
        let parts = parts.into_iter().map(|part| NewMedia { media_group_id: Some(album.clone()), ..part });
        parts.map(|part| self.send_media(user, part)).collect()
    }

    /// Edits the text or caption of a user's own message. The bot gets `edited_message`.
    ///
    /// # Panics
    /// If the user has no such message.
    pub fn edit(&self, user: i64, message_id: i64, text: &str) {
        let edited = self.write(|state| state.edit_by_user(user, message_id, text));
        assert!(edited, "user {user} has no message {message_id}");
    }

    pub(in crate::sandbox) fn try_send(&self, user: i64, message: UserMessage) -> Result<i64, UnknownUser> {
        self.write(|state| {
            let mut new = match message.media {
                Some(media) => state.media_message(user, media),
                None => NewMessage::new(user, Sender::User(user), Formatted::typed(&message.text)),
            };
            new.thread = message.thread;
            new.reply_to = message.reply_to;
            new.envelope = message.envelope;
            state.locate_quote(&mut new);
            if let Some(entities) = message.entities {
                let field = if new.attachment.is_some() { "caption_entities" } else { "entities" };
                new.envelope.insert(field.to_owned(), entities);
            }
            state.receive_message(user, new)
        })
    }
}

impl State {
    /// Sets the position of a quote in the original, in UTF-16 units.
    fn locate_quote(&self, new: &mut NewMessage) {
        let original = new.reply_to.and_then(|id| self.message(new.chat, id)).map(|m| m.body.text.as_str());
        let Some(quote) = new.envelope.get_mut("quote") else { return };
        let text = quote.get("text").and_then(Value::as_str).unwrap_or_default();
        let before = original.and_then(|original| Some(original.split_once(text)?.0));
        let position = before.map_or(0, utf16_len);
        if let Some(quote) = quote.as_object_mut() {
            quote.insert("position".to_owned(), json!(position));
        }
    }

    /// Edits a user's own message; returns false if they have no such message.
    pub(in crate::sandbox) fn edit_by_user(&mut self, user: i64, message_id: i64, text: &str) -> bool {
        let own = |message: &&Message| message.sender == Sender::User(user);
        let existing = self.message(user, message_id).filter(|m| !m.deleted);
        let Some(old) = existing.filter(own).cloned() else { return false };
        let mut new =
            Message { body: Formatted::typed(text), edit_date: Some(self.now().timestamp()), ..old };
        if let Some(content) = &mut new.content {
            let field = if content.contains_key("text") { "text" } else { "caption" };
            content.insert(field.to_owned(), json!(text));
            content.remove("entities");
            content.remove("caption_entities");
        }
        new.envelope.remove("entities");
        new.envelope.remove("caption_entities");
        self.put_message(&new);
        self.enqueue_update("edited_message", &self.message_json(&new));
        true
    }
}
