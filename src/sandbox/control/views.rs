//! What tests, the demo and the page see of people and chats.
use serde::{Deserialize, Serialize};

/// A person to add.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewUser {
    /// The Telegram id; the next free one when `None`.
    #[serde(default)]
    pub id: Option<i64>,
    /// The first name, shown everywhere.
    pub first_name: String,
    /// The last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The username without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// The IETF language tag of the person's Telegram app, for example `id`.
    #[serde(default)]
    pub language_code: Option<String>,
    /// What the page calls this person's part in the story ("Agent 1"); Telegram knows nothing of it.
    #[serde(default)]
    pub label: Option<String>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// The Telegram id; also the id of the private chat with the bot.
    pub id: i64,
    /// The first name.
    pub first_name: String,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The username without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of the person's Telegram app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// The person's part in the story, for the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the person has blocked the bot.
    pub blocked: bool,
}

/// What sort of thing is attached to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A compressed picture, delivered in two sizes.
    Photo,
    /// Any file.
    Document,
    /// A voice note.
    Voice,
    /// A video.
    Video,
    /// Music.
    Audio,
    /// A sticker.
    Sticker,
    /// A point on the map; has no bytes.
    Location,
    /// A phone number; has no bytes.
    Contact,
}

/// Something a person attaches to a message.
#[derive(Clone, Debug)]
pub struct NewMedia {
    /// What it is.
    pub kind: MediaKind,
    /// The text under it.
    pub caption: Option<String>,
    /// The file's name (documents, videos, music).
    pub file_name: Option<String>,
    /// The mime type; a usual one for the kind when `None`.
    pub mime: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
    /// Parts of one album share this.
    pub media_group_id: Option<String>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The bot.
    Bot,
    /// A person, or an anonymous group administrator.
    User,
}

/// A message as the person sees it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// The message's id, unique over all chats of the bot.
    pub message_id: i64,
    /// When it was sent, in unix seconds.
    pub date: i64,
    /// When it was last edited, in unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_date: Option<i64>,
    /// Which side wrote it.
    pub from: Side,
    /// The writer's Telegram id.
    pub from_id: i64,
    /// The text or caption, plain, after entity parsing.
    pub text: String,
    /// The same as HTML that is safe to put into a page.
    pub html: String,
    /// What is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// The inline keyboard, row by row; empty when there is none.
    pub keyboard: Vec<Vec<Button>>,
    /// Whether it has been deleted; only [`Sandbox::message`](crate::sandbox::Sandbox::message) shows such.
    pub deleted: bool,
}

impl ChatMessage {
    /// The data behind the first button whose label contains `label`.
    #[must_use]
    pub fn button(&self, label: &str) -> Option<&str> {
        self.keyboard
            .iter()
            .flatten()
            .find(|b| b.text.contains(label))
            .and_then(|b| b.callback_data.as_deref())
    }
}

/// An attachment as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// The file, for `/sandbox/files/<file_id>`; empty for locations and contacts.
    pub file_id: String,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The mime type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// The size in bytes.
    pub size: usize,
}

/// A button of an inline keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// The label.
    pub text: String,
    /// What the bot gets when it is pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// Where it leads instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The answer to a button press; the text is empty when the bot only stopped the spinner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toast {
    /// The press that was answered.
    pub callback_query_id: String,
    /// What was shown.
    pub text: String,
    /// Whether it was a dialog that must be dismissed, not a passing note.
    pub alert: bool,
}
