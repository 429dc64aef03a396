//! Topics: threads of an agent's private chat, one for each ticket that they hold.
use crate::domain::Time;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// The topic of a ticket in the chat of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// The ticket.
    pub ticket: TicketId,
    /// The agent.
    pub agent: PersonId,
    /// The agent's chat.
    pub chat: ChatId,
    /// Telegram's id of the topic.
    pub thread: i32,
    /// Its name.
    pub name: String,
    /// When it was seen that the agent no longer holds the ticket; `None` while they hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
}

/// What a call to Telegram has shown of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicChange {
    /// It exists like this. It replaces an earlier topic of the ticket in the agent's chat.
    Put(Topic),
    /// The chat has no topic with this id any more.
    Forget(ChatId, i32),
}
