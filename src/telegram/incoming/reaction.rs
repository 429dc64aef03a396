//! Reactions of people to messages.
use super::json::{elements, message_id, text};
use super::message::{IncomingChat, IncomingUser};
use serde_json::Value;

/// A change of a person's reactions to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingReaction {
    /// The chat of the message.
    pub chat: IncomingChat,
    /// Telegram's id of the message.
    pub message_id: i32,
    /// The person; `None` for an anonymous one of a group.
    pub from: Option<IncomingUser>,
    /// The standard emoji that they chose first; `None` if they took it back, or chose only custom emoji, which a
    /// bot cannot show.
    pub emoji: Option<String>,
}

impl IncomingReaction {
    /// Reads a change. Returns `None` if it names no message.
    pub(super) fn read(change: &Value) -> Option<Self> {
        let chosen = elements(change, "new_reaction").iter();
        let mut standard = chosen.filter(|reaction| text(reaction, "type") == Some("emoji"));
        Some(Self {
            chat: IncomingChat::read(change.get("chat")?)?,
            message_id: message_id(change, "message_id")?,
            from: change.get("user").and_then(IncomingUser::read),
            emoji: standard.find_map(|reaction| text(reaction, "emoji")).map(str::to_owned),
        })
    }
}
