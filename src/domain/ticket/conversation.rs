//! Conversation of a ticket: the messages that its customer and its agent write to each other, and the
//! internal notes.
use crate::domain::Time;
use crate::domain::content::{Attachment, ContentKind, MessageSource};
use crate::domain::department::canned_reply::Placeholders;
use crate::domain::ids::{ChatId, MessageId, PersonId, TicketId, Version};
use crate::domain::text::formatted::FormattedText;
use crate::domain::ticket::Status;
use serde::{Deserialize, Serialize};

/// The bot's reaction to an agent's message that is delivered.
pub const DELIVERED_MARK: &str = "👍";

/// The person for whom a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the customer to the agent who holds the ticket.
    ToAgent,
    /// From the agent to the customer.
    ToCustomer,
    /// An internal note: it is shown to staff only, and sent to nobody.
    Note,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct MessageContent {
    /// Its text or caption.
    #[serde(default)]
    pub text: FormattedText,
    /// The kind of its content besides the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ContentKind>,
    /// Telegram's id of its file; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file_id: String,
    /// Words inside its content, such as the question of a poll.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// The album that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The name of the origin of what was forwarded; empty if Telegram does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// The sender of the message of another chat that it replies to; empty if Telegram does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_elsewhere: Option<String>,
    /// Whether its file is the one of that message: its own content is a text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_foreign_file: bool,
    /// The message of the author's chat that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i32>,
    /// The message of the conversation that it replies to, if it came by the side API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_message: Option<MessageId>,
    /// What it quotes of that message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Whether placeholders of a canned reply in its text are still to be filled in: its ticket is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_template: bool,
    /// Whether its text takes the place of the caption that its author wrote: a canned reply.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces_caption: bool,
    /// The raw JSON of a message whose kind this build does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

impl MessageContent {
    /// Returns a plain text.
    #[must_use]
    pub fn of_text(text: FormattedText) -> Self {
        Self { text, ..Self::default() }
    }

    /// Returns its words alone, without its content and its album.
    #[must_use]
    pub fn without_file(self) -> Self {
        Self { kind: None, file_id: String::new(), album: None, has_foreign_file: false, ..self }
    }

    /// Returns the content of a message whose ticket is known: the placeholders of a template are filled in.
    #[must_use]
    pub fn filled(self, values: &Placeholders) -> Self {
        let text = if self.is_template { values.fill(&self.text) } else { self.text };
        Self { text, is_template: false, ..self }
    }

    /// Returns true if it says nothing: neither a text nor another content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.text.cleaned().is_empty()
    }

    /// Returns true if a text without any other content shows something of it: its text, its origin, or its quote.
    #[must_use]
    pub fn is_shown_as_text(&self) -> bool {
        let has_head =
            self.forwarded_from.is_some() || self.reply_elsewhere.is_some() || self.quote.is_some();
        has_head || !self.text.cleaned().is_empty()
    }

    /// Returns its file, if it can be sent by its file id.
    #[must_use]
    pub fn file(&self) -> Option<Attachment> {
        let file = Attachment::file(self.kind.clone()?, &self.file_id);
        file.has_file().then_some(file)
    }

    /// Returns true if it has more than text, and the bot can bring that.
    #[must_use]
    pub fn has_media(&self) -> bool {
        self.kind.as_ref().is_some_and(ContentKind::can_be_copied)
    }

    /// Returns true if the bot can bring all of it to another chat.
    #[must_use]
    pub fn can_be_relayed(&self) -> bool {
        self.kind.as_ref().is_none_or(ContentKind::can_be_copied)
    }
}

