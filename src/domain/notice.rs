//! Notices and deliveries: messages to people about a change. A notice holds ids and numbers; it is rendered
//! when it is sent, in the recipient's language.
pub mod availability;
pub mod console;
pub mod membership;
mod message;
mod record;
pub mod rendered;
pub mod service;

pub use message::{Message, RelayPart};
pub use record::RecordPart;

use super::alert::Alert;
use super::card::CardKey;
use super::content::Attachment;
use super::ids::{ChatId, DepartmentId, MessageId, PersonId, TicketId};
use super::person::Role;
use availability::AvailabilityNotice;
use console::ConsoleNotice;
use membership::MembershipNotice;
use serde::{Deserialize, Serialize};
use service::ServiceNotice;

/// A notice to one chat. It is committed together with the change that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// To the customer: the ticket was created. Becomes the live status card.
    Created {
        /// The ticket.
        ticket: TicketId,
        /// Its position in the queue at the commit, from 1.
        position: u64,
        /// Number of agents online in its department at the commit.
        online: u32,
        /// Telegram's id of the message that showed the draft. It becomes the status card, instead of a new
        /// message.
        #[serde(default)]
        draft_message: Option<i32>,
    },
    /// To the agent: a new ticket in their queue. Becomes the live task card.
    NewTask {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
        /// Its position in the agent's queue, from 1.
        position: u16,
        /// Number of tickets that the agent holds, this one included.
        held: u16,
        /// The agent's capacity.
        max: u16,
    },
    /// To the agent: the time of a ticket on hold has come. Becomes the live task card.
    TaskResumed {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
    },
    /// To the agent: they have not opened this ticket yet. Becomes the live task card.
    TaskNudged {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
        /// In how many seconds it goes to another agent; `None` if it stays.
        seconds: Option<u32>,
    },
    /// To the agent: a ticket that they did not open goes to another agent.
    TaskPassedOn {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: more of the ticket's description, after [`Notice::NewTask`].
    DescriptionPart {
        /// The ticket.
        ticket: TicketId,
        /// The index of the part; the task card shows part 0.
        part: usize,
    },
    /// To the agent: a file of the ticket's description, after [`Notice::NewTask`].
    File {
        /// The ticket.
        ticket: TicketId,
        /// The file.
        file: Attachment,
    },
    /// To the agent: files of the ticket's description that the customer sent as one album.
    Album {
        /// The ticket.
        ticket: TicketId,
        /// The files.
        files: Vec<Attachment>,
    },
    /// To the customer: the ticket was assigned. Becomes the live status card.
    Assigned {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
    },
    /// To the customer: the ticket was completed. Becomes the live status card.
    Completed {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the customer: the ticket was cancelled at their request. An edit of the live status card.
    Cancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: the customer cancelled a ticket that they held.
    TaskCancelled {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: a ticket that they held was reassigned or went back to the queue.
    TaskWithdrawn {
        /// The ticket.
        ticket: TicketId,
        /// The new holder; `None` if it is in the queue.
        to: Option<PersonId>,
    },
    /// To the customer: the ticket went back to the queue at its old place. Becomes the live status card.
    Requeued {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: are you still online?
    StillOnline {
        /// The agent.
        agent: PersonId,
        /// Minutes that they have to answer.
        minutes: u32,
    },
    /// To the agent: they were set offline because they did not answer.
    TakenOffline {
        /// Number of tickets that they keep.
        kept: u16,
    },
    /// To a person: their role has changed.
    RoleChanged {
        /// The new role.
        role: Role,
    },
    /// About the role of an admin.
    Membership(MembershipNotice),
    /// To an admin who was also an agent: they are no longer an agent, and stay an admin.
    NoLongerAgent,
    /// To the admins: a person accepted an invitation.
    Joined {
        /// The person.
        person: PersonId,
    },
    /// To the admins: an agent blocked the bot and gets no tickets until they unblock it.
    AgentUnreachable {
        /// The agent.
        person: PersonId,
        /// Number of their tickets that go back to the queue.
        #[serde(default)]
        released: u16,
        /// Number of tickets that they keep.
        #[serde(default)]
        kept: u16,
    },
    /// To the admins: a ticket that an admin had put back returned to its former holder, as no other agent
    /// could take it.
    Returned {
        /// The ticket.
        ticket: TicketId,
        /// The agent.
        agent: PersonId,
    },
    /// To the agent: an admin changed how many tickets they can hold.
    CapacityChanged {
        /// Number of tickets that they hold.
        held: u16,
        /// The new capacity.
        max: u16,
    },
    /// To the agent: an admin changed the departments that they serve.
    DepartmentsChanged {
        /// The department.
        department: DepartmentId,
        /// Whether they serve it now.
        serves: bool,
    },
    /// To the agent who holds the ticket: its customer blocked the bot.
    CustomerUnreachable {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the agent: a file or a part of the description could not be brought.
    PartUndelivered {
        /// The ticket.
        ticket: TicketId,
    },
    /// To staff: a part of a ticket's record.
    Record {
        /// The part.
        part: RecordPart,
    },
    /// To the author: their message of a conversation was not sent.
    MessageFailed {
        /// The message.
        message: MessageId,
    },
    /// To the author: a part of their message of a conversation could not be sent.
    MessagePartlySent {
        /// The message.
        message: MessageId,
    },
    /// To the agent: the customer's reaction to their message looks like the mark that it is delivered.
    ReactedLikeMark {
        /// The message.
        message: MessageId,
    },
    /// To the customer: a file or a part of the description did not reach the agent.
    SendAgain {
        /// The ticket.
        ticket: TicketId,
    },
    /// To the admins: a message was given up. Several pending ones are sent as one.
    Undelivered {
        /// The chat that did not get it.
        chat: ChatId,
    },
    /// To the admins: the handler of an update failed repeatedly, and the update became a dead letter.
    UpdateDeadLettered {
        /// Telegram's `update_id`.
        update: i64,
    },
    /// To the admins: an incident began, or is over.
    Alert {
        /// The kind of the incident.
        alert: Alert,
        /// True if it is over, false if it began.
        over: bool,
    },
    /// To the sender of an update that became a dead letter.
    UpdateFailed,
    /// About a reopened or rated ticket, or a ban.
    Service(ServiceNotice),
    /// About what an admin did in the console.
    Console(ConsoleNotice),
    /// About an availability that the engine changed as planned.
    Availability(AvailabilityNotice),
}

impl Notice {
    /// Returns the card that the message with this notice becomes, if any.
    #[must_use]
    pub fn card(&self) -> Option<CardKey> {
        match self {
            Self::Created { ticket, .. }
            | Self::Assigned { ticket, .. }
            | Self::Completed { ticket }
            | Self::Cancelled { ticket }
            | Self::Requeued { ticket } => Some(CardKey::Status(*ticket)),
            Self::NewTask { ticket, agent, .. }
            | Self::TaskResumed { ticket, agent }
            | Self::TaskNudged { ticket, agent, .. } => Some(CardKey::Task(*ticket, *agent)),
            Self::Service(ServiceNotice::AskComment { ticket }) => Some(CardKey::CommentPrompt(*ticket)),
            _ => None,
        }
    }
}

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

    /// Returns the deliveries of a notice that moves its card to the end of the chat: the earlier message of the
    /// card is deleted, and the notice becomes the card.
    pub fn moved_card(chat: ChatId, notice: Notice) -> impl Iterator<Item = Self> {
        let earlier = notice.card().map(|card| Self { chat, message: Message::Retire(card) });
        earlier.into_iter().chain([Self::notice(chat, notice)])
    }

    /// Returns a delivery that refreshes a card.
    #[must_use]
    pub fn refresh(chat: ChatId, card: CardKey) -> Self {
        Self { chat, message: Message::Refresh(card) }
    }
}
