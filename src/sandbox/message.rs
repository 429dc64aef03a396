//! A message as the sandbox keeps it, and as the person sees it.
use serde_json::Value;

use super::render::safe_html;
use super::shapes::{Button, ChatMessage, Media, MediaKind, Side};
use super::text::Formatted;

/// The id under which Telegram shows a group administrator who stays anonymous.
pub(super) const ANONYMOUS_ADMIN: i64 = 1_087_968_824;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Bot,
    Person(i64),
    AnonymousAdmin,
}

/// One rendition of a file: photos have several, everything else one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendition {
    pub(super) file_id: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    pub(super) kind: MediaKind,
    /// Smallest first; empty for locations and contacts.
    pub(super) renditions: Vec<Rendition>,
    pub(super) file_name: Option<String>,
    pub(super) mime: Option<String>,
    /// Bytes of the largest rendition.
    pub(super) size: usize,
}

impl Attachment {
    pub(super) fn file_id(&self) -> &str {
        self.renditions.last().map(|r| r.file_id.as_str()).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: i64,
    pub(super) chat: i64,
    pub(super) date: i64,
    pub(super) edit_date: Option<i64>,
    pub(super) sender: Sender,
    /// The text, or the caption when something is attached.
    pub(super) body: Formatted,
    pub(super) attachment: Option<Attachment>,
    /// A checked, non-empty `InlineKeyboardMarkup`.
    pub(super) keyboard: Option<Value>,
    pub(super) media_group_id: Option<String>,
    pub(super) reply_to: Option<i64>,
    pub(super) deleted: bool,
}

impl Message {
    pub(super) fn seen(&self, bot_id: i64) -> ChatMessage {
        let (from, from_id) = match self.sender {
            Sender::Bot => (Side::Bot, bot_id),
            Sender::Person(id) => (Side::User, id),
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
            }),
            keyboard: self.keyboard.as_ref().map(buttons).unwrap_or_default(),
            deleted: self.deleted,
        }
    }
}

fn buttons(markup: &Value) -> Vec<Vec<Button>> {
    let text = |b: &Value, name: &str| b.get(name).and_then(Value::as_str).map(str::to_owned);
    let button = |b: &Value| Button {
        text: text(b, "text").unwrap_or_default(),
        callback_data: text(b, "callback_data"),
        url: text(b, "url"),
    };
    let rows = markup.get("inline_keyboard").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| row.as_array().into_iter().flatten().map(button).collect()).collect()
}
