//! Calls that bring a message of a conversation to its recipient, and the calls that replace one which
//! Telegram refused.
use super::attachments::{self, insert, reply_markup};
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::ids::{ChatId, MessageId};
use crate::domain::notice::rendered::{Button, Rendered};
use crate::domain::ticket::conversation::RelayedTo;
use serde_json::{Value, json};

/// The message that a relayed message replies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// Telegram's id of the message in the recipient's chat.
    pub message_id: i32,
    /// What is quoted of it.
    pub quote: Option<String>,
}

/// The call of a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayCall {
    /// Sends a text.
    Text(Rendered),
    /// Copies a message.
    Copy {
        /// The message.
        source: MessageSource,
        /// The caption that replaces its own; HTML.
        caption: Option<String>,
        /// Rows of buttons below.
        buttons: Vec<Vec<Button>>,
        /// The file that is sent if the message is gone.
        file: Option<Attachment>,
        /// The words that are sent if Telegram does not copy the message.
        words: Option<Rendered>,
    },
    /// Copies the messages of an album, in the order of their ids.
    CopyAlbum(Vec<MessageSource>),
    /// Sends a file.
    File {
        /// The file.
        file: Attachment,
        /// Its caption; HTML.
        caption: String,
        /// Rows of buttons below.
        buttons: Vec<Vec<Button>>,
        /// The words that are sent if Telegram refuses the file.
        words: Option<Rendered>,
    },
    /// Edits a text that was sent.
    EditText(i32, Rendered),
    /// Edits the caption of a message that was sent; HTML.
    EditCaption(i32, String),
}

/// A part of a conversation, as a call of the Bot API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAction {
    /// The messages that are delivered by the call; none for an edit or a header.
    pub messages: Vec<MessageId>,
    /// The call.
    pub call: RelayCall,
    /// The message that it replies to. An album cannot be a reply.
    pub reply_to: Option<ReplyTo>,
    /// Whether a part of the messages is not brought by the call.
    pub is_partial: bool,
}

impl RelayAction {
    /// Returns the method and its parameters; `None` if there is nothing to send.
    pub(super) fn call(&self, chat: ChatId) -> Option<(&'static str, Value)> {
        let (method, mut body) = match &self.call {
            RelayCall::Text(text) => {
                let mut body = json!({"chat_id": chat.0, "text": text.html, "parse_mode": "HTML"});
                insert_buttons(&mut body, &text.buttons);
                ("sendMessage", body)
            }
            RelayCall::Copy { source, caption, buttons, .. } => {
                let (method, mut body) = attachments::copy(chat, &[*source], None)?;
                if let Some(caption) = caption {
                    insert(&mut body, "caption", json!(caption));
                    insert(&mut body, "parse_mode", json!("HTML"));
                }
                insert_buttons(&mut body, buttons);
                (method, body)
            }
            RelayCall::CopyAlbum(sources) => return attachments::copy(chat, sources, None),
            RelayCall::File { file, caption, buttons, .. } => {
                let (method, mut body) = attachments::send_file(chat, file, caption, None)?;
                insert_buttons(&mut body, buttons);
                (method, body)
            }
            RelayCall::EditText(message_id, text) => {
                let body = json!({"chat_id": chat.0, "message_id": message_id, "text": text.html,
                    "parse_mode": "HTML"});
                return Some(("editMessageText", body));
            }
            RelayCall::EditCaption(message_id, caption) => {
                let body = json!({"chat_id": chat.0, "message_id": message_id, "caption": caption,
                    "parse_mode": "HTML"});
                return Some(("editMessageCaption", body));
            }
        };
        if let Some(ReplyTo { message_id, quote }) = &self.reply_to {
            let mut reply = json!({"message_id": message_id, "allow_sending_without_reply": true});
            if let Some(quote) = quote {
                insert(&mut reply, "quote", json!(quote));
            }
            insert(&mut body, "reply_parameters", reply);
        }
        Some((method, body))
    }

