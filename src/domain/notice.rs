//! What people are told because something happened to a ticket or to them: facts, put into words at the moment of
//! sending, in the reader's language.
use super::alert::Alert;
use super::card::CardKey;
use super::ids::{ChatId, PersonId, TicketId};
use super::person::Role;
use super::text::Attachment;
use serde::{Deserialize, Serialize};

/// One thing told to one chat. Travels in the same commit as the fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// To the customer: the ticket is in. Becomes the live status card.
    Created {
        /// The ticket.
        ticket: TicketId,
        /// Its position in the queue at that moment, from 1.
        position: u64,
        /// Agents online in its department at that moment.
        online: u32,
    },
    /// To the agent: a new ticket in their queue. Becomes the live task card.
    NewTask {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
        /// Its position in the agent's queue, from 1.
        position: u16,
        /// Tickets the agent holds, this one included.
        held: u16,
        /// Tickets the agent can hold.
        max: u16,
    },
    /// To the agent: more of the ticket's description, after [`Notice::NewTask`].
    Words {
        /// The ticket.
        ticket: TicketId,
        /// Which part; the task card has part 0.
        part: usize,
    },
    /// To the agent: a file of the ticket's description, after [`Notice::NewTask`].
    File {
        /// The ticket.
        ticket: TicketId,
        /// The file.
        file: Attachment,
    },
    /// To the customer: an agent has it.
    Assigned {
        /// The ticket.
        ticket: TicketId,
        /// Who.
        agent: PersonId,
    },
    /// To the customer: it is done.
    Completed {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the customer: it is withdrawn, as they asked.
    Cancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: the customer withdrew a ticket they held.
    TaskCancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: a ticket of theirs went to somebody else, or back to the queue.
    TaskTaken {
        /// The ticket.
        ticket: TicketId,
        /// Who has it now; nobody when it is back in the queue.
        to: Option<PersonId>,
    },
    /// To the customer: back in the queue, at this position.
    Requeued {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: are you still there?
    StillOnline {
        /// The agent.
        agent: PersonId,
        /// How many minutes they have to answer.
        minutes: u32,
    },
    /// To the agent: nobody answered, so you are offline now.
    TakenOffline {
        /// Tickets that stay with them.
        kept: u16,
    },
    /// To a person: their role has changed.
    RoleChanged {
        /// What they are now.
        role: Role,
    },
    /// To an admin who was an agent too: they work on tickets no more, and stay an admin.
    NoLongerAgent,
    /// To the admins: somebody accepted an invitation.
    Joined {
        /// Who.
        person: PersonId,
    },
    /// To the admins: an agent blocked the bot and gets no tickets until they unblock it.
    AgentUnreachable {
        /// Who.
        person: PersonId,
    },
    /// To the agent who holds the ticket: its customer blocked the bot.
    CustomerUnreachable {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the admins: an update failed again and again and was put aside.
    UpdatePutAside {
        /// Telegram's `update_id`.
        update: i64,
    },
    /// To the admins: an incident began, or is over.
    Alert {
        /// Which.
        alert: Alert,
        /// Whether it is over.
        over: bool,
    },
    /// To the person whose update was put aside.
    SomethingBroke,
}

impl Notice {
    /// The card that the message with this notice becomes, if it does.
    #[must_use]
    pub fn card(&self) -> Option<CardKey> {
        match self {
            Self::Created { ticket, .. } => Some(CardKey::Status(*ticket)),
            Self::NewTask { ticket, agent, .. } => Some(CardKey::Task(*ticket, *agent)),
            _ => None,
        }
    }
}

/// Something to be delivered to one chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Where to.
    pub chat: ChatId,
    /// What.
    pub message: Message,
}

impl Outgoing {
    /// A notice for a chat.
    #[must_use]
    pub fn notice(chat: ChatId, notice: Notice) -> Self {
        Self { chat, message: Message::Notice(notice) }
    }

    /// A card in a chat is to be brought up to date.
    #[must_use]
    pub fn refresh(chat: ChatId, card: CardKey) -> Self {
        Self { chat, message: Message::Refresh(card) }
    }
}

/// The kinds of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// A new message, put into words when it is sent.
    Notice(Notice),
    /// A new message, already in words.
    Text(Rendered),
    /// A message that was sent before gets these words instead.
    Edit {
        /// Which message.
        message_id: i32,
        /// The new words.
        text: Rendered,
    },
    /// A card, sent as a new message in its state at that moment; from then on the live one of its key.
    Card(CardKey),
    /// The live card of this key is brought up to date. Several that wait are sent once.
    Refresh(CardKey),
    /// A certain message showing a card (perhaps an older copy) is brought up to date.
    Redraw {
        /// Which message.
        message_id: i32,
        /// What it shows.
        card: CardKey,
    },
    /// The live card of this key, wherever it stands by then, gives up its buttons for the one that follows.
    Retire(CardKey),
    /// The person's command menu, for their role and language.
    Menu,
}

impl Message {
    /// In which lane of its chat it waits: new messages (0) go before what only brings something up to date (1).
    #[must_use]
    pub fn priority_class(&self) -> u8 {
        match self {
            Self::Notice(_) | Self::Text(_) | Self::Edit { .. } | Self::Card(_) | Self::Retire(_) => 0,
            Self::Refresh(_) | Self::Redraw { .. } | Self::Menu => 1,
        }
    }

    /// What coalesces: of the deliveries to one chat with the same key that wait, one is enough.
    #[must_use]
    pub fn coalesce_key(&self) -> Option<String> {
        match self {
            Self::Refresh(key) => Some(format!("refresh {key}")),
            Self::Redraw { message_id, .. } => Some(format!("redraw {message_id}")),
            Self::Menu => Some("menu".to_owned()),
            _ => None,
        }
    }
}

/// Words ready to be sent: Telegram's HTML, and buttons below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Rendered {
    /// HTML as Telegram takes it, with everything that people wrote already escaped.
    pub html: String,
    /// Rows of buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Its label.
    pub label: String,
    /// What comes back when it is pressed: at most 64 bytes.
    pub data: String,
}
