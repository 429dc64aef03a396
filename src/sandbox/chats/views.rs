//! Views of users and chats for tests, the demo and the page.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A user to add.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewUser {
    /// The Telegram id; the next free one if `None`.
    #[serde(default)]
    pub id: Option<i64>,
    /// The first name.
    pub first_name: String,
    /// The last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The username without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// The IETF language tag of the user's Telegram app, for example `id`.
    #[serde(default)]
    pub language_code: Option<String>,
    /// The label on the page ("Agent 1"); it is no part of the Bot API.
    #[serde(default)]
    pub label: Option<String>,
}

/// A user.
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
    /// The language of the user's Telegram app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// The label on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the user has blocked the bot.
    pub blocked: bool,
}

/// The kind of an attachment.
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
    /// A silent video that repeats (GIF).
    Animation,
    /// A round video.
    VideoNote,
    /// A place with a name; has no bytes.
    Venue,
    /// An emoji with a random value; has no bytes.
    Dice,
    /// A poll; has no bytes.
    Poll,
}

impl MediaKind {
    /// Returns the name of the parameter and of the JSON field of this kind in the Bot API.
    pub(in crate::sandbox) fn field_name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Document => "document",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Sticker => "sticker",
            Self::Location => "location",
            Self::Contact => "contact",
            Self::Animation => "animation",
            Self::VideoNote => "video_note",
            Self::Venue => "venue",
            Self::Dice => "dice",
            Self::Poll => "poll",
        }
    }

    /// Returns whether a message of this kind can have a caption.
    pub(in crate::sandbox) fn can_have_caption(self) -> bool {
        matches!(
            self,
            Self::Photo | Self::Document | Self::Voice | Self::Video | Self::Audio | Self::Animation
        )
    }
}

/// An attachment of a message to send.
#[derive(Clone, Debug)]
pub struct NewMedia {
    /// The kind.
    pub kind: MediaKind,
    /// The caption.
    pub caption: Option<String>,
    /// The file's name (documents, videos, music).
    pub file_name: Option<String>,
    /// The mime type; the default of the kind if `None`.
    pub mime: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
    /// The album id; all parts of an album have the same.
    pub media_group_id: Option<String>,
}

/// The sender's side of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The bot.
    Bot,
    /// A user, or an anonymous group administrator.
    User,
}

/// A message as the user sees it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// The message's id, unique over all chats of the bot.
    pub message_id: i64,
    /// The time of sending in Unix seconds.
    pub date: i64,
    /// The time of the last edit in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_date: Option<i64>,
    /// The side that sent it.
    pub from: Side,
    /// The Telegram id of the sender.
    pub from_id: i64,
    /// The plain text or caption after entity parsing.
    pub text: String,
    /// The text or caption as HTML that is safe to insert into a page.
    pub html: String,
    /// The attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// The inline keyboard, row by row; empty if there is none.
    pub keyboard: Vec<Vec<Button>>,
    /// The album of which the message is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_group_id: Option<String>,
    /// The topic of the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<i64>,
    /// The message that it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
    /// The bot's reaction to it, an emoji.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// The user's reaction to it, an emoji.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_reaction: Option<String>,
    /// Whether it was deleted; only [`Sandbox::message`](crate::sandbox::Sandbox::message) returns deleted
    /// messages.
    pub deleted: bool,
}

impl ChatMessage {
    /// Returns the callback data of the first button whose label contains `label`.
    #[must_use]
    pub fn button(&self, label: &str) -> Option<&str> {
        self.keyboard
            .iter()
            .flatten()
            .find(|b| b.text.contains(label))
            .and_then(|b| b.callback_data.as_deref())
    }
}

/// An attachment as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Media {
    /// The kind.
    pub kind: MediaKind,
    /// The file, for `/sandbox/files/<file_id>`; empty if the content is no file.
    pub file_id: String,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The mime type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// The size in bytes.
    pub size: usize,
    /// The Bot API's JSON of a content that is no file: location, venue, contact, dice, poll.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// A button of an inline keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// The label.
    pub text: String,
    /// The data that the bot gets when the button is pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// The URL that the button opens instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The address of the Mini App that the button opens instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_app: Option<String>,
    /// The colour: `primary`, `success` or `danger`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
}

/// The answer to a button press. The text is empty if the bot only stopped the spinner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toast {
    /// The callback query that was answered.
    pub callback_query_id: String,
    /// The text that was shown.
    pub text: String,
    /// Whether it was a dialog that the user must dismiss, not a temporary notification.
    pub alert: bool,
}

/// The way in which the bot gets presses (`callback_query_mode` of Bot API 10.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PressMode {
    /// With `message`, which is an `InaccessibleMessage` if the bot can no longer access it.
    #[default]
    Message,
    /// With `inline_message_id` in place of `message`, if the bot can no longer access the message.
    Auto,
    /// With `inline_message_id` in place of `message`, always.
    Inline,
}