    /// Returns true if repeating the call has no visible effect.
    pub(super) fn is_idempotent(&self) -> bool {
        matches!(self.call, RelayCall::EditText(..) | RelayCall::EditCaption(..))
    }

    /// Returns where the messages are, by Telegram's answer. Telegram leaves out the parts of an album that it
    /// cannot copy, so a shorter answer does not tell which part is which.
    pub(super) fn relayed_to(&self, chat: ChatId, answer: &Value) -> Vec<RelayedTo> {
        let id = |value: &Value| i32::try_from(value.get("message_id")?.as_i64()?).ok();
        let ids: Vec<Option<i32>> = match answer.as_array() {
            Some(ids) if ids.len() == self.messages.len() => ids.iter().map(id).collect(),
            Some(_) => Vec::new(),
            None => vec![id(answer)],
        };
        let ids = ids.into_iter().chain(std::iter::repeat(None));
        let place = |(message, message_id): (&MessageId, Option<i32>)| RelayedTo {
            message: *message,
            chat,
            message_id,
        };
        self.messages.iter().zip(ids).map(place).collect()
    }

    /// Returns the action without markup, for texts whose entities Telegram rejected.
    pub(super) fn to_plain_text(&self, strip: impl Fn(&str) -> String) -> Self {
        let strip_text = |text: &Rendered| Rendered { html: strip(&text.html), ..text.clone() };
        let call = match self.call.clone() {
            RelayCall::Text(text) => RelayCall::Text(strip_text(&text)),
            RelayCall::EditText(id, text) => RelayCall::EditText(id, strip_text(&text)),
            RelayCall::EditCaption(id, caption) => RelayCall::EditCaption(id, strip(&caption)),
            RelayCall::File { file, caption, buttons, words } => {
                let words = words.map(|words| strip_text(&words));
                RelayCall::File { file, caption: strip(&caption), buttons, words }
            }
            RelayCall::Copy { source, caption, buttons, file, words } => {
                let words = words.map(|words| strip_text(&words));
                RelayCall::Copy {
                    source,
                    caption: caption.map(|caption| strip(&caption)),
                    buttons,
                    file,
                    words,
                }
            }
            RelayCall::CopyAlbum(sources) => RelayCall::CopyAlbum(sources),
        };
        Self { call, ..self.clone() }
    }

    /// Returns the action that replaces one which Telegram refused: without the quote, the file in place of
    /// a message that is gone, a new message in place of one that can't be edited.
    pub(super) fn fallback(&self) -> Option<Self> {
        if let Some(ReplyTo { message_id, quote: Some(_) }) = &self.reply_to {
            let reply_to = Some(ReplyTo { message_id: *message_id, quote: None });
            return Some(Self { reply_to, ..self.clone() });
        }
        let call = match &self.call {
            RelayCall::Copy { caption, buttons, file: Some(file), words, .. } => RelayCall::File {
                file: file.clone(),
                caption: caption.clone().unwrap_or_default(),
                buttons: buttons.clone(),
                words: words.clone(),
            },
            RelayCall::Copy { words: Some(words), .. } | RelayCall::File { words: Some(words), .. } => {
                let call = RelayCall::Text(words.clone());
                return Some(Self { call, is_partial: true, ..self.clone() });
            }
            RelayCall::EditText(message_id, text) => {
                return Some(self.as_new_message(*message_id, text.clone()));
            }
            RelayCall::EditCaption(message_id, caption) => {
                let text = Rendered::new(caption.clone(), Vec::new());
                return Some(self.as_new_message(*message_id, text));
            }
            _ => return None,
        };
        Some(Self { call, ..self.clone() })
    }

    fn as_new_message(&self, message_id: i32, text: Rendered) -> Self {
        let reply_to = Some(ReplyTo { message_id, quote: None });
        Self { call: RelayCall::Text(text), reply_to, ..self.clone() }
    }
}

fn insert_buttons(body: &mut Value, buttons: &[Vec<Button>]) {
    if let Some(markup) = reply_markup(buttons) {
        insert(body, "reply_markup", markup);
    }
}
