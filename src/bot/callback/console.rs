//! Button actions of the console, and their encoding behind the letter `k`, with the list to go back to.
use super::id_code::{decode_id, decode_version, encode_id, encode_version};
use crate::domain::card::CardKey;
use crate::domain::card::console::{AgentPane, ConsoleList, ConsoleView, TicketPane};
use crate::domain::ids::{DepartmentId, PersonId, TicketId, Version};
use crate::domain::person::Availability;
use crate::domain::ticket::Priority;

/// An action of an admin in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleAction {
    /// Shows a view.
    Show(ConsoleView),
    /// Shows the list.
    List,
    /// Sends the card for an agent's name, departments and removal.
    Profile(PersonId),
    /// Sets an agent's capacity, if it is the shown one.
    Capacity {
        /// The agent.
        agent: PersonId,
        /// The capacity.
        to: u16,
        /// The capacity that the card showed.
        shown: u16,
    },
    /// Switches an agent's automatic assignment.
    Auto(PersonId, bool),
    /// Sets an agent offline, if they are still as the card showed.
    Offline(PersonId, Availability),
    /// Adds an agent to a department (`true`) or removes them from it. The page is that of the departments.
    Department(PersonId, DepartmentId, bool),
    /// Reassigns a ticket to an agent; `true` overrides the agent's capacity.
    Reassign(TicketId, Version, PersonId, bool),
    /// Sets the priority of a ticket.
    Priority(TicketId, Version, Priority),
    /// Cancels a ticket.
    Cancel(TicketId, Version),
    /// Puts a ticket back in the queue.
    Release(TicketId, Version),
}

/// The length of an encoded id.
const ID_LENGTH: usize = 22;

const AVAILABILITY_CODES: [(Availability, &str); 4] = [
    (Availability::Online, "n"),
    (Availability::Busy, "b"),
    (Availability::Away, "w"),
    (Availability::Offline, "f"),
];

impl ConsoleList {
    /// Returns the card of the list.
    #[must_use]
    pub fn card(self, viewer: PersonId) -> CardKey {
        match self {
            Self::Workload(page) => CardKey::Workload(viewer, page),
            Self::Queue(page) => CardKey::Queue(viewer, page),
        }
    }

    /// Returns its code. The page is hexadecimal, since the longest action has no room for more.
    fn code(self) -> String {
        match self {
            Self::Workload(page) => format!("w{page:x}"),
            Self::Queue(page) => format!("q{page:x}"),
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let page = u16::from_str_radix(code.get(1..)?, 16).ok()?;
        match code.get(..1)? {
            "w" => Some(Self::Workload(page)),
            "q" => Some(Self::Queue(page)),
            _ => None,
        }
    }
}

impl ConsoleAction {
    pub(super) fn encode(self, list: ConsoleList) -> String {
        let action = match self {
            Self::Show(ConsoleView::Agent(agent, AgentPane::Overview(page))) => {
                format!("a:{}:{page}", encode_id(agent.0))
            }
            Self::Show(ConsoleView::Agent(agent, AgentPane::Departments(page))) => {
                format!("d:{}:{page}", encode_id(agent.0))
            }
            Self::Show(ConsoleView::Ticket(ticket, pane)) => {
                let pane = match pane {
                    TicketPane::Overview => "o".to_owned(),
                    TicketPane::Agents(number) => format!("g:{number}"),
                    TicketPane::OverCapacity(agent) => format!("f:{}", encode_id(agent.0)),
                    TicketPane::Priority => "p".to_owned(),
                    TicketPane::Cancel => "c".to_owned(),
                    TicketPane::Messages => "m".to_owned(),
                    TicketPane::Audit(number) => format!("h:{number}"),
                };
                format!("t:{}:{pane}", encode_id(ticket.0))
            }
            Self::List => "l".to_owned(),
            Self::Profile(agent) => format!("e:{}", encode_id(agent.0)),
            Self::Capacity { agent, to, shown } => format!("m:{}:{to}:{shown}", encode_id(agent.0)),
            Self::Auto(agent, on) => format!("u:{}:{}", encode_id(agent.0), u8::from(on)),
            Self::Offline(agent, shown) => {
                let shown = AVAILABILITY_CODES.iter().find(|(availability, _)| *availability == shown);
                format!("f:{}:{}", encode_id(agent.0), shown.map_or("f", |(_, code)| code))
            }
            Self::Department(agent, department, serves) => {
                let op = if serves { 'j' } else { 'k' };
                format!("{op}{}{}", encode_id(agent.0), encode_id(department.0))
            }
            Self::Reassign(ticket, version, agent, over_capacity) => {
                let op = if over_capacity { 'R' } else { 'r' };
                let version = encode_version(version);
                format!("{op}{}{}{version}", encode_id(ticket.0), encode_id(agent.0))
            }
            Self::Priority(ticket, version, priority) => {
                format!("p:{}:{}:{}", encode_id(ticket.0), version.0, priority.rank())
            }
            Self::Cancel(ticket, version) => format!("x:{}:{}", encode_id(ticket.0), version.0),
            Self::Release(ticket, version) => format!("q:{}:{}", encode_id(ticket.0), version.0),
        };
        format!("k:{}:{action}", list.code())
    }

