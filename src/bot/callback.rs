//! Typed button actions, and their encoding in Telegram's 64 bytes of `callback_data`.
//!
//! An action on a ticket carries the version that the button was drawn for, and a switch carries the wanted
//! state. So a second press has no further effect. The data comes back from a client, so it can be outdated,
//! foreign or forged: it says what was pressed and authorizes nothing.
mod absence;
mod alert;
mod alias;
mod audience;
mod canned;
mod choice;
mod console;
mod hours;
mod id_code;
mod picker;
mod prompt;
mod record;
mod settings;
mod statistics;
mod wire;
mod working_hours;

pub use absence::AbsenceAction;
pub use alert::{AlertAction, MuteTime};
pub use alias::AliasAction;
pub use canned::CannedAction;
pub use choice::ChoiceAction;
pub use console::ConsoleAction;
pub use hours::{HoursAction, OfferedPlan, OfferedZone};
pub use picker::{DepartmentPickerPurpose, PickerPurpose};
pub use prompt::PromptAction;
pub use record::{RecordAction, SearchQuery};
pub use settings::SettingAction;
pub use statistics::StatisticsAction;
pub use working_hours::WorkingHoursAction;

use crate::domain::card::CardKey;
use crate::domain::card::console::ConsoleList;
use crate::domain::ids::{
    CategoryId, DeadLetterId, DepartmentId, DraftId, PersonId, ReplyId, TicketId, Version,
};
use crate::domain::person::Locale;
use crate::domain::person::invite::CODE_LENGTH;
use crate::domain::ticket::Priority;
use crate::domain::ticket::service::Stars;

/// Telegram's limit on `callback_data`, in bytes.
pub const MAX_DATA_BYTES: usize = 64;

/// An action of the agent who holds a ticket: a step of the engine, or ↩️.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskAction {
    /// Starts work on the ticket.
    Start,
    /// Completes it.
    Complete,
    /// Puts it on hold.
    Pause,
    /// Has the engine resume it at this time.
    Snooze(Snooze),
    /// Resumes it.
    Resume,
    /// Gives it back to the queue.
    GiveBack,
}

/// The time until which a ticket stays on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snooze {
    /// For half an hour.
    HalfHour,
    /// For two hours.
    TwoHours,
    /// Until the next morning.
    Tomorrow,
    /// Until the holder resumes it.
    Indefinite,
}

/// The card that carries a ticket's button, so that the card can be redrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The agent's card of the ticket.
    Task,
    /// The agent's queue, on this page.
    MyQueue(u16),
    /// The customer's status card.
    Status,
    /// The customer's list of tickets, on this page.
    MyTickets(u16),
    /// The waiting list, on this page.
    Queue(u16),
    /// The agent's pick-up card of the ticket.
    PickUp,
}

/// A list with pages that can be changed or refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagedList {
    /// `/myqueue`.
    MyQueue,
    /// `/mytickets`.
    MyTickets,
    /// `/queue`.
    Queue,
    /// `/workload`.
    Workload,
}

/// The code of an invitation in a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteCode([u8; CODE_LENGTH]);

