//! Messages that the outbox delivers.
use super::Notice;
use super::rendered::Rendered;
use crate::domain::card::CardKey;
use crate::domain::ids::{MessageId, PersonId, TicketId};
use serde::{Deserialize, Serialize};

/// The priority class of refreshes within a chat.
const REFRESH_CLASS: u8 = 2;

/// A part of a conversation that is sent as one message or album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayPart {
    /// One message.
    Message(MessageId),
    /// The name of the author and the ticket, before an album.
    AlbumHeader(TicketId, String),
    /// All parts of an album that are still due. Telegram delivers them one by one, so they are gathered.
    Album(TicketId, String),
    /// The new version of a message that was sent before.
    Edit(MessageId),
    /// The deletion of a message that its author took back.
    Withdraw(MessageId),
}

impl RelayPart {
    fn coalesce_key(&self) -> Option<String> {
        match self {
            Self::Message(_) => None,
            Self::AlbumHeader(ticket, album) => Some(format!("header {ticket} {album}")),
            Self::Album(ticket, album) => Some(format!("album {ticket} {album}")),
            Self::Edit(message) => Some(format!("edit {message}")),
            Self::Withdraw(message) => Some(format!("withdraw {message}")),
        }
    }
}

/// The kinds of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// A new message, rendered when it is sent.
    Notice(Notice),
    /// A new message that is already rendered.
    Text(Rendered),
    /// An edit of an earlier message.
    Edit {
        /// The message.
        message_id: i32,
        /// The new text.
        text: Rendered,
        /// The card whose message it is, if its handlers draw it. Nothing replaces an older copy that is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<Box<CardKey>>,
    },
    /// An edit that only takes the buttons of an earlier message away. Nothing replaces it if the message is gone.
    Close {
        /// The message.
        message_id: i32,
        /// The new text.
        text: Rendered,
    },
    /// A card, sent as a new message with its content at that moment. It becomes the live card of its key.
    Card(CardKey),
    /// A card that is already rendered, sent as a new message. It becomes the live card of its key.
    CardText {
        /// The card.
        key: CardKey,
        /// Its text.
        text: Box<Rendered>,
    },
    /// The live card of this key: edited, or sent if there is none.
    Show(CardKey),
    /// Pins the live card of this key, silently.
    Pin(CardKey),
    /// A refresh of the live card of this key. Several pending ones are sent as one.
    Refresh(CardKey),
    /// A refresh of one message that shows a card, which may be an older copy of it.
    Redraw {
        /// The message.
        message_id: i32,
        /// The card.
        card: CardKey,
    },
    /// The deletion of this key's live card, because a new card follows.
    Retire(CardKey),
    /// A message of a conversation, or a part of it.
    Relay {
        /// What is sent.
        part: RelayPart,
        /// True if it goes to an agent, false if it goes to a customer.
        to_agent: bool,
    },
    /// The reaction of the bot to a message: what the other side chose, or what became of an agent's message.
    Reaction(MessageId),
    /// The upkeep of the topic of a ticket in the agent's chat: its name, and whether it is closed.
    Topic {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
    },
    /// The deletion of a topic that is closed.
    DeleteTopic {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
    },
    /// The person's command menu, for their role and language.
    Menu,
    /// The menu button of the person's chat: staff open the web front end with it.
    MenuButton,
    /// Telegram's own menu button for the person's chat, because the desk has no web front end any more.
    ResetMenuButton,
    /// An edit of a message that Telegram names by an inline id only.
    Inline {
        /// Telegram's id.
        inline_message_id: String,
        /// The edit; its message id has no meaning to Telegram.
        message: Box<Message>,
    },
    /// A message to a topic of the chat: an answer goes where it was asked for.
    InThread {
        /// Telegram's id of the topic.
        thread: i32,
        /// The message.
        message: Box<Message>,
    },
}

