//! Content of a message that is not text: its kind, and where Telegram keeps it.
use super::ids::ChatId;
use serde::{Deserialize, Serialize};

/// The kind of a message's content, in Telegram's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// A picture.
    Photo,
    /// Any file.
    Document,
    /// A voice note.
    Voice,
    /// A video.
    Video,
    /// A piece of music or other sound.
    Audio,
    /// A GIF, or a video without sound.
    Animation,
    /// A round video.
    VideoNote,
    /// A sticker.
    Sticker,
    /// A picture with a short video.
    LivePhoto,
    /// Photos and videos that have to be bought.
    PaidMedia,
    /// A place.
    Location,
    /// A place with a name.
    Venue,
    /// A phone contact.
    Contact,
    /// A poll or quiz.
    Poll,
    /// A checklist.
    Checklist,
    /// A dice or another random value.
    Dice,
    /// A forwarded story.
    Story,
    /// A game.
    Game,
    /// An invoice.
    Invoice,
    /// A giveaway, or its winners.
    Giveaway,
    /// A rich message of blocks.
    RichMessage,
    /// A widget.
    Widget,
    /// A kind that this build does not know, by Telegram's name.
    Other(String),
}

impl ContentKind {
    /// Returns true if a file with the file id of this content can be sent again.
    #[must_use]
    pub fn is_file(&self) -> bool {
        use ContentKind::{Animation, Audio, Document, Photo, Sticker, Video, VideoNote, Voice};
        matches!(self, Photo | Document | Voice | Video | Audio | Animation | VideoNote | Sticker)
    }

    /// Returns true if a message of this kind can have a caption.
    #[must_use]
    pub fn has_caption(&self) -> bool {
        self.is_file() && !matches!(self, Self::VideoNote | Self::Sticker) || *self == Self::LivePhoto
    }

    /// Returns true if the bot can copy a message of this kind.
    #[must_use]
    pub fn can_be_copied(&self) -> bool {
        !matches!(self, Self::PaidMedia)
    }

    /// Returns true if both kinds can stand in one album.
    #[must_use]
    pub fn groups_with(&self, other: &Self) -> bool {
        let is_visual = |kind: &Self| matches!(kind, Self::Photo | Self::Video);
        match self {
            Self::Photo | Self::Video => is_visual(other),
            Self::Document | Self::Audio => self == other,
            _ => false,
        }
    }
}

/// A message in a chat with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSource {
    /// The chat.
    pub chat: ChatId,
    /// Telegram's id of the message.
    pub message_id: i32,
}

/// A part of a ticket that is not text: a file that Telegram stores, or a message that can be copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its kind.
    pub kind: ContentKind,
    /// Telegram's id of the file, which is specific to the bot and does not expire. Empty if there is none.
    #[serde(default)]
    pub file_id: String,
    /// The message that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The album that the message is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
}

impl Attachment {
    /// Returns a file without a source message.
    #[must_use]
    pub fn file(kind: ContentKind, file_id: &str) -> Self {
        Self { kind, file_id: file_id.to_owned(), source: None, album: None }
    }

    /// Returns true if it can be sent by its file id. Otherwise its source message must be copied.
    #[must_use]
    pub fn has_file(&self) -> bool {
        self.kind.is_file() && !self.file_id.is_empty()
    }
}