/// Why a message did not reach anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayFailure {
    /// The recipient blocked the bot, or their account is gone.
    Unreachable,
    /// Telegram refused it.
    Refused,
    /// Telegram cannot copy content of this kind.
    Unsupported,
    /// Two attempts had an unknown outcome.
    OutcomeUnknown,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Relay {
    /// No agent holds the ticket yet.
    Waiting,
    /// A delivery to this chat is pending.
    Enqueued {
        /// The recipient's chat.
        chat: ChatId,
        /// When the agent got the ticket for whom it is; `None` for a customer. A delivery for an earlier
        /// hold of the same agent is void.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held_since: Option<Time>,
    },
    /// It was sent to this chat.
    Delivered {
        /// The recipient's chat.
        chat: ChatId,
        /// Telegram's id of the message there, if Telegram named it.
        message_id: Option<i32>,
    },
    /// It was not sent, and will not be.
    Failed {
        /// The reason.
        reason: RelayFailure,
    },
    /// Its author took it back. The message in the recipient's chat is deleted.
    Withdrawn {
        /// The recipient's chat.
        chat: ChatId,
        /// Telegram's id of the message that was there, if it was sent.
        message_id: Option<i32>,
    },
    /// It is for nobody: a note, the comment to a rating, or what went from the choice of a ticket into a draft or was
    /// dropped there.
    Kept,
}

impl Relay {
    /// Returns the state of a message that is enqueued for a customer.
    #[must_use]
    pub fn to_customer(chat: ChatId) -> Self {
        Self::Enqueued { chat, held_since: None }
    }

    /// Returns true if it still has to be brought to its recipient.
    #[must_use]
    pub fn is_due(self) -> bool {
        matches!(self, Self::Waiting | Self::Enqueued { .. })
    }

    /// Returns true if it waits for an agent whom its ticket, now in this status, will not have any more.
    #[must_use]
    pub fn is_lost(self, direction: Direction, status: Status) -> bool {
        self.is_due() && direction == Direction::ToAgent && status == Status::Cancelled
    }

    /// Returns the message in the recipient's chat.
    #[must_use]
    pub fn target(self) -> Option<MessageSource> {
        match self {
            Self::Delivered { chat, message_id: Some(message_id) } => {
                Some(MessageSource { chat, message_id })
            }
            _ => None,
        }
    }
}

/// The reactions of people to a message: standard emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Reactions {
    /// The customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl Reactions {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A message of a conversation. It is stored before anything is sent, and never deleted with its ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationMessage {
    /// Its id.
    pub id: MessageId,
    /// Its number in the order of all messages. The store assigns it; 0 before that.
    #[serde(default)]
    pub seq: u64,
    /// Its version.
    pub version: Version,
    /// The ticket; `None` while its author is asked for which ticket it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The person who wrote it.
    pub author: PersonId,
    /// For whom it is.
    pub direction: Direction,
    /// The message in the author's chat; `None` if it came by the side API, or beside a message that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The idempotency key of a message that came by the side API or from a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_key: Option<String>,
    /// The topic of the author's chat that it was written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<i32>,
    /// What it says.
    pub content: MessageContent,
    /// The reactions to it.
    #[serde(default, skip_serializing_if = "Reactions::is_empty")]
    pub reactions: Reactions,
    /// When it was received.
    pub written_at: Time,
    /// When its author edited it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// What became of it.
    pub relay: Relay,
}

impl ConversationMessage {
    /// Returns its next version after it was sent. A message that was taken back meanwhile stays so.
    #[must_use]
    pub fn after_sent(&self, relayed: RelayedTo) -> Self {
        match self.relay {
            Relay::Withdrawn { chat, .. } => {
                self.with_relay(Relay::Withdrawn { chat, message_id: relayed.message_id })
            }
            _ => self.with_relay(relayed.relay()),
        }
    }

    /// Returns its next version with this state of the relay.
    #[must_use]
    pub fn with_relay(&self, relay: Relay) -> Self {
        Self { relay, version: self.version.next(), ..self.clone() }
    }
}

/// The place of a message after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayedTo {
    /// The message of the conversation.
    pub message: MessageId,
    /// The recipient's chat.
    pub chat: ChatId,
    /// Telegram's id of the message there, if Telegram named it.
    pub message_id: Option<i32>,
}

impl RelayedTo {
    /// Returns the state of the relay after that.
    #[must_use]
    pub fn relay(self) -> Relay {
        Relay::Delivered { chat: self.chat, message_id: self.message_id }
    }
}