impl Message {
    /// Returns the message for a topic of its chat, if there is one.
    #[must_use]
    pub fn in_thread(self, thread: Option<i32>) -> Self {
        match thread {
            Some(thread) => Self::InThread { thread, message: Box::new(self) },
            None => self,
        }
    }

    /// Returns its priority class within the chat: 0 for new messages, 1 for a customer's words to an agent,
    /// which must not delay a new ticket, and 2 for refreshes, which go after both.
    #[must_use]
    pub fn priority_class(&self) -> u8 {
        match self {
            // An agent's last words must reach the customer before the notice of the completion.
            Self::Relay { to_agent, .. } => u8::from(*to_agent),
            // A new ticket goes before them, and the pin stays behind its card.
            Self::Show(_) | Self::Pin(_) => 1,
            Self::Notice(_)
            | Self::Text(_)
            | Self::Edit { .. }
            | Self::Close { .. }
            | Self::Card(_)
            | Self::CardText { .. }
            | Self::Retire(_) => 0,
            Self::Refresh(_)
            | Self::Redraw { .. }
            | Self::Reaction(_)
            | Self::Menu
            | Self::MenuButton
            | Self::ResetMenuButton
            | Self::Topic { .. }
            | Self::DeleteTopic { .. } => REFRESH_CLASS,
            Self::InThread { message, .. } | Self::Inline { message, .. } => message.priority_class(),
        }
    }

    /// Returns the message without the place that it is for.
    #[must_use]
    pub fn inner(&self) -> &Self {
        match self {
            Self::InThread { message, .. } | Self::Inline { message, .. } => message.inner(),
            _ => self,
        }
    }

    /// Returns true if it only keeps something up to date. It never delays a new message, so it waits alone
    /// and not with its chat.
    #[must_use]
    pub fn is_refresh(&self) -> bool {
        self.priority_class() == REFRESH_CLASS
    }

    /// Returns the ticket if this brings a part of it that the agent gets in no other way.
    #[must_use]
    pub fn ticket_part(&self) -> Option<TicketId> {
        match self.inner() {
            Self::Notice(
                Notice::File { ticket, .. }
                | Notice::Album { ticket, .. }
                | Notice::DescriptionPart { ticket, .. },
            ) => Some(*ticket),
            _ => None,
        }
    }

    /// Returns the coalesce key of the pending delivery that makes this one needless: the buttons of a card
    /// that was not sent yet need not be removed.
    #[must_use]
    pub fn superseding_key(&self) -> Option<String> {
        match self.inner() {
            Self::Retire(key) => Some(card_key(*key)),
            _ => None,
        }
    }

    /// Returns the key by which deliveries coalesce: of the pending deliveries to a chat with the same key,
    /// only one is sent.
    #[must_use]
    pub fn coalesce_key(&self) -> Option<String> {
        match self {
            Self::Show(key) => Some(format!("show {key}")),
            Self::Pin(key) => Some(format!("pin {key}")),
            Self::Refresh(key) => Some(format!("refresh {key}")),
            Self::Redraw { message_id, .. } => Some(format!("redraw {message_id}")),
            Self::Relay { part, .. } => part.coalesce_key(),
            Self::Reaction(message) => Some(format!("reaction {message}")),
            Self::Menu => Some("menu".to_owned()),
            Self::MenuButton | Self::ResetMenuButton => Some("menu button".to_owned()),
            Self::Topic { ticket, .. } => Some(format!("topic {ticket}")),
            Self::DeleteTopic { ticket, .. } => Some(format!("delete topic {ticket}")),
            Self::Card(key) => Some(card_key(*key)),
            Self::InThread { message, .. } | Self::Inline { message, .. } => message.coalesce_key(),
            Self::Notice(Notice::Undelivered { .. }) => Some("undelivered".to_owned()),
            _ => None,
        }
    }
}

/// Returns the coalesce key of a new card.
fn card_key(key: CardKey) -> String {
    format!("card {key}")
}
