//! Origins of a message: the sender of a forwarded one, and what a message replies to.
use super::content::{Content, known_content};
use super::entities::formatted;
use super::json::{flag, message_id, text};
use crate::domain::ids::TelegramId;
use crate::domain::text::formatted::FormattedText;
use serde_json::Value;

/// The origin of a forwarded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardOrigin {
    /// The name of the person, group or channel; empty if Telegram does not say it.
    pub name: String,
    /// The person, if Telegram discloses them.
    pub user: Option<TelegramId>,
}

/// The message of this chat that a message replies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Telegram's id of the message.
    pub message_id: i32,
    /// True if the bot sent it.
    pub from_bot: bool,
    /// Its text or caption.
    pub text: FormattedText,
}

/// The message of another chat that a message replies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalReply {
    /// Its sender.
    pub origin: Option<ForwardOrigin>,
    /// Its content, if it is of a known kind.
    pub content: Option<Content>,
}

impl ForwardOrigin {
    /// Reads the field `field` of a message.
    pub(super) fn read(message: &Value, field: &str) -> Option<Self> {
        let origin = message.get(field)?;
        let chat = ["sender_chat", "chat"].iter().find_map(|field| origin.get(field));
        let title =
            chat.and_then(|chat| text(chat, "title").map(str::to_owned).or_else(|| person_name(chat)));
        let hidden = || text(origin, "sender_user_name").map(str::to_owned);
        let user = origin.get("sender_user");
        let name = user.and_then(person_name).or(title).or_else(hidden);
        let user = user.and_then(|user| user.get("id")?.as_i64()).map(TelegramId);
        Some(Self { name: name.unwrap_or_default(), user })
    }
}

impl Reply {
    /// Reads `reply_to_message` of a message.
    pub(super) fn read(message: &Value) -> Option<Self> {
        let reply = message.get("reply_to_message")?;
        let text = formatted(reply, "text", "entities");
        Some(Self {
            message_id: message_id(reply, "message_id")?,
            from_bot: reply.get("from").is_some_and(|from| flag(from, "is_bot")),
            text: text.or_else(|| formatted(reply, "caption", "caption_entities")).unwrap_or_default(),
        })
    }
}

impl ExternalReply {
    /// Reads `external_reply` of a message.
    pub(super) fn read(message: &Value) -> Option<Self> {
        let reply = message.get("external_reply")?;
        Some(Self { origin: ForwardOrigin::read(reply, "origin"), content: known_content(reply) })
    }
}

/// Returns the first and last name of a user or private chat.
pub(super) fn person_name(person: &Value) -> Option<String> {
    let names = ["first_name", "last_name"].iter().filter_map(|field| text(person, field));
    let name = names.collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}
