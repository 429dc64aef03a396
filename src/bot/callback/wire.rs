//! A press as `callback_data` and back: a letter or two for what it is, ids of 22 characters, fields joined by `:`.
use super::{ButtonAction, DepartmentPickerPurpose, MAX_DATA_BYTES, PagedList, PickerPurpose, Step, Surface};
use crate::domain::ids::{CategoryId, DepartmentId, DraftId, PersonId, TicketId, Version};
use crate::domain::person::Locale;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

fn id(uuid: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(uuid.as_bytes())
}

fn unid(text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(Uuid::from_bytes(bytes.try_into().ok()?))
}

/// A version in 11 characters at most, where two ids leave no room for its digits.
fn short(version: Version) -> String {
    URL_SAFE_NO_PAD.encode(version.0.to_be_bytes())
}

fn unshort(text: &str) -> Option<Version> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(Version(u64::from_be_bytes(bytes.try_into().ok()?)))
}

impl DepartmentPickerPurpose {
    fn code(self) -> String {
        match self {
            Self::Show => "s".into(),
            Self::Invite => "i".into(),
            Self::Category => "c".into(),
            Self::Newcomer(person) => format!("n{}", id(person.0)),
            Self::Agent(person) => format!("g{}", id(person.0)),
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let person = || unid(code.get(1..)?).map(PersonId);
        match (code, code.chars().next()?) {
            ("s", _) => Some(Self::Show),
            ("i", _) => Some(Self::Invite),
            ("c", _) => Some(Self::Category),
            (_, 'n') => person().map(Self::Newcomer),
            (_, 'g') => person().map(Self::Agent),
            _ => None,
        }
    }
}

impl Surface {
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
const LISTS: &[(PagedList, &str)] = &[
    (PagedList::MyQueue, "q"),
    (PagedList::MyTickets, "m"),
    (PagedList::Queue, "w"),
    (PagedList::Workload, "l"),
];
const PICKS: &[(PickerPurpose, &str)] = &[
    (PickerPurpose::SetMax, "s"),
    (PickerPurpose::RemoveAgent, "x"),
    (PickerPurpose::AddAgent, "a"),
    (PickerPurpose::Reassign, "r"),
    (PickerPurpose::Agent, "g"),
];

impl ButtonAction {
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
            Self::Reassign(t, v, p, anyway) => {
                format!("ra:{}:{}:{}:{}", id(t.0), short(v), id(p.0), u8::from(anyway))
            }
            Self::Requeue(t, v) => format!("rq:{}:{}", id(t.0), v.0),
            Self::AgentDepartment(p, d, on) => format!("gd:{}:{}:{}", id(p.0), id(d.0), u8::from(on)),
            Self::Departments(why, page) => format!("dl:{}:{page}", why.code()),
            Self::Department(d, page) => format!("D:{}:{page}", id(d.0)),
            Self::NewDepartment => "Dn".into(),
            Self::MakeDepartment => "Dm".into(),
            Self::RenameDepartment(d) => format!("Dr:{}", id(d.0)),
            Self::CriticalDepartment(d, on) => format!("Dc:{}:{}", id(d.0), u8::from(on)),
            Self::RetireDepartment(d, on) => format!("Dx:{}:{}", id(d.0), u8::from(on)),
            Self::NewCategory(d) => format!("Cn:{}", id(d.0)),
            Self::Category(c) => format!("C:{}", id(c.0)),
            Self::RenameCategory(c) => format!("Cr:{}", id(c.0)),
            Self::RetireCategory(c, on) => format!("Cx:{}:{}", id(c.0), u8::from(on)),
            Self::Dismiss => "x".into(),
            Self::Nothing => "-".into(),
        }
    }

    /// What a press says; `None` when it was never drawn by this desk.
    #[must_use]
    pub fn decode(data: &str) -> Option<Self> {
        if data.len() > MAX_DATA_BYTES {
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
            ["ra", t, v, p, anyway] => Self::Reassign(ticket(t)?, unshort(v)?, person(p)?, flag(anyway)?),
            ["rq", t, v] => Self::Requeue(ticket(t)?, version(v)?),
            ["gd", p, d, on] => Self::AgentDepartment(person(p)?, department(d)?, flag(on)?),
            ["dl", why, page] => Self::Departments(DepartmentPickerPurpose::parse(why)?, page.parse().ok()?),
            ["D", d, page] => Self::Department(department(d)?, page.parse().ok()?),
            ["Dn"] => Self::NewDepartment,
            ["Dm"] => Self::MakeDepartment,
            ["Dr", d] => Self::RenameDepartment(department(d)?),
            ["Dc", d, on] => Self::CriticalDepartment(department(d)?, flag(on)?),
            ["Dx", d, on] => Self::RetireDepartment(department(d)?, flag(on)?),
            ["Cn", d] => Self::NewCategory(department(d)?),
            ["C", c] => Self::Category(category(c)?),
            ["Cr", c] => Self::RenameCategory(category(c)?),
            ["Cx", c, on] => Self::RetireCategory(category(c)?, flag(on)?),
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
            ButtonAction::Task(Step::Resume, t, Version(u64::MAX), Surface::MyQueue(u16::MAX)),
            ButtonAction::Reassign(t, Version(u64::MAX), p, true),
            ButtonAction::Requeue(t, Version(u64::MAX)),
            ButtonAction::AgentDepartment(p, DepartmentId(Uuid::from_u128(u128::MAX)), false),
            ButtonAction::Departments(DepartmentPickerPurpose::Newcomer(p), u16::MAX),
            ButtonAction::Departments(DepartmentPickerPurpose::Agent(p), 0),
            ButtonAction::Departments(DepartmentPickerPurpose::Show, u16::MAX),
            ButtonAction::RetireCategory(CategoryId(t.0), true),
            ButtonAction::AddAgent(p, DepartmentId(Uuid::nil())),
            ButtonAction::CancelTicket(t, Version(u64::MAX), Surface::MyTickets(u16::MAX)),
            ButtonAction::PickPage(PickerPurpose::SetMax, u16::MAX),
            ButtonAction::Language(Locale::En),
        ];
        for press in presses {
            let data = press.encode();
            assert!(data.len() <= MAX_DATA_BYTES, "{data}");
            assert_eq!(ButtonAction::decode(&data), Some(press));
        }
    }

    #[test]
    fn forged_data_says_nothing() {
        for data in ["", "t", "t:c:AAAA:1:t", "t:z:AAAAAAAAAAAAAAAAAAAAAA:1:t", "on:1", "💥", &"x".repeat(65)]
        {
            assert_eq!(ButtonAction::decode(data), None, "{data}");
        }
    }
}
