//! Messages: the stored form, and its view for users.
use serde_json::{Map, Value};

use crate::sandbox::chats::render::safe_html;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::{Button, ChatMessage, Media, MediaKind, Side};

/// The sender id that Telegram shows for an anonymous group administrator.
pub(in crate::sandbox) const ANONYMOUS_ADMIN: i64 = 1_087_968_824;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Sender {
    Bot,
    User(i64),
    AnonymousAdmin,
}

/// One rendition of a file. Photos have several, other files one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Rendition {
    pub(in crate::sandbox) file_id: String,
    pub(in crate::sandbox) width: u32,
    pub(in crate::sandbox) height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Attachment {
    pub(in crate::sandbox) kind: MediaKind,
    /// Sorted by size, smallest first; empty if the content is no file.
    pub(in crate::sandbox) renditions: Vec<Rendition>,
    pub(in crate::sandbox) file_name: Option<String>,
    pub(in crate::sandbox) mime: Option<String>,
    /// The size of the largest rendition in bytes.
    pub(in crate::sandbox) size: usize,
    /// The JSON of a content that is no file, for example a location.
    pub(in crate::sandbox) data: Option<Value>,
}

impl Attachment {
    /// Returns a content that is no file.
    pub(in crate::sandbox) fn of_data(kind: MediaKind, data: Value) -> Self {
        Self { kind, renditions: Vec::new(), file_name: None, mime: None, size: 0, data: Some(data) }
    }

    /// Returns the id of the largest rendition; empty if the content is no file.
    pub(in crate::sandbox) fn file_id(&self) -> &str {
        self.renditions.last().map(|r| r.file_id.as_str()).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Message {
    pub(in crate::sandbox) id: i64,
    pub(in crate::sandbox) chat: i64,
    pub(in crate::sandbox) date: i64,
    pub(in crate::sandbox) edit_date: Option<i64>,
    pub(in crate::sandbox) sender: Sender,
    /// The text, or the caption if the message has an attachment.
    pub(in crate::sandbox) body: Formatted,
    pub(in crate::sandbox) attachment: Option<Attachment>,
    /// A validated, non-empty `InlineKeyboardMarkup`.
    pub(in crate::sandbox) keyboard: Option<Value>,
    pub(in crate::sandbox) media_group_id: Option<String>,
    pub(in crate::sandbox) reply_to: Option<i64>,
    /// The topic (`message_thread_id`).
    pub(in crate::sandbox) thread: Option<i64>,
    /// Fields that describe the message, not its content: the forward origin, a quote.
    pub(in crate::sandbox) envelope: Map<String, Value>,
    /// The content as given by a test, in place of the body and the attachment.
    pub(in crate::sandbox) content: Option<Map<String, Value>>,
    /// The bot's reaction, an emoji.
    pub(in crate::sandbox) reaction: Option<String>,
    /// The user's reactions: a list of `ReactionType`.
    pub(in crate::sandbox) user_reactions: Value,
    pub(in crate::sandbox) deleted: bool,
    /// Whether the bot can no longer access it, although the user still sees it.
    pub(in crate::sandbox) hidden: bool,
}

/// A message that is not yet in its chat: without id and date.
pub(in crate::sandbox) struct NewMessage {
    pub(in crate::sandbox) chat: i64,
    pub(in crate::sandbox) sender: Sender,
    pub(in crate::sandbox) body: Formatted,
    pub(in crate::sandbox) attachment: Option<Attachment>,
    pub(in crate::sandbox) keyboard: Option<Value>,
    pub(in crate::sandbox) media_group_id: Option<String>,
    pub(in crate::sandbox) reply_to: Option<i64>,
    pub(in crate::sandbox) thread: Option<i64>,
    pub(in crate::sandbox) envelope: Map<String, Value>,
    pub(in crate::sandbox) content: Option<Map<String, Value>>,
}

impl NewMessage {
    pub(in crate::sandbox) fn new(chat: i64, sender: Sender, body: Formatted) -> Self {
        Self {
            chat,
            sender,
            body,
            attachment: None,
            keyboard: None,
            media_group_id: None,
            reply_to: None,
            thread: None,
            envelope: Map::new(),
            content: None,
        }
    }
}

impl Message {
    /// Returns the message as users see it.
    pub(in crate::sandbox) fn view(&self, bot_id: i64) -> ChatMessage {
        let (from, from_id) = match self.sender {
            Sender::Bot => (Side::Bot, bot_id),
            Sender::User(id) => (Side::User, id),
            Sender::AnonymousAdmin => (Side::User, ANONYMOUS_ADMIN),
        };
        ChatMessage {
            message_id: self.id,
            date: self.date,
            edit_date: self.edit_date,
            from,
            from_id,
            text: self.body.text.clone(),
            html: safe_html(&self.body),
            media: self.attachment.as_ref().map(|a| Media {
                kind: a.kind,
                file_id: a.file_id().to_owned(),
                file_name: a.file_name.clone(),
                mime: a.mime.clone(),
                size: a.size,
                data: a.data.clone(),
            }),
            keyboard: self.keyboard.as_ref().map(buttons).unwrap_or_default(),
            media_group_id: self.media_group_id.clone(),
            thread: self.thread,
            reply_to: self.reply_to,
            reaction: self.reaction.clone(),
            user_reaction: emoji(&self.user_reactions),
            deleted: self.deleted,
        }
    }
}

/// Returns the first emoji of a list of reactions.
fn emoji(reactions: &Value) -> Option<String> {
    let emoji = reactions.as_array()?.iter().find_map(|reaction| reaction.get("emoji")?.as_str());
    emoji.map(str::to_owned)
}

fn buttons(markup: &Value) -> Vec<Vec<Button>> {
    let text = |b: &Value, name: &str| b.get(name).and_then(Value::as_str).map(str::to_owned);
    let button = |b: &Value| Button {
        text: text(b, "text").unwrap_or_default(),
        callback_data: text(b, "callback_data"),
        url: text(b, "url"),
        web_app: b.get("web_app").and_then(|app| text(app, "url")),
        style: text(b, "style"),
    };
    let rows = markup.get("inline_keyboard").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| row.as_array().into_iter().flatten().map(button).collect()).collect()
}
