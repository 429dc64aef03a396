//! A Telegram action: the Bot API call that carries out a delivery.
mod replacements;

use super::attachments;
use super::document::ComposedDocument;
use super::relay::RelayAction;
use super::text::{digest, digest_by_refresh, is_digest_of, with_text};
use super::topics::{TopicAction, forgotten};
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::ids::ChatId;
use crate::domain::notice::Message;
use crate::domain::notice::rendered::Rendered;
use crate::engine::ports::{Outcome, StoreError};
use async_trait::async_trait;
use serde_json::{Value, json};

/// Composes deliveries in the language of their recipient and from the current state.
#[async_trait]
pub trait Compose: Send + Sync + 'static {
    /// Returns the action that delivers `message` to `chat`.
    async fn compose(&self, chat: ChatId, message: &Message, now: Time)
    -> Result<TelegramAction, StoreError>;
    /// Returns `action`, which is for the chat itself, in the topic where a new message with the content of `message`
    /// goes.
    async fn place(
        &self,
        chat: ChatId,
        message: &Message,
        action: TelegramAction,
        now: Time,
    ) -> Result<TelegramAction, StoreError>;
}

/// A call of the Bot API, without its chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelegramAction {
    /// Sends a message; the card is the one that the message becomes.
    Send(Rendered, Option<CardKey>),
    /// Sends a file with a caption.
    SendFile {
        /// The file.
        file: Attachment,
        /// The caption, for kinds that can have one.
        caption: String,
        /// The message that it replies to.
        reply_to: Option<i32>,
    },
    /// Uploads a document.
    SendDocument(Box<ComposedDocument>),
    /// Sends files as one album, with a caption on the first.
    SendAlbum(Vec<Attachment>, String),
    /// Copies messages of one chat, in the order of their ids.
    Copy {
        /// The messages.
        sources: Vec<MessageSource>,
        /// The message that the copy replies to.
        reply_to: Option<i32>,
    },
    /// Makes the call in a topic of the chat.
    InThread(i32, Box<TelegramAction>),
    /// Makes a call for a topic; if Telegram refuses to create one, the other action is carried out.
    Topic(TopicAction, Option<Box<TelegramAction>>),
    /// Makes the edit of a message that Telegram names by an inline id.
    Inline(String, Box<TelegramAction>),
    /// Edits a message.
    Edit {
        /// The message to edit.
        message_id: i32,
        /// The new content.
        text: Rendered,
        /// The live card that the message is, if any.
        card: Option<CardKey>,
        /// The digest of the current content, if the edit is a refresh.
        shown: Option<u64>,
    },
    /// Deletes a message, which may be a live card. One that cannot be deleted any more is edited to a text
    /// without buttons.
    Delete {
        /// The message.
        message_id: i32,
        /// The text.
        otherwise: Rendered,
        /// The live card that the message is, if any. It is forgotten.
        card: Option<CardKey>,
    },
    /// Deletes the live card of this key, or unpins it if it is too old for that. The card is forgotten.
    Remove(CardKey, i32),
    /// Unpins the live card of this key, and forgets it.
    Unpin(CardKey, i32),
    /// Pins a message without a notification.
    Pin(i32),
    /// Sets the command menu of the chat: pairs of command and description.
    Menu(Vec<(String, String)>),
    /// Sets the menu button of the chat: its label and the address of the Mini App that it opens, or Telegram's own.
    MenuButton(Option<(String, String)>),
    /// Brings a part of a conversation to its recipient.
    Relay(Box<RelayAction>),
    /// Sets the bot's reaction to a message: an emoji, or none.
    React(i32, Option<String>),
    /// Makes no call before this time: more of the message is to come.
    Wait(Time),
    /// Makes no call.
    Nothing,
}