    /// Returns the action and the list of the fields behind the letter.
    pub(super) fn decode(fields: &[&str]) -> Option<(Self, ConsoleList)> {
        let (list, fields) = fields.split_first()?;
        Some((Self::decode_action(fields)?, ConsoleList::parse(list)?))
    }

    fn decode_action(fields: &[&str]) -> Option<Self> {
        let ticket = |id: &str| decode_id(id).map(TicketId);
        let person = |id: &str| decode_id(id).map(PersonId);
        let version = |text: &str| text.parse().ok().map(Version);
        let on_ticket = |id: &str, pane| Some(Self::Show(ConsoleView::Ticket(ticket(id)?, pane)));
        Some(match fields {
            ["a", id, page] => {
                Self::Show(ConsoleView::Agent(person(id)?, AgentPane::Overview(page.parse().ok()?)))
            }
            ["d", id, page] => {
                Self::Show(ConsoleView::Agent(person(id)?, AgentPane::Departments(page.parse().ok()?)))
            }
            ["t", id, "o"] => on_ticket(id, TicketPane::Overview)?,
            ["t", id, "g", page] => on_ticket(id, TicketPane::Agents(page.parse().ok()?))?,
            ["t", id, "f", agent] => on_ticket(id, TicketPane::OverCapacity(person(agent)?))?,
            ["t", id, "p"] => on_ticket(id, TicketPane::Priority)?,
            ["t", id, "c"] => on_ticket(id, TicketPane::Cancel)?,
            ["t", id, "m"] => on_ticket(id, TicketPane::Messages)?,
            ["t", id, "h", page] => on_ticket(id, TicketPane::Audit(page.parse().ok()?))?,
            ["l"] => Self::List,
            ["e", id] => Self::Profile(person(id)?),
            ["m", id, to, shown] => {
                Self::Capacity { agent: person(id)?, to: to.parse().ok()?, shown: shown.parse().ok()? }
            }
            ["u", id, "0"] => Self::Auto(person(id)?, false),
            ["u", id, "1"] => Self::Auto(person(id)?, true),
            ["f", id, code] => {
                let (shown, _) = AVAILABILITY_CODES.iter().find(|(_, known)| known == code)?;
                Self::Offline(person(id)?, *shown)
            }
            ["p", id, at, rank] => {
                Self::Priority(ticket(id)?, version(at)?, Priority::from_rank(rank.parse().ok()?)?)
            }
            ["x", id, at] => Self::Cancel(ticket(id)?, version(at)?),
            ["q", id, at] => Self::Release(ticket(id)?, version(at)?),
            [joined] => Self::decode_joined(joined)?,
            _ => return None,
        })
    }

    /// Returns an action with two ids, whose fields are not separated, for the sake of their length.
    fn decode_joined(text: &str) -> Option<Self> {
        let first = decode_id(text.get(1..=ID_LENGTH)?)?;
        let second = decode_id(text.get(1 + ID_LENGTH..=2 * ID_LENGTH)?)?;
        let rest = text.get(1 + 2 * ID_LENGTH..)?;
        let department = |serves| {
            let action = Self::Department(PersonId(first), DepartmentId(second), serves);
            rest.is_empty().then_some(action)
        };
        let reassign = |over_capacity| {
            let version = decode_version(rest)?;
            Some(Self::Reassign(TicketId(first), version, PersonId(second), over_capacity))
        };
        match text.get(..1)? {
            "j" => department(true),
            "k" => department(false),
            "r" => reassign(false),
            "R" => reassign(true),
            _ => None,
        }
    }
}