impl InviteCode {
    /// Returns the code; `None` if its length is wrong or a character can't be in a code.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let bytes = code.as_bytes().try_into().ok()?;
        code.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(Self(bytes))
    }

    /// Returns it as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The action of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonAction {
    /// An agent takes a step with a ticket that they hold.
    Task(TaskAction, TicketId, Version, Surface),
    /// An agent has a ticket that they hold brought again: its card and its files.
    ShowTask(TicketId, Surface),
    /// An agent writes to the customer of this ticket from now on.
    Focus(TicketId),
    /// An action on the record of a ticket.
    Record(RecordAction),
    /// An agent sends a canned reply.
    Canned(CannedAction),
    /// An action on the alias of an agent.
    Alias(AliasAction),
    /// An action on the working hours of an agent.
    WorkingHours(WorkingHoursAction),
    /// An action on the absence of the agent who presses.
    Absence(AbsenceAction),
    /// An action on the desk's settings.
    Settings(SettingAction),
    /// An action of an admin in the console, with the list to which its views lead back.
    Console(ConsoleAction, ConsoleList),
    /// An action on the statistics.
    Statistics(StatisticsAction),
    /// An admin mutes an alert, or ends its mute.
    Alert(AlertAction),
    /// An author says for which ticket their kept messages are.
    Choice(ChoiceAction),
    /// An agent takes a ticket from the queue.
    PickUp(TicketId, Version, Surface),
    /// Asks whether a customer's ticket is to be cancelled.
    CancelTicket(TicketId, Version, Surface),
    /// A customer cancels a ticket.
    CancelConfirmed(TicketId, Version, Surface),
    /// Undoes the cancellation of the customer's ticket.
    CancelUndo(TicketId),
    /// A customer keeps the ticket after all.
    KeepTicket(TicketId, Surface),
    /// A customer reopens a ticket after the completion with this number.
    Reopen(TicketId, u16),
    /// A customer rates a ticket after the completion with this number.
    Rate(TicketId, u16, Stars),
    /// Reopens a ticket after the completion with this number, with the comment to its rating: the customer's message
    /// with this id.
    CommentContinue(TicketId, u16, i32),
    /// Chooses the category of a draft.
    DraftCategory(DraftId, CategoryId),
    /// Shows another page of categories for a draft.
    DraftCategories(DraftId, u16),
    /// Sends the draft.
    DraftSend(DraftId),
    /// Reopens a ticket after the completion with this number, with the messages of the draft.
    DraftContinue(DraftId, TicketId, u16),
    /// Asks whether the draft is to be dropped.
    DraftCancel(DraftId),
    /// Drops the draft.
    DraftDrop(DraftId),
    /// Keeps the draft after all.
    DraftKeep(DraftId),
    /// Restores the draft that was dropped a moment ago.
    DraftUndo(DraftId),
    /// Answers "Are you still there?" with yes.
    StillHere,
    /// Goes online.
    GoOnline,
    /// Goes offline.
    GoOffline,
    /// Shows a page of a list, or refreshes it.
    ShowPage(PagedList, u16),
    /// Sets the language.
    Language(Locale),
    /// Switches automatic assignment for the agent who presses.
    AutoAssign(bool),
    /// Switches the question for a last word for the agent who presses.
    AskLastWord(bool),
    /// An action below a prompt.
    Prompt(PromptAction),
    /// Shows another page of a picker.
    PickPage(PickerPurpose, u16),
    /// Has the person choose from their contacts for a picker.
    AskContact(PickerPurpose),
    /// Chooses a person of a picker.
    PickPerson(PickerPurpose, PersonId),
    /// Chooses a ticket of a picker.
    PickTicket(PickerPurpose, TicketId),
    /// Sets an agent's capacity.
    SetMax(PersonId, u16),
    /// Confirms the removal of an agent.
    RemoveAgent(PersonId),
    /// Makes this person an admin (`true`), or takes the role from them.
    SetAdmin(PersonId, bool),
    /// Tries a dead letter again.
    RetryDeadLetter(DeadLetterId),
    /// Revokes an invitation.
    RevokeInvite(InviteCode),
    /// Makes this person an agent in this department (a nil id: in all of them).
    AddAgent(PersonId, DepartmentId),
    /// Creates an invitation to this department (a nil id: to all of them).
    Invite(DepartmentId),
    /// Reassigns a ticket to an agent; `true` overrides the agent's capacity.
    Reassign(TicketId, Version, PersonId, bool),
    /// Shows another page of the agents to whom a ticket can be reassigned.
    ReassignPage(TicketId, u16),
    /// Puts a ticket back in the queue.
    Requeue(TicketId, Version),
    /// Sets the priority of a ticket.
    Priority(TicketId, Priority),
    /// Shows a page of a ticket's audit log.
    Audit(TicketId, u16),
    /// Shows a ticket, as `/ticket` does.
    ShowTicket(TicketId),
    /// Cancels the open tickets of a banned customer.
    CancelTicketsOf(PersonId),
    /// Switches topics in private chats.
    SetTopics(bool),
    /// Shows a page of the canned replies.
    Replies(u16),
    /// Shows a canned reply.
    Reply(ReplyId),
    /// Opens the prompt for a new canned reply.
    NewReply,
    /// Opens the prompt for a canned reply's new text.
    EditReply(ReplyId),
    /// Sets the department of a canned reply (a nil id: all of them).
    ReplyDepartment(ReplyId, DepartmentId),
    /// Asks whether a canned reply is to be deleted.
    RemoveReply(ReplyId),
    /// Deletes a canned reply.
    RemoveReplyConfirmed(ReplyId),
    /// Adds an agent to a department (`true`) or removes them from it.
    AgentDepartment(PersonId, DepartmentId, bool),
    /// Shows a page of a list of departments.
    Departments(DepartmentPickerPurpose, u16),
    /// Shows a department, with this page of its categories.
    Department(DepartmentId, u16),
    /// Opens the prompt for the name of a new department.
    NewDepartment,
    /// Confirms the new department that the message names.
    CreateDepartment,
    /// Opens the prompt for a department's new name.
    RenameDepartment(DepartmentId),
    /// Makes a department critical (`true`) or not.
    CriticalDepartment(DepartmentId, bool),
    /// An action on the business hours of a department.
    Hours(HoursAction),
    /// Retires a department (`true`) or reopens it.
    RetireDepartment(DepartmentId, bool),
    /// Moves the waiting tickets of the first department to the second.
    RelocateQueue(DepartmentId, DepartmentId),
    /// Opens the prompt for the name of a new category.
    NewCategory(DepartmentId),
    /// Shows a category.
    Category(CategoryId),
    /// Opens the prompt for a category's new name.
    RenameCategory(CategoryId),
    /// Retires a category (`true`) or reopens it.
    RetireCategory(CategoryId, bool),
    /// Closes the question without an action.
    Dismiss,
    /// No action: the button is a label, such as a page number.
    NoOp,
}

impl Surface {
    /// Returns the card that carries the button, for this ticket and viewer.
    #[must_use]
    pub fn card(self, ticket: TicketId, viewer: PersonId) -> CardKey {
        match self {
            Self::Task => CardKey::Task(ticket, viewer),
            Self::MyQueue(page) => CardKey::MyQueue(viewer, page),
            Self::Status => CardKey::Status(ticket),
            Self::MyTickets(page) => CardKey::MyTickets(viewer, page),
            Self::Queue(page) => CardKey::Queue(viewer, page),
            Self::PickUp => CardKey::PickUp(ticket, viewer),
        }
    }
}
