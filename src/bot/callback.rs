//! What a button carries: a typed press, packed into Telegram's 64 bytes of `callback_data`.
//!
//! Ids are opaque (a UUID in 22 characters), and what acts on a ticket names the version that the button was drawn for.
//! The data comes back from a client, so it can be old, foreign or made up: it says what was pressed, never who may.
use crate::domain::card::CardKey;
use crate::domain::ids::{CategoryId, DepartmentId, DraftId, PersonId, TicketId, Version};
use crate::domain::person::Locale;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Telegram's limit on `callback_data`, in bytes.
pub const MAX_DATA: usize = 64;

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
pub enum List {
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
pub enum Pick {
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

/// A pressed button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
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
    Turn(List, u16),
    /// Choose a language.
    Language(Locale),
    /// Switch automatic assignment for oneself.
    AutoAssign(bool),
    /// Another page of a picking list.
    PickPage(Pick, u16),
    /// One person of a picking list.
    PickPerson(Pick, PersonId),
    /// One ticket of a picking list.
    PickTicket(Pick, TicketId),
    /// An agent's new capacity.
    SetMax(PersonId, u16),
    /// Yes, this agent is to be removed.
    RemoveAgent(PersonId),
    /// This person becomes an agent in this department (a nil id: in all of them).
    AddAgent(PersonId, DepartmentId),
    /// An invitation to this department (a nil id: to all of them).
    Invite(DepartmentId),
    /// A ticket goes to an agent; `true`: even when the agent is full.
    Reassign(TicketId, PersonId, bool),
    /// A ticket goes back to the queue.
    Requeue(TicketId),
    /// An agent joins or leaves a department.
    AgentDepartment(PersonId, DepartmentId),
    /// The list of departments.
    Departments,
    /// One department.
    Department(DepartmentId),
    /// A name is asked for a new department.
    NewDepartment,
    /// A new name is asked for a department.
    RenameDepartment(DepartmentId),
    /// The critical flag is switched.
    CriticalDepartment(DepartmentId),
    /// A department is retired or brought back.
    RetireDepartment(DepartmentId),
    /// A name is asked for a new category.
    NewCategory(DepartmentId),
    /// One category of a department.
    Category(CategoryId),
    /// A new name is asked for a category.
    RenameCategory(CategoryId),
    /// A category is retired or brought back.
    RetireCategory(CategoryId),
    /// Never mind.
    Dismiss,
    /// A label without a deed, such as a page number.
    Nothing,
}

fn id(uuid: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(uuid.as_bytes())
}

fn unid(text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(Uuid::from_bytes(bytes.try_into().ok()?))
}

impl Surface {
    /// The card that stands there, for this ticket and reader.
    #[must_use]
    pub fn card(self, ticket: TicketId, reader: PersonId) -> CardKey {
        match self {
            Self::Task => CardKey::Task(ticket, reader),
            Self::MyQueue(page) => CardKey::MyQueue(reader, page),
            Self::Status => CardKey::Status(ticket),
            Self::MyTickets(page) => CardKey::MyTickets(reader, page),
            Self::Queue(page) => CardKey::Queue(reader, page),
        }
    }

    fn code(self) -> String {
        match self {
            Self::Task => "t".into(),
            Self::MyQueue(page) => format!("q{page}"),
            Self::Status => "s".into(),
            Self::MyTickets(page) => format!("m{page}"),
            Self::Queue(page) => format!("w{page}"),
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let page = || code.get(1..)?.parse().ok();
        match code.chars().next()? {
            't' => Some(Self::Task),
            's' => Some(Self::Status),
            'q' => page().map(Self::MyQueue),
            'm' => page().map(Self::MyTickets),
            'w' => page().map(Self::Queue),
            _ => None,
        }
    }
}

/// A pair of a value and its letter, in both directions.
fn letter<T: PartialEq + Copy>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(v, _)| *v == value).map_or("?", |(_, l)| l)
}

