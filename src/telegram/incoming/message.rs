//! Messages as the desk reads them.
use super::content::{content_value, kind_of};
use super::entities::formatted;
use super::json::{flag, integer, message_id, text, time};
use super::origin::{ExternalReply, ForwardOrigin, Reply, person_name};
use super::shared_user::SharedUser;
use super::words::words;
use crate::domain::Time;
use crate::domain::content::ContentKind;
use crate::domain::ids::{ChatId, TelegramId};
use crate::domain::text::formatted::FormattedText;
use serde_json::Value;

pub use super::content::{Content, MessageKind};

/// A chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncomingChat {
    /// Its id.
    pub id: ChatId,
    /// True for the chat of one person with the bot.
    pub is_private: bool,
}

/// The sender of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingUser {
    /// Their Telegram id.
    pub id: TelegramId,
    /// True for a bot.
    pub is_bot: bool,
    /// Their first and last name; may be empty.
    pub name: String,
    /// Their username.
    pub username: Option<String>,
    /// The IETF tag of their language.
    pub language_code: Option<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// Telegram's id of the message.
    pub message_id: i32,
    /// When it was sent.
    pub date: Option<Time>,
    /// When it was edited last.
    pub edited_at: Option<Time>,
    /// Its chat.
    pub chat: IncomingChat,
    /// Its sender.
    pub from: Option<IncomingUser>,
    /// The topic that it was sent to.
    pub thread: Option<i32>,
    /// The album that it is part of.
    pub album: Option<String>,
    /// Its text, or the caption of its content.
    pub text: FormattedText,
    /// Words inside its content, such as the question of a poll.
    pub words: String,
    /// What it is.
    pub kind: MessageKind,
    /// The message of this chat that it replies to.
    pub reply: Option<Reply>,
    /// What it quotes of the message that it replies to.
    pub quote: Option<FormattedText>,
    /// The message of another chat that it replies to.
    pub external_reply: Option<ExternalReply>,
    /// The origin of what was forwarded.
    pub forward_origin: Option<ForwardOrigin>,
    /// The bot whose inline mode wrote it for the sender.
    pub via_bot: Option<TelegramId>,
    /// Its raw JSON, if its content is of a kind that this build does not know.
    pub raw: Option<String>,
    /// The person whom its sender chose with the button of a keyboard.
    pub shared_user: Option<SharedUser>,
    /// The supergroup that its group has become.
    pub migrate_to: Option<i64>,
}

impl IncomingChat {
    /// Reads a chat.
    pub(super) fn read(chat: &Value) -> Option<Self> {
        let id = integer(chat, "id")?;
        let is_private = text(chat, "type").map_or(id > 0, |kind| kind == "private");
        Some(Self { id: ChatId(id), is_private })
    }
}

impl IncomingUser {
    /// Reads a user.
    pub(super) fn read(user: &Value) -> Option<Self> {
        Some(Self {
            id: TelegramId(integer(user, "id").filter(|id| *id > 0)?),
            is_bot: flag(user, "is_bot"),
            name: person_name(user).unwrap_or_default(),
            username: text(user, "username").map(str::to_owned),
            language_code: text(user, "language_code").map(str::to_owned),
        })
    }
}

impl IncomingMessage {
    /// Reads a message. Returns `None` if it has no id or no chat.
    pub fn read(message: &Value) -> Option<Self> {
        let chat = IncomingChat::read(message.get("chat")?)?;
        let kind = kind_of(message);
        let text = formatted(message, "text", "entities");
        let inner = match &kind {
            MessageKind::Content(Some(content)) => {
                content_value(message, &content.kind).map(|value| words(&content.kind, value))
            }
            _ => None,
        };
        Some(Self {
            message_id: message_id(message, "message_id")?,
            date: time(message, "date"),
            edited_at: time(message, "edit_date"),
            chat,
            from: message.get("from").and_then(IncomingUser::read),
            thread: thread(message, chat),
            album: super::json::text(message, "media_group_id").map(str::to_owned),
            text: text.or_else(|| formatted(message, "caption", "caption_entities")).unwrap_or_default(),
            words: inner.unwrap_or_default(),
            raw: is_unknown(&kind).then(|| message.to_string()),
            kind,
            reply: Reply::read(message),
            quote: message.get("quote").and_then(|quote| formatted(quote, "text", "entities")),
            external_reply: ExternalReply::read(message),
            forward_origin: ForwardOrigin::read(message, "forward_origin"),
            via_bot: message.get("via_bot").and_then(|bot| integer(bot, "id")).map(TelegramId),
            shared_user: SharedUser::read(message),
            migrate_to: integer(message, "migrate_to_chat_id"),
        })
    }

    /// Returns the content besides the text, if there is one.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        match &self.kind {
            MessageKind::Content(content) => content.as_ref(),
            MessageKind::Service(_) => None,
        }
    }

    /// Returns true if it is a note of Telegram, not of a person.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.kind, MessageKind::Service(_))
    }

    /// Returns the text of a message that has no other content.
    #[must_use]
    pub fn plain_text(&self) -> Option<&str> {
        matches!(self.kind, MessageKind::Content(None)).then_some(self.text.text.as_str())
    }
}

fn is_unknown(kind: &MessageKind) -> bool {
    matches!(kind, MessageKind::Content(Some(Content { kind: ContentKind::Other(_), .. })))
}

/// Returns the topic of a message. In a group the field also names the thread of replies, to which nothing
/// can be sent.
pub(super) fn thread(message: &Value, chat: IncomingChat) -> Option<i32> {
    let is_topic = chat.is_private || flag(message, "is_topic_message");
    message_id(message, "message_thread_id").filter(|_| is_topic)
}
