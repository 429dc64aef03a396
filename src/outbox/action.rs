//! A delivery put into words: the call that makes it.
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Rendered};
use crate::domain::text::{Attachment, FileKind};
use crate::engine::ports::StoreError;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Puts a delivery into words, in the reader's language and in the state of the moment.
#[async_trait]
pub trait Compose: Send + Sync + 'static {
    /// The deed for a message to a chat.
    async fn compose(&self, chat: ChatId, message: &Message, now: Time)
    -> Result<TelegramAction, StoreError>;
}

/// What is to be done at Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelegramAction {
    /// A new message; with the card that it becomes.
    Send(Rendered, Option<CardKey>),
    /// A file.
    SendFile(Attachment, String),
    /// Other words in a message that is there; with the card that it is, and the digest of what it shows now.
    Edit {
        /// Which message.
        message_id: i32,
        /// The new words.
        text: Rendered,
        /// The card it is, when it is a live one.
        card: Option<CardKey>,
        /// The digest of what it is known to show.
        shown: Option<u64>,
    },
    /// The chat's command menu: command and description.
    Menu(Vec<(String, String)>),
    /// There is nothing (more) to do.
    Nothing,
}

impl TelegramAction {
    /// The method and its parameters; `None` when nothing has to be called.
    pub(super) fn call(&self, chat: ChatId) -> Option<(&'static str, Value)> {
        match self {
            Self::Send(text, _) => Some(("sendMessage", words(json!({"chat_id": chat.0}), text))),
            Self::SendFile(file, caption) => {
                let (method, field) = match file.kind {
                    FileKind::Photo => ("sendPhoto", "photo"),
                    FileKind::Document => ("sendDocument", "document"),
                    FileKind::Voice => ("sendVoice", "voice"),
                    FileKind::Video => ("sendVideo", "video"),
                    FileKind::Audio => ("sendAudio", "audio"),
                };
                Some((
                    method,
                    json!({"chat_id": chat.0, field: file.file_id, "caption": caption, "parse_mode": "HTML"}),
                ))
            }
            Self::Edit { text, shown, .. } if *shown == Some(digest(text)) => None,
            Self::Edit { message_id, text, .. } => {
                Some(("editMessageText", words(json!({"chat_id": chat.0, "message_id": message_id}), text)))
            }
            Self::Menu(commands) => {
                let commands: Vec<_> =
                    commands.iter().map(|(c, d)| json!({"command": c, "description": d})).collect();
                Some((
                    "setMyCommands",
                    json!({"commands": commands, "scope": {"type": "chat", "chat_id": chat.0}}),
                ))
            }
            Self::Nothing => None,
        }
    }

    /// Whether it may be done any number of times: once or twice, everybody sees the same.
    pub(super) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Edit { .. } | Self::Menu(_) | Self::Nothing)
    }

    /// The live card that the message is after the call, given the answer's message id.
    pub(super) fn card(&self, chat: ChatId, sent: Option<i32>) -> Option<LiveCard> {
        let (key, message_id, text) = match self {
            Self::Send(text, Some(key)) => (*key, sent?, text),
            Self::Edit { message_id, text, card: Some(key), .. } => (*key, *message_id, text),
            _ => return None,
        };
        Some(LiveCard { key, chat, message_id, digest: digest(text) })
    }

    /// The same without marks: for the case that Telegram could not read them.
    pub(super) fn plain(&self) -> Self {
        let strip =
            |text: &Rendered| Rendered { html: strip_tags(&text.html), buttons: text.buttons.clone() };
        match self {
            Self::Send(text, card) => Self::Send(strip(text), *card),
            Self::Edit { message_id, text, card, .. } => {
                Self::Edit { message_id: *message_id, text: strip(text), card: *card, shown: None }
            }
            Self::SendFile(file, caption) => Self::SendFile(file.clone(), strip_tags(caption)),
            Self::Menu(_) | Self::Nothing => self.clone(),
        }
    }
}

fn words(mut body: Value, text: &Rendered) -> Value {
    let rows: Vec<Vec<Value>> = text
        .buttons
        .iter()
        .map(|row| row.iter().map(|b| json!({"text": b.label, "callback_data": b.data})).collect())
        .collect();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("text".into(), json!(text.html));
        fields.insert("parse_mode".into(), json!("HTML"));
        fields.insert("link_preview_options".into(), json!({"is_disabled": true}));
        if !rows.is_empty() {
            fields.insert("reply_markup".into(), json!({"inline_keyboard": rows}));
        }
    }
    body
}

/// A hash of what a message shows. Kept in the store, so it must not change between builds: it may (then a card is edited
/// once too often, and Telegram says that it is not modified).
pub(super) fn digest(text: &Rendered) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.html.hash(&mut hasher);
    for button in text.buttons.iter().flatten() {
        (&button.label, &button.data).hash(&mut hasher);
    }
    hasher.finish()
}

/// Takes tags out. Entities stay, so that the text is still HTML, only without marks.
fn strip_tags(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .filter(|c| {
            let tag = inside || *c == '<';
            inside = if *c == '<' { true } else { inside && *c != '>' };
            !tag
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_that_changes_nothing_is_no_call() {
        let text = Rendered { html: "halo".into(), buttons: Vec::new() };
        let edit = |shown| TelegramAction::Edit { message_id: 1, text: text.clone(), card: None, shown };
        assert_eq!(edit(Some(digest(&text))).call(ChatId(1)), None);
        assert!(edit(None).call(ChatId(1)).is_some());
    }

    #[test]
    fn plain_text_has_no_tags_and_keeps_its_entities() {
        assert_eq!(strip_tags("<b>a &lt; b</b> <a href=\"x\">c</a>"), "a &lt; b c");
    }
}
