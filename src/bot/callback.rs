//! What a button carries: a typed press, packed into Telegram's 64 bytes of `callback_data`.
//!
//! What acts on a ticket names the version that the button was drawn for, and what switches something names the state that
//! is wanted: a press that comes twice finds its work done. The data comes back from a client, so it can be old, foreign
//! or made up: it says what was pressed, never who may.
mod wire;

use crate::domain::card::CardKey;
use crate::domain::ids::{CategoryId, DepartmentId, DraftId, PersonId, TicketId, Version};
use crate::domain::person::Locale;

/// Telegram's limit on `callback_data`, in bytes.
pub const MAX_DATA_BYTES: usize = 64;

/// What an agent does to a ticket they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Open.
    Start,
    /// Complete.
    Complete,
    /// Put on hold.
    Hold,
    /// Take up again.
    Resume,
}

/// The message on which a ticket's button stands, so that it can be redrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The agent's card of one ticket.
    Task,
    /// The agent's queue, on this page.
    MyQueue(u16),
    /// The customer's status card.
    Status,
    /// The customer's list, on this page.
    MyTickets(u16),
    /// The waiting list, on this page.
    Queue(u16),
}

/// A list that can be turned to another page or refreshed.
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

/// A list of people, tickets or departments out of which an admin picks one for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerPurpose {
    /// `/setmax`: which agent.
    SetMax,
    /// `/removeagent`: which agent.
    RemoveAgent,
    /// `/addagent`: which person.
    AddAgent,
    /// `/reassign`: which ticket.
    Reassign,
    /// `/agents`: show one.
    Agent,
}

/// What one of a list of departments is picked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepartmentPickerPurpose {
    /// `/department`: it is shown.
    Show,
    /// `/invite`: the invitation is to it.
    Invite,
    /// `/category`: it gets the category.
    Category,
    /// `/addagent`: this person serves it.
    Newcomer(PersonId),
    /// `/agents`: this agent joins or leaves it.
    Agent(PersonId),
}

/// A pressed button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonAction {
    /// An agent acts on a ticket they hold.
    Task(Step, TicketId, Version, Surface),
    /// An agent takes a ticket from the queue.
    PickUp(TicketId, Version, Surface),
    /// A customer withdraws a ticket.
    CancelTicket(TicketId, Version, Surface),
    /// The category of a draft.
    DraftCategory(DraftId, CategoryId),
    /// Another page of categories for a draft.
    DraftCategories(DraftId, u16),
    /// Send the draft.
    DraftSend(DraftId),
    /// Throw the draft away.
    DraftCancel(DraftId),
    /// "I am still here."
    StillHere,
    /// Go online.
    GoOnline,
    /// Go offline.
    GoOffline,
    /// Turn a list to a page, or refresh it.
    ShowPage(PagedList, u16),
    /// Choose a language.
    Language(Locale),
    /// Switch automatic assignment for oneself.
    AutoAssign(bool),
    /// Another page of a picking list.
    PickPage(PickerPurpose, u16),
    /// One person of a picking list.
    PickPerson(PickerPurpose, PersonId),
    /// One ticket of a picking list.
    PickTicket(PickerPurpose, TicketId),
    /// An agent's new capacity.
    SetMax(PersonId, u16),
    /// Yes, this agent is to be removed.
    RemoveAgent(PersonId),
    /// This person becomes an agent in this department (a nil id: in all of them).
    AddAgent(PersonId, DepartmentId),
    /// An invitation to this department (a nil id: to all of them).
    Invite(DepartmentId),
    /// A ticket goes to an agent; `true`: even when the agent is full.
    Reassign(TicketId, Version, PersonId, bool),
    /// A ticket goes back to the queue.
    Requeue(TicketId, Version),
    /// An agent is to serve a department, or not to.
    AgentDepartment(PersonId, DepartmentId, bool),
    /// A page of a list of departments.
    Departments(DepartmentPickerPurpose, u16),
    /// One department, with this page of its categories.
    Department(DepartmentId, u16),
    /// A name is asked for a new department.
    NewDepartment,
    /// Yes, the department that the message names is to be made.
    CreateDepartment,
    /// A new name is asked for a department.
    RenameDepartment(DepartmentId),
    /// A department is to be critical, or not to.
    CriticalDepartment(DepartmentId, bool),
    /// A department is to be retired, or not to.
    RetireDepartment(DepartmentId, bool),
    /// A name is asked for a new category.
    NewCategory(DepartmentId),
    /// One category of a department.
    Category(CategoryId),
    /// A new name is asked for a category.
    RenameCategory(CategoryId),
    /// A category is to be retired, or not to.
    RetireCategory(CategoryId, bool),
    /// Never mind.
    Dismiss,
    /// A label without a deed, such as a page number.
    NoOp,
}

impl Surface {
    /// The card that stands there, for this ticket and reader.
    #[must_use]
    pub fn card(self, ticket: TicketId, viewer: PersonId) -> CardKey {
        match self {
            Self::Task => CardKey::Task(ticket, viewer),
            Self::MyQueue(page) => CardKey::MyQueue(viewer, page),
            Self::Status => CardKey::Status(ticket),
            Self::MyTickets(page) => CardKey::MyTickets(viewer, page),
            Self::Queue(page) => CardKey::Queue(viewer, page),
        }
    }
}