impl TelegramAction {
    /// Returns the action that sends attachments as one message or album; `None` if they can be neither sent
    /// nor copied.
    #[must_use]
    pub fn attachments(files: &[Attachment], caption: &str, reply_to: Option<i32>) -> Option<Self> {
        let sources: Option<Vec<_>> = files.iter().map(|file| file.source).collect();
        let caption = caption.to_owned();
        match files {
            [] => None,
            [file] if file.has_file() => Some(Self::SendFile { file: file.clone(), caption, reply_to }),
            [_] => Some(Self::Copy { sources: sources?, reply_to }),
            files if files.iter().all(Attachment::has_file) => Some(Self::SendAlbum(files.to_vec(), caption)),
            _ => {
                let mut sources = sources?;
                sources.sort_by_key(|source| source.message_id);
                Some(Self::Copy { sources, reply_to })
            }
        }
    }

    /// Returns the method and its parameters. `None` if no call is needed.
    pub(super) fn call(&self, chat: ChatId) -> Option<(&'static str, Value)> {
        match self {
            Self::Send(text, _) => Some(("sendMessage", with_text(json!({"chat_id": chat.0}), text))),
            Self::SendFile { file, caption, reply_to } => {
                attachments::send_file(chat, file, caption, *reply_to)
            }
            Self::SendAlbum(files, caption) => Some(attachments::send_album(chat, files, caption)),
            Self::SendDocument(document) => Some(document.call(chat)),
            Self::Copy { sources, reply_to } => attachments::copy(chat, sources, *reply_to),
            Self::Inline(id, action) => {
                let (method, mut body) = action.call(chat)?;
                if let Some(fields) = body.as_object_mut() {
                    fields.remove("chat_id");
                    fields.remove("message_id");
                    fields.insert("inline_message_id".to_owned(), json!(id));
                }
                Some((method, body))
            }
            Self::InThread(thread, action) => {
                let (method, mut body) = action.call(chat)?;
                // Edits and menus name their place otherwise.
                if method.starts_with("send") || method.starts_with("copy") {
                    attachments::insert(&mut body, "message_thread_id", json!(thread));
                }
                Some((method, body))
            }
            Self::Edit { .. } if self.is_needless() => None,
            Self::Edit { message_id, text, .. } => Some((
                "editMessageText",
                with_text(json!({"chat_id": chat.0, "message_id": message_id}), text),
            )),
            Self::Delete { message_id, .. } | Self::Remove(_, message_id) => {
                Some(("deleteMessage", json!({"chat_id": chat.0, "message_id": message_id})))
            }
            Self::Unpin(_, message_id) => {
                Some(("unpinChatMessage", json!({"chat_id": chat.0, "message_id": message_id})))
            }
            Self::Pin(message_id) => Some((
                "pinChatMessage",
                json!({"chat_id": chat.0, "message_id": message_id, "disable_notification": true}),
            )),
            Self::Menu(commands) => {
                let commands: Vec<_> =
                    commands.iter().map(|(c, d)| json!({"command": c, "description": d})).collect();
                Some((
                    "setMyCommands",
                    json!({"commands": commands, "scope": {"type": "chat", "chat_id": chat.0}}),
                ))
            }
            Self::MenuButton(button) => {
                let button = match button {
                    Some((label, url)) => json!({"type": "web_app", "text": label, "web_app": {"url": url}}),
                    None => json!({"type": "default"}),
                };
                Some(("setChatMenuButton", json!({"chat_id": chat.0, "menu_button": button})))
            }
            Self::Relay(relay) => relay.call(chat),
            Self::Topic(topic, _) => topic.call(chat),
            Self::React(message_id, emoji) => Some((
                "setMessageReaction",
                json!({"chat_id": chat.0, "message_id": message_id,
                    "reaction": emoji.iter().map(|emoji| json!({"type": "emoji", "emoji": emoji})).collect::<Vec<_>>()}),
            )),
            Self::Wait(_) | Self::Nothing => None,
        }
    }

    /// Returns true for an edit that would leave the message as it is.
    #[must_use]
    pub fn is_needless(&self) -> bool {
        matches!(self, Self::Edit { text, shown: Some(shown), .. } if is_digest_of(*shown, text))
    }

