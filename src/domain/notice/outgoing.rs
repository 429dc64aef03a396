//! Deliveries: a message and the chat that it is for.
use super::{Message, Notice};
use crate::domain::card::CardKey;
use crate::domain::ids::ChatId;
use serde::{Deserialize, Serialize};

/// A delivery to one chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// The chat.
    pub chat: ChatId,
    /// The message.
    pub message: Message,
}

impl Outgoing {
    /// Returns a delivery of a notice.
    #[must_use]
    pub fn notice(chat: ChatId, notice: Notice) -> Self {
        Self { chat, message: Message::Notice(notice) }
    }

    /// Returns a delivery that refreshes a card.
    #[must_use]
    pub fn refresh(chat: ChatId, card: CardKey) -> Self {
        Self { chat, message: Message::Refresh(card) }
    }
}
