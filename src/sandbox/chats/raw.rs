//! Updates and messages that a test makes by hand: any JSON, or bytes that are none.
use serde_json::{Map, Value};

use super::message::{Attachment, Message, Sender};
use super::users::UnknownUser;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::entities::Entity;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::MediaKind;
use crate::sandbox::state::State;

/// The fields of a message that say where it comes from. All other fields are its content.
const ENVELOPE_FIELDS: [&str; 36] = [
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "guest_query_id",
    "business_connection_id",
    "chat",
    "forward_origin",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "suggested_post_info",
    "effect_id",
    "reply_markup",
    "ephemeral_message_id",
    "receiver_user",
];

/// The kinds that a message's file or data can have. An animation is also a document, and a venue has a
/// location, so they come first.
const KINDS: [MediaKind; 13] = [
    MediaKind::Animation,
    MediaKind::Venue,
    MediaKind::Photo,
    MediaKind::Document,
    MediaKind::Voice,
    MediaKind::Video,
    MediaKind::Audio,
    MediaKind::Sticker,
    MediaKind::VideoNote,
    MediaKind::Location,
    MediaKind::Contact,
    MediaKind::Dice,
    MediaKind::Poll,
];

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Queues an update as given; a missing `update_id` is added. A `message` in it from a known user becomes a
    /// part of its chat, so that the bot can answer and copy it.
    pub fn deliver_raw(&self, update: Value) {
        let now = self.now();
        self.write(|state| {
            for (kind, is_edit) in [("message", false), ("edited_message", true)] {
                if let Some(Value::Object(message)) = update.get(kind) {
                    state.record_raw(message, is_edit);
                }
            }
            state.updates.enqueue_raw(update, now);
        });
    }

    /// Queues bytes in the place of an update: they need not be JSON, or not even UTF-8. `make` gets the id that
    /// confirms them and returns the bytes. Returns the id.
    pub fn deliver_bytes(&self, make: impl FnOnce(i64) -> Vec<u8>) -> i64 {
        let now = self.now();
        self.write(|state| state.updates.enqueue_bytes(make, now))
    }

    /// Sends a message with these fields from a user to the bot and returns its id. `message_id`, `date`, `chat`
    /// and `from` are added if they are missing, and left out if they are null.
    ///
    /// # Panics
    /// If no user has this id, or `message` is no object.
    pub fn send_raw(&self, user: i64, message: Value) -> i64 {
        let Value::Object(message) = message else { panic!("the message is no JSON object") };
        self.try_send_raw(user, &message).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(in crate::sandbox) fn try_send_raw(
        &self,
        user: i64,
        message: &Map<String, Value>,
    ) -> Result<i64, UnknownUser> {
        self.write(|state| {
            state.set_blocked(user, false)?;
            let message = state.raw_message(user, message);
            state.chats.entry(message.chat).or_default().started = true;
            state.put_message(&message);
            state.enqueue_update("message", &state.message_json(&message));
            Ok(message.id)
        })
    }
}

impl State {
    /// Puts the message of an update that is queued as given into its chat. An edit needs a message there.
    fn record_raw(&mut self, given: &Map<String, Value>, is_edit: bool) {
        let id_of = |name: &str| given.get(name).and_then(|v| v.get("id")).and_then(Value::as_i64);
        let (Some(user), Some(_)) = (id_of("from").filter(|id| self.users.contains_key(id)), id_of("chat"))
        else {
            return;
        };
        let id = given.get("message_id").and_then(Value::as_i64).filter(|id| *id > 0);
        let is_new = |id: i64| id_of("chat").is_some_and(|chat| self.message(chat, id).is_none());
        if id.is_some_and(|id| !is_edit || !is_new(id)) {
            let message = self.raw_message(user, given);
            self.chats.entry(message.chat).or_default().started = true;
            self.put_message(&message);
        }
    }

    fn raw_message(&mut self, user: i64, given: &Map<String, Value>) -> Message {
        let int = |name: &str| given.get(name).and_then(Value::as_i64);
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
        let (envelope, content): (Map<_, _>, Map<_, _>) =
            given.clone().into_iter().partition(|(name, _)| ENVELOPE_FIELDS.contains(&name.as_str()));
        let (source, entities) =
            if content.contains_key("text") { ("text", "entities") } else { ("caption", "caption_entities") };
        let body = Formatted {
            text: text(source).unwrap_or_default(),
            entities: content.get(entities).map(Entity::list_from_json).unwrap_or_default(),
        };
        Message {
            id: int("message_id").filter(|id| *id > 0).unwrap_or_else(|| self.next_message_id()),
            chat: given.get("chat").and_then(|c| c.get("id")).and_then(Value::as_i64).unwrap_or(user),
            date: int("date").unwrap_or_else(|| self.now().timestamp()),
            edit_date: int("edit_date"),
            sender: Sender::User(user),
            body,
            attachment: KINDS.into_iter().find_map(|kind| self.adopt(kind, content.get(kind.field_name())?)),
            keyboard: given.get("reply_markup").cloned(),
            media_group_id: text("media_group_id"),
            reply_to: given.get("reply_to_message").and_then(|m| m.get("message_id")?.as_i64()),
            thread: int("message_thread_id"),
            envelope,
            content: Some(content),
            reaction: None,
            user_reactions: Value::Null,
            deleted: false,
            hidden: false,
        }
    }

    /// Returns the attachment in a given message. Its file gets a place in the store, without bytes, so that the
    /// bot can send it again.
    fn adopt(&mut self, kind: MediaKind, json: &Value) -> Option<Attachment> {
        let file = json.as_array().map_or(Some(json), |sizes| sizes.last())?;
        match file.get("file_id").and_then(Value::as_str) {
            Some(id) => Some(self.files.adopt(kind, id, file)),
            None if json.is_object() => Some(Attachment::of_data(kind, json.clone())),
            None => None,
        }
    }
}
