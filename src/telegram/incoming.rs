//! A lenient reader of updates: the raw JSON of the inbox as types of our own. A field that is unknown or has
//! an unexpected type is passed over, so content of later API versions does not hide what a person wrote.
//!
//! | file | content |
//! |---|---|
//! | `message` | messages: chat, sender, thread, text, content, reply |
//! | `content`, `words` | the kinds of content and service messages; words inside a content |
//! | `entities`, `origin` | entities; forwards, quotes and replies |
//! | `press`, `inline`, `reaction` | presses of buttons; inline queries; reactions |
//! | `minimal` | the update for teloxide: only what its dispatcher and filters need |
mod content;
mod entities;
pub mod inline;
mod json;
pub mod message;
mod minimal;
pub mod origin;
pub mod press;
pub mod reaction;
mod shared_user;
mod words;

#[cfg(test)]
mod tests;

pub use message::IncomingMessage;
pub use minimal::minimal_update;
pub use press::Press;
pub use shared_user::SharedUser;

use inline::InlineQuery;
use message::{IncomingChat, IncomingUser};
use reaction::IncomingReaction;
use serde_json::Value;
use std::sync::Arc;

/// An update of a kind that the bot asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A new message.
    Message(Arc<IncomingMessage>),
    /// A new version of a message.
    Edited(Arc<IncomingMessage>),
    /// A press of a button.
    Press(Arc<Press>),
    /// What a person types behind the bot's name.
    Inline(Arc<InlineQuery>),
    /// A reaction of a person to a message.
    Reaction(Arc<IncomingReaction>),
    /// A person blocked or unblocked the bot, or a group added or removed it.
    Membership {
        /// The chat.
        chat: IncomingChat,
        /// The person who did it.
        from: IncomingUser,
        /// False if the bot cannot write to the chat any more.
        is_member: bool,
    },
}

/// Reads a raw update. Returns `None` for a kind that the bot does not ask for, and if the message, chat or
/// person that the update is about cannot be read.
#[must_use]
pub fn read(update: &Value) -> Option<Incoming> {
    if let Some(message) = update.get("message") {
        return Some(Incoming::Message(Arc::new(IncomingMessage::read(message)?)));
    }
    if let Some(message) = update.get("edited_message") {
        return Some(Incoming::Edited(Arc::new(IncomingMessage::read(message)?)));
    }
    if let Some(query) = update.get("callback_query") {
        return Some(Incoming::Press(Arc::new(Press::read(query)?)));
    }
    if let Some(query) = update.get("inline_query") {
        return Some(Incoming::Inline(Arc::new(InlineQuery::read(query)?)));
    }
    if let Some(change) = update.get("message_reaction") {
        return Some(Incoming::Reaction(Arc::new(IncomingReaction::read(change)?)));
    }
    let member = update.get("my_chat_member")?;
    let status = json::text(member.get("new_chat_member")?, "status")?;
    Some(Incoming::Membership {
        chat: IncomingChat::read(member.get("chat")?)?,
        from: IncomingUser::read(member.get("from")?)?,
        is_member: !matches!(status, "kicked" | "left"),
    })
}