    /// Returns true if repeating the call has no visible effect.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        match self {
            Self::Edit { .. }
            | Self::Delete { .. }
            | Self::Remove(..)
            | Self::Unpin(..)
            | Self::Pin(_)
            | Self::Menu(_)
            | Self::MenuButton(_)
            | Self::React(..)
            | Self::Wait(_)
            | Self::Nothing => true,
            Self::Relay(relay) => relay.is_idempotent(),
            Self::Topic(topic, _) => topic.is_idempotent(),
            Self::InThread(_, action) | Self::Inline(_, action) => action.is_idempotent(),
            _ => false,
        }
    }

    /// Returns the live card after the call. `sent_id` is the id of a message that was sent.
    pub(super) fn card(&self, chat: ChatId, sent_id: Option<i32>) -> Option<LiveCard> {
        let (key, message_id, digest) = match self {
            Self::Send(text, Some(key)) => (*key, sent_id?, digest(text)),
            Self::Edit { message_id, text, card: Some(key), shown } => {
                let digest = match shown {
                    Some(shown) if self.is_needless() => *shown,
                    Some(_) => digest_by_refresh(text),
                    None => digest(text),
                };
                (*key, *message_id, digest)
            }
            Self::InThread(_, action) => return action.card(chat, sent_id),
            _ => return None,
        };
        Some(LiveCard { key, chat, message_id, digest })
    }

    /// Returns the outcome of the call, by Telegram's answer.
    pub(super) fn outcome(&self, chat: ChatId, answer: &Value, now: Time) -> Outcome {
        match self {
            Self::Relay(relay) => Outcome::Relayed(relay.relayed_to(chat, answer)),
            Self::Topic(topic, _) => topic.outcome(chat, answer, now),
            Self::InThread(thread, action) => {
                let outcome = action.outcome(chat, answer, now);
                let is_message = answer.get("chat").is_some();
                let sent_to = answer.get("message_thread_id").and_then(Value::as_i64);
                // Some servers ignore a topic that is gone, and send to the chat itself.
                if is_message && sent_to != Some(i64::from(*thread)) {
                    return forgotten(chat, *thread, outcome);
                }
                outcome
            }
            Self::Remove(key, message_id)
            | Self::Unpin(key, message_id)
            | Self::Delete { card: Some(key), message_id, .. } => Outcome::CardGone(*key, *message_id),
            _ => {
                let sent_id = answer.get("message_id").and_then(Value::as_i64);
                Outcome::Sent(self.card(chat, sent_id.and_then(|id| i32::try_from(id).ok())))
            }
        }
    }

    /// Returns the time before which no call is made.
    pub(super) fn waits_until(&self) -> Option<Time> {
        match self {
            Self::Wait(until) => Some(*until),
            Self::InThread(_, action) => action.waits_until(),
            _ => None,
        }
    }

    /// Returns the outcome of an action that needs no call.
    pub(super) fn outcome_without_call(&self, chat: ChatId, now: Time) -> Outcome {
        match self {
            Self::Topic(topic, _) => topic.outcome(chat, &Value::Null, now),
            _ => Outcome::Sent(self.card(chat, None)),
        }
    }

    /// Returns the topic that the action is for.
    pub(super) fn thread(&self) -> Option<i32> {
        match self {
            Self::InThread(thread, _) => Some(*thread),
            _ => None,
        }
    }

    /// Returns the action for the chat itself, if this one is for a topic of it.
    pub(super) fn without_thread(&self) -> Option<&Self> {
        match self {
            Self::InThread(_, action) => Some(action),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_with_unchanged_content_makes_no_call() {
        let text = Rendered::new("halo".into(), Vec::new());
        let edit = |shown| TelegramAction::Edit { message_id: 1, text: text.clone(), card: None, shown };
        assert_eq!(edit(Some(digest(&text))).call(ChatId(1)), None);
        assert!(edit(None).call(ChatId(1)).is_some());
    }
}