fn unletter<T: Copy>(table: &[(T, &'static str)], text: &str) -> Option<T> {
    table.iter().find(|(_, l)| *l == text).map(|(v, _)| *v)
}

const STEPS: &[(Step, &str)] =
    &[(Step::Start, "o"), (Step::Complete, "c"), (Step::Hold, "h"), (Step::Resume, "r")];
const LISTS: &[(List, &str)] =
    &[(List::MyQueue, "q"), (List::MyTickets, "m"), (List::Queue, "w"), (List::Workload, "l")];
const PICKS: &[(Pick, &str)] = &[
    (Pick::SetMax, "s"),
    (Pick::RemoveAgent, "x"),
    (Pick::AddAgent, "a"),
    (Pick::Reassign, "r"),
    (Pick::Agent, "g"),
];

impl Press {
    /// The press as `callback_data`: fields joined by `:`, at most [`MAX_DATA`] bytes.
    #[must_use]
    pub fn encode(self) -> String {
        match self {
            Self::Task(step, t, v, s) => {
                format!("t:{}:{}:{}:{}", letter(STEPS, step), id(t.0), v.0, s.code())
            }
            Self::PickUp(t, v, s) => format!("p:{}:{}:{}", id(t.0), v.0, s.code()),
            Self::CancelTicket(t, v, s) => format!("c:{}:{}:{}", id(t.0), v.0, s.code()),
            Self::DraftCategory(d, c) => format!("dc:{}:{}", id(d.0), id(c.0)),
            Self::DraftCategories(d, page) => format!("dp:{}:{page}", id(d.0)),
            Self::DraftSend(d) => format!("ds:{}", id(d.0)),
            Self::DraftCancel(d) => format!("dx:{}", id(d.0)),
            Self::StillHere => "here".into(),
            Self::GoOnline => "on".into(),
            Self::GoOffline => "off".into(),
            Self::Turn(list, page) => format!("l:{}:{page}", letter(LISTS, list)),
            Self::Language(locale) => format!("lang:{}", locale.tag()),
            Self::AutoAssign(on) => format!("auto:{}", u8::from(on)),
            Self::PickPage(pick, page) => format!("kp:{}:{page}", letter(PICKS, pick)),
            Self::PickPerson(pick, p) => format!("ku:{}:{}", letter(PICKS, pick), id(p.0)),
            Self::PickTicket(pick, t) => format!("kt:{}:{}", letter(PICKS, pick), id(t.0)),
            Self::SetMax(p, n) => format!("sm:{}:{n}", id(p.0)),
            Self::RemoveAgent(p) => format!("rm:{}", id(p.0)),
            Self::AddAgent(p, d) => format!("ad:{}:{}", id(p.0), id(d.0)),
            Self::Invite(d) => format!("inv:{}", id(d.0)),
            Self::Reassign(t, p, anyway) => format!("ra:{}:{}:{}", id(t.0), id(p.0), u8::from(anyway)),
            Self::Requeue(t) => format!("rq:{}", id(t.0)),
            Self::AgentDepartment(p, d) => format!("gd:{}:{}", id(p.0), id(d.0)),
            Self::Departments => "D".into(),
            Self::Department(d) => format!("D:{}", id(d.0)),
            Self::NewDepartment => "Dn".into(),
            Self::RenameDepartment(d) => format!("Dr:{}", id(d.0)),
            Self::CriticalDepartment(d) => format!("Dc:{}", id(d.0)),
            Self::RetireDepartment(d) => format!("Dx:{}", id(d.0)),
            Self::NewCategory(d) => format!("Cn:{}", id(d.0)),
            Self::Category(c) => format!("C:{}", id(c.0)),
            Self::RenameCategory(c) => format!("Cr:{}", id(c.0)),
            Self::RetireCategory(c) => format!("Cx:{}", id(c.0)),
            Self::Dismiss => "x".into(),
            Self::Nothing => "-".into(),
        }
    }

    /// What a press says; `None` when it was never drawn by this desk.
    #[must_use]
    pub fn decode(data: &str) -> Option<Self> {
        if data.len() > MAX_DATA {
            return None;
        }
        let fields: Vec<&str> = data.split(':').collect();
        let ticket = |t: &str| unid(t).map(TicketId);
        let person = |p: &str| unid(p).map(PersonId);
        let department = |d: &str| unid(d).map(DepartmentId);
        let category = |c: &str| unid(c).map(CategoryId);
        let draft = |d: &str| unid(d).map(DraftId);
        let version = |v: &str| v.parse().ok().map(Version);
        let flag = |f: &str| unletter(&[(false, "0"), (true, "1")], f);
        Some(match fields.as_slice() {
            ["t", step, t, v, s] => {
                Self::Task(unletter(STEPS, step)?, ticket(t)?, version(v)?, Surface::parse(s)?)
            }
            ["p", t, v, s] => Self::PickUp(ticket(t)?, version(v)?, Surface::parse(s)?),
            ["c", t, v, s] => Self::CancelTicket(ticket(t)?, version(v)?, Surface::parse(s)?),
            ["dc", d, c] => Self::DraftCategory(draft(d)?, category(c)?),
            ["dp", d, page] => Self::DraftCategories(draft(d)?, page.parse().ok()?),
            ["ds", d] => Self::DraftSend(draft(d)?),
            ["dx", d] => Self::DraftCancel(draft(d)?),
            ["here"] => Self::StillHere,
            ["on"] => Self::GoOnline,
            ["off"] => Self::GoOffline,
            ["l", list, page] => Self::Turn(unletter(LISTS, list)?, page.parse().ok()?),
            ["lang", tag] => Self::Language(Locale::ALL.into_iter().find(|l| l.tag() == *tag)?),
            ["auto", on] => Self::AutoAssign(flag(on)?),
            ["kp", pick, page] => Self::PickPage(unletter(PICKS, pick)?, page.parse().ok()?),
            ["ku", pick, p] => Self::PickPerson(unletter(PICKS, pick)?, person(p)?),
            ["kt", pick, t] => Self::PickTicket(unletter(PICKS, pick)?, ticket(t)?),
            ["sm", p, n] => Self::SetMax(person(p)?, n.parse().ok()?),
            ["rm", p] => Self::RemoveAgent(person(p)?),
            ["ad", p, d] => Self::AddAgent(person(p)?, department(d)?),
            ["inv", d] => Self::Invite(department(d)?),
            ["ra", t, p, anyway] => Self::Reassign(ticket(t)?, person(p)?, flag(anyway)?),
            ["rq", t] => Self::Requeue(ticket(t)?),
            ["gd", p, d] => Self::AgentDepartment(person(p)?, department(d)?),
            ["D"] => Self::Departments,
            ["D", d] => Self::Department(department(d)?),
            ["Dn"] => Self::NewDepartment,
            ["Dr", d] => Self::RenameDepartment(department(d)?),
            ["Dc", d] => Self::CriticalDepartment(department(d)?),
            ["Dx", d] => Self::RetireDepartment(department(d)?),
            ["Cn", d] => Self::NewCategory(department(d)?),
            ["C", c] => Self::Category(category(c)?),
            ["Cr", c] => Self::RenameCategory(category(c)?),
            ["Cx", c] => Self::RetireCategory(category(c)?),
            ["x"] => Self::Dismiss,
            ["-"] => Self::Nothing,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_presses_fit_and_come_back() {
        let (t, p) = (TicketId(Uuid::from_u128(u128::MAX)), PersonId(Uuid::from_u128(7)));
        let presses = [
            Press::Task(Step::Resume, t, Version(u64::MAX), Surface::MyQueue(u16::MAX)),
            Press::Reassign(t, p, true),
            Press::AddAgent(p, DepartmentId(Uuid::nil())),
            Press::CancelTicket(t, Version(u64::MAX), Surface::MyTickets(u16::MAX)),
            Press::PickPage(Pick::SetMax, u16::MAX),
            Press::Language(Locale::En),
        ];
        for press in presses {
            let data = press.encode();
            assert!(data.len() <= MAX_DATA, "{data}");
            assert_eq!(Press::decode(&data), Some(press));
        }
    }

    #[test]
    fn forged_data_says_nothing() {
        for data in ["", "t", "t:c:AAAA:1:t", "t:z:AAAAAAAAAAAAAAAAAAAAAA:1:t", "on:1", "💥", &"x".repeat(65)]
        {
            assert_eq!(Press::decode(data), None, "{data}");
        }
    }
}
