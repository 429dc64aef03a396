//! Bot API JSON of users, chats and messages, for replies and updates.
use serde_json::{Map, Value, json};

use crate::sandbox::chats::entities::Entity;
use crate::sandbox::chats::message::{ANONYMOUS_ADMIN, Attachment, Message, Rendition, Sender};
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::{MediaKind, User};
use crate::sandbox::state::State;

impl State {
    pub(in crate::sandbox) fn bot_json(&self) -> Value {
        json!({"id": self.bot.id, "is_bot": true, "first_name": self.bot.name, "username": self.bot.username})
    }

    pub(in crate::sandbox) fn user_json(&self, id: i64) -> Option<Value> {
        self.users.get(&id).map(|user| {
            let mut json = user_names(user);
            put(&mut json, "id", Some(json!(id)));
            put(&mut json, "is_bot", Some(json!(false)));
            put(&mut json, "language_code", user.language_code.clone().map(Value::from));
            Value::Object(json)
        })
    }

    pub(in crate::sandbox) fn chat_json(&self, id: i64) -> Value {
        match self.users.get(&id) {
            Some(user) => {
                let mut json = user_names(user);
                put(&mut json, "id", Some(json!(id)));
                put(&mut json, "type", Some(json!("private")));
                Value::Object(json)
            }
            None => {
                json!({"id": id, "type": group_type(id), "title": format!("Group {}", id.unsigned_abs())})
            }
        }
    }

    pub(in crate::sandbox) fn message_json(&self, message: &Message) -> Value {
        let mut json = Map::new();
        put(&mut json, "message_id", Some(json!(message.id)));
        put(&mut json, "date", Some(json!(message.date)));
        put(&mut json, "edit_date", message.edit_date.map(Value::from));
        put(&mut json, "chat", Some(self.chat_json(message.chat)));
        let from = match message.sender {
            Sender::Bot => Some(self.bot_json()),
            Sender::User(id) => self.user_json(id),
            Sender::AnonymousAdmin => {
                put(&mut json, "sender_chat", Some(self.chat_json(message.chat)));
                Some(anonymous_admin())
            }
        };
        put(&mut json, "from", from);
        put(&mut json, "message_thread_id", message.thread.map(Value::from));
        put(&mut json, "is_topic_message", message.thread.map(|_| Value::from(true)));
        put(&mut json, "media_group_id", message.media_group_id.clone().map(Value::from));
        put(&mut json, "reply_markup", message.keyboard.clone());
        let original = message.reply_to.and_then(|id| self.message(message.chat, id));
        put(
            &mut json,
            "reply_to_message",
            original.map(|m| self.message_json(&Message { reply_to: None, ..m.clone() })),
        );
        match &message.content {
            Some(content) => json.extend(content.clone()),
            None => self.put_content(&mut json, message),
        }
        json.extend(message.envelope.clone());
        // A null in the envelope of a test leaves the field out.
        json.retain(|name, value| !(value.is_null() && message.envelope.contains_key(name)));
        Value::Object(json)
    }

    /// Returns the message of a press whose message the bot can no longer access.
    pub(in crate::sandbox) fn inaccessible_json(&self, chat: i64, message_id: i64) -> Value {
        json!({"chat": self.chat_json(chat), "message_id": message_id, "date": 0})
    }

    fn put_content(&self, json: &mut Map<String, Value>, message: &Message) {
        let (text, entities) = match &message.attachment {
            Some(attachment) => {
                let (name, value) = self.media_json(attachment);
                // A venue has its location beside it, and a GIF is also a document, for older bots.
                match attachment.kind {
                    MediaKind::Venue => put(json, "location", value.get("location").cloned()),
                    MediaKind::Animation => put(json, "document", Some(value.clone())),
                    _ => {}
                }
                put(json, name, Some(value));
                ("caption", "caption_entities")
            }
            None => ("text", "entities"),
        };
        self.put_text(json, &message.body, text, entities);
    }

    /// Puts a text or caption and its entities into a message, if there are any.
    pub(in crate::sandbox) fn put_text(
        &self,
        json: &mut Map<String, Value>,
        body: &Formatted,
        text: &str,
        entities: &str,
    ) {
        if !body.text.is_empty() {
            put(json, text, Some(json!(body.text)));
        }
        let found: Vec<Value> = body.entities.iter().filter_map(|e| self.entity_json(e)).collect();
        if !found.is_empty() {
            put(json, entities, Some(Value::from(found)));
        }
    }

    fn entity_json(&self, entity: &Entity) -> Option<Value> {
        entity.to_json(|id| self.user_json(id))
    }

    fn media_json(&self, attachment: &Attachment) -> (&'static str, Value) {
        if let Some(data) = &attachment.data {
            return (attachment.kind.field_name(), data.clone());
        }
        match attachment.kind {
            MediaKind::Photo => {
                let size = |r: &Rendition| {
                    Value::Object(self.file_json(r, &[("width", r.width), ("height", r.height)]))
                };
                ("photo", attachment.renditions.iter().map(size).collect())
            }
            kind => {
                let Some(file) = attachment.renditions.last() else { return ("document", Value::Null) };
                let numbers: &[(&str, u32)] = match kind {
                    MediaKind::Voice => &[("duration", 4)],
                    MediaKind::Audio => &[("duration", 180)],
                    MediaKind::VideoNote => &[("duration", 9), ("length", file.width)],
                    MediaKind::Video | MediaKind::Animation => {
                        &[("duration", 12), ("width", file.width), ("height", file.height)]
                    }
                    MediaKind::Sticker => &[("width", file.width), ("height", file.height)],
                    _ => &[],
                };
                let mut json = self.file_json(file, numbers);
                if kind == MediaKind::Sticker {
                    json.extend(sticker_flags());
                } else if kind != MediaKind::VideoNote {
                    put(&mut json, "mime_type", attachment.mime.clone().map(Value::from));
                    let has_name = kind != MediaKind::Voice;
                    put(
                        &mut json,
                        "file_name",
                        attachment.file_name.clone().filter(|_| has_name).map(Value::from),
                    );
                }
                (kind.field_name(), Value::Object(json))
            }
        }
    }

    fn file_json(&self, rendition: &Rendition, numbers: &[(&str, u32)]) -> Map<String, Value> {
        let mut json = Map::new();
        put(&mut json, "file_id", Some(json!(rendition.file_id)));
        if let Some(file) = self.files.get(&rendition.file_id) {
            put(&mut json, "file_unique_id", Some(json!(file.unique_id)));
            put(&mut json, "file_size", Some(json!(file.bytes.len())));
        }
        for (name, number) in numbers {
            put(&mut json, name, Some(json!(number)));
        }
        json
    }
}

pub(in crate::sandbox) fn anonymous_admin() -> Value {
    json!({"id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"})
}

fn group_type(id: i64) -> &'static str {
    if id <= -1_000_000_000_000 { "supergroup" } else { "group" }
}

fn sticker_flags() -> Map<String, Value> {
    let flags = [
        ("type", json!("regular")),
        ("is_animated", json!(false)),
        ("is_video", json!(false)),
        ("emoji", json!("👍")),
    ];
    flags.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn user_names(user: &User) -> Map<String, Value> {
    let mut json = Map::new();
    put(&mut json, "first_name", Some(json!(user.first_name)));
    put(&mut json, "last_name", user.last_name.clone().map(Value::from));
    put(&mut json, "username", user.username.clone().map(Value::from));
    json
}

fn put(json: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        json.insert(name.to_owned(), value);
    }
}
