//! View models of notices, one for each kind.
use super::console::ConsoleNoticeView;
use super::service::ServiceView;
use super::{AlertView, TaskView, TicketStatusView, TicketView};
use crate::domain::notice::availability::AvailabilityNotice;
use crate::domain::number::TicketNumber;
use crate::domain::person::{Availability, Role};
use crate::domain::text::formatted::FormattedText;
use std::time::Duration;

/// A notice about the role of an admin, with its names resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembershipView {
    /// To a person: they are an admin now.
    AdminRole {
        /// Whether they are an agent too.
        is_agent: bool,
    },
    /// To a person: they are no admin any more.
    NoLongerAdmin {
        /// Whether they stay an agent.
        is_agent: bool,
    },
    /// To the other admins: a person became an admin.
    AdminAdded {
        /// The name of the person.
        person: String,
        /// The name of the admin who did it.
        by: String,
    },
    /// To the other admins: a person is no admin any more.
    AdminRemoved {
        /// The name of the person.
        person: String,
        /// The name of the admin who did it.
        by: String,
    },
    /// To an agent: an admin set their alias, or cleared it.
    AliasChanged {
        /// The alias.
        alias: Option<String>,
    },
}

/// A notice with its names resolved; one variant for each of [`crate::domain::notice::Notice`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeView {
    /// To the customer: the ticket was opened, assigned, put back, cancelled or completed. A state of the status
    /// card.
    Status(Box<TicketStatusView>),
    /// To the agent: a new ticket. The first state of the task card.
    NewTask(TaskView),
    /// To the agent: the time of a ticket on hold has come. A state of the task card.
    TaskResumed(TicketView),
    /// To the agent: they have not opened the ticket yet. The time is that in which it goes to another agent, if it
    /// does. A state of the task card.
    TaskNudged(TicketView, Option<Duration>),
    /// To the agent: a ticket that they did not open goes to another agent.
    TaskPassedOn {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: a further part of this ticket's description.
    DescriptionPart {
        /// The ticket.
        number: TicketNumber,
        /// The number of the part, from 1, and of all parts.
        part: (usize, usize),
        /// The text.
        text: FormattedText,
    },
    /// To the agent: a file or album of this ticket's description. The text is the caption.
    File {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: the customer cancelled the ticket.
    TaskCancelled {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: the ticket was taken from them.
    TaskWithdrawn {
        /// The ticket.
        number: TicketNumber,
        /// The name of the new holder; `None` if the ticket is back in the queue.
        to: Option<String>,
    },
    /// To the agent: are you still there?
    StillOnline {
        /// The availability that they chose.
        availability: Availability,
        /// How many minutes they have to answer.
        minutes: u32,
    },
    /// To the agent: taken offline, since there was no answer.
    TakenOffline {
        /// Tickets that they keep.
        kept: u16,
    },
    /// To a person: the role changed.
    RoleChanged {
        /// The new role.
        role: Role,
    },
    /// About the role of an admin.
    Membership(MembershipView),
    /// To an admin: the person is no agent any more.
    NoLongerAgent,
    /// To the admins: an invitation was accepted.
    Joined {
        /// The name of the new agent.
        person: String,
    },
    /// To the admins: an agent blocked the bot.
    AgentUnreachable {
        /// The agent's name.
        person: String,
        /// Tickets that go back to the queue.
        released: u16,
        /// Tickets that they keep.
        kept: u16,
    },
    /// To the admins: a ticket returned to its former holder.
    Returned {
        /// The ticket.
        number: TicketNumber,
        /// The agent's name.
        agent: String,
    },
    /// To the agent: an admin changed their capacity.
    CapacityChanged {
        /// Tickets that they hold.
        held: u16,
        /// Tickets that they can hold.
        max: u16,
    },
    /// To the agent: an admin added them to a department or removed them from it.
    DepartmentsChanged {
        /// The name of the department.
        department: String,
        /// Whether they serve it now.
        serves: bool,
    },
    /// To the agent who holds the ticket: its customer blocked the bot.
    CustomerUnreachable {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the agent: a part of this ticket could not be brought.
    PartUndelivered {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the customer: a part of this ticket did not reach the agent.
    SendAgain {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the admins: a message was given up.
    Undelivered {
        /// The name of the person who did not get it, or the number of the chat.
        recipient: String,
        /// How many were given up in all.
        total: u64,
    },
    /// To the admins: an update became a dead letter.
    DeadLetter {
        /// Telegram's `update_id`.
        update: i64,
    },
    /// To the admins: an incident began or is over.
    Alert(AlertView),
    /// To the person whose update became a dead letter.
    UpdateFailed,
    /// About a reopened or rated ticket, or a ban.
    Service(ServiceView),
    /// About what an admin did in the console.
    Console(ConsoleNoticeView),
    /// About an availability that the engine changed as planned.
    Availability(AvailabilityNotice),
}
