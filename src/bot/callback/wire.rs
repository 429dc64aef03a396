//! Encoding of button actions as `callback_data`: a code of one or a few letters, then fields joined by `:`.
//! An id has 22 characters.
#[cfg(test)]
mod tests;

use super::id_code::{decode_id, decode_version, encode_id, encode_version};
use super::{
    AbsenceAction, AlertAction, AliasAction, ButtonAction, CannedAction, ChoiceAction, ConsoleAction,
    DepartmentPickerPurpose, HoursAction, InviteCode, MAX_DATA_BYTES, PagedList, PickerPurpose, PromptAction,
    RecordAction, SettingAction, Snooze, StatisticsAction, Surface, TaskAction, WorkingHoursAction,
};
use crate::domain::ids::{
    CategoryId, DeadLetterId, DepartmentId, DraftId, PersonId, ReplyId, TicketId, Version,
};
use crate::domain::person::Locale;
use crate::domain::ticket::Priority;
use crate::domain::ticket::service::Stars;

impl DepartmentPickerPurpose {
    fn code(self) -> String {
        match self {
            Self::Show => "s".into(),
            Self::Invite => "i".into(),
            Self::Category => "c".into(),
            Self::Newcomer(person) => format!("n{}", encode_id(person.0)),
            Self::Agent(person) => format!("g{}", encode_id(person.0)),
            Self::Relocation(department) => format!("m{}", encode_id(department.0)),
            Self::Reply(reply) => format!("r{}", encode_id(reply.0)),
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let person = || decode_id(code.get(1..)?).map(PersonId);
        match (code, code.chars().next()?) {
            ("s", _) => Some(Self::Show),
            ("i", _) => Some(Self::Invite),
            ("c", _) => Some(Self::Category),
            (_, 'n') => person().map(Self::Newcomer),
            (_, 'g') => person().map(Self::Agent),
            (_, 'r') => person().map(|id| Self::Reply(ReplyId(id.0))),
            (_, 'm') => person().map(|id| Self::Relocation(DepartmentId(id.0))),
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
            Self::PickUp => "p".into(),
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let page = || code.get(1..)?.parse().ok();
        match code.chars().next()? {
            't' => Some(Self::Task),
            's' => Some(Self::Status),
            'p' => Some(Self::PickUp),
            'q' => page().map(Self::MyQueue),
            'm' => page().map(Self::MyTickets),
            'w' => page().map(Self::Queue),
            _ => None,
        }
    }
}

/// Returns the code of a value.
fn to_code<T: PartialEq + Copy>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(v, _)| *v == value).map_or("?", |(_, l)| l)
}

fn from_code<T: Copy>(table: &[(T, &'static str)], text: &str) -> Option<T> {
    table.iter().find(|(_, l)| *l == text).map(|(v, _)| *v)
}

const TASK_ACTION_CODES: &[(TaskAction, &str)] = &[
    (TaskAction::Start, "o"),
    (TaskAction::Complete, "c"),
    (TaskAction::Pause, "h"),
    (TaskAction::Snooze(Snooze::HalfHour), "s"),
    (TaskAction::Snooze(Snooze::TwoHours), "l"),
    (TaskAction::Snooze(Snooze::Tomorrow), "t"),
    (TaskAction::Snooze(Snooze::Indefinite), "i"),
    (TaskAction::Resume, "r"),
    (TaskAction::GiveBack, "b"),
];
const LIST_CODES: &[(PagedList, &str)] = &[
    (PagedList::MyQueue, "q"),
    (PagedList::MyTickets, "m"),
    (PagedList::Queue, "w"),
    (PagedList::Workload, "l"),
];
const PICKER_CODES: &[(PickerPurpose, &str)] = &[
    (PickerPurpose::SetMax, "s"),
    (PickerPurpose::RemoveAgent, "x"),
    (PickerPurpose::AddAgent, "a"),
    (PickerPurpose::Reassign, "r"),
    (PickerPurpose::Priority, "p"),
    (PickerPurpose::Audit, "h"),
    (PickerPurpose::Transcript, "t"),
    (PickerPurpose::Agent, "g"),
    (PickerPurpose::AddAdmin, "A"),
    (PickerPurpose::RemoveAdmin, "X"),
    (PickerPurpose::Invites, "i"),
    (PickerPurpose::DeadLetters, "d"),
    (PickerPurpose::Ban, "b"),
    (PickerPurpose::Unban, "u"),
];

impl ButtonAction {
    /// Returns the action as `callback_data`: fields joined by `:`, at most [`MAX_DATA_BYTES`] bytes.
    #[must_use]
    pub fn encode(self) -> String {
        match self {
            Self::Task(step, t, v, s) => {
                format!("t:{}:{}:{}:{}", to_code(TASK_ACTION_CODES, step), encode_id(t.0), v.0, s.code())
            }
            Self::ShowTask(t, s) => format!("v:{}:{}", encode_id(t.0), s.code()),
            Self::Focus(t) => format!("f:{}", encode_id(t.0)),
            Self::Record(action) => action.encode(),
            Self::Canned(action) => action.encode(),
            Self::Alias(action) => action.encode(),
            Self::Absence(action) => action.encode(),
            Self::WorkingHours(action) => action.encode(),
            Self::Hours(action) => action.encode(),
            Self::Settings(action) => action.encode(),
            Self::Console(action, list) => action.encode(list),
            Self::Statistics(action) => action.encode(),
            Self::Alert(action) => action.encode(),
            Self::Choice(action) => action.encode(),
            Self::PickUp(t, v, s) => format!("p:{}:{}:{}", encode_id(t.0), v.0, s.code()),
            Self::CancelTicket(t, v, s) => format!("c:{}:{}:{}", encode_id(t.0), v.0, s.code()),
            Self::CancelConfirmed(t, v, s) => format!("cy:{}:{}:{}", encode_id(t.0), v.0, s.code()),
            Self::KeepTicket(t, s) => format!("ck:{}:{}", encode_id(t.0), s.code()),
            Self::Reopen(t, completion) => format!("ro:{}:{completion}", encode_id(t.0)),
            Self::Rate(t, completion, stars) => {
                format!("rt:{}:{completion}:{}", encode_id(t.0), stars.get())
            }
            Self::CommentContinue(t, n, message) => format!("rc:{}:{n}:{message}", encode_id(t.0)),
            Self::DraftCategory(d, c) => format!("dc:{}:{}", encode_id(d.0), encode_id(c.0)),
            Self::DraftCategories(d, page) => format!("dp:{}:{page}", encode_id(d.0)),
            Self::DraftSend(d) => format!("ds:{}", encode_id(d.0)),
            Self::DraftContinue(d, t, n) => format!("dr:{}:{}:{n}", encode_id(d.0), encode_id(t.0)),
            Self::DraftCancel(d) => format!("dx:{}", encode_id(d.0)),
            Self::DraftDrop(d) => format!("dy:{}", encode_id(d.0)),
            Self::DraftKeep(d) => format!("dk:{}", encode_id(d.0)),
            Self::DraftUndo(d) => format!("du:{}", encode_id(d.0)),
            Self::CancelUndo(t) => format!("cu:{}", encode_id(t.0)),
            Self::StillHere => "here".into(),
            Self::GoOnline => "on".into(),
            Self::GoOffline => "off".into(),
            Self::ShowPage(list, page) => format!("l:{}:{page}", to_code(LIST_CODES, list)),
            Self::Language(locale) => format!("lang:{}", locale.tag()),
            Self::AutoAssign(on) => format!("auto:{}", u8::from(on)),
            Self::AskLastWord(on) => format!("lw:{}", u8::from(on)),
            Self::Prompt(action) => action.encode(),
            Self::AskContact(purpose) => format!("kc:{}", to_code(PICKER_CODES, purpose)),
            Self::PickPage(purpose, page) => format!("kp:{}:{page}", to_code(PICKER_CODES, purpose)),
            Self::PickPerson(purpose, p) => {
                format!("ku:{}:{}", to_code(PICKER_CODES, purpose), encode_id(p.0))
            }
            Self::PickTicket(purpose, t) => {
                format!("kt:{}:{}", to_code(PICKER_CODES, purpose), encode_id(t.0))
            }
            Self::SetMax(p, n) => format!("sm:{}:{n}", encode_id(p.0)),
            Self::RemoveAgent(p) => format!("rm:{}", encode_id(p.0)),
            Self::SetAdmin(p, on) => format!("am:{}:{}", encode_id(p.0), u8::from(on)),
            Self::RevokeInvite(code) => format!("ix:{}", code.as_str()),
            Self::RetryDeadLetter(id) => format!("rl:{id}"),
            Self::AddAgent(p, d) => format!("ad:{}:{}", encode_id(p.0), encode_id(d.0)),
            Self::Invite(d) => format!("inv:{}", encode_id(d.0)),
            Self::Reassign(t, v, p, even_if_full) => {
                format!(
                    "ra:{}:{}:{}:{}",
                    encode_id(t.0),
                    encode_version(v),
                    encode_id(p.0),
                    u8::from(even_if_full)
                )
            }
            Self::ReassignPage(t, page) => format!("rp:{}:{page}", encode_id(t.0)),
            Self::Requeue(t, v) => format!("rq:{}:{}", encode_id(t.0), v.0),
            Self::Priority(t, priority) => format!("pr:{}:{}", encode_id(t.0), priority.rank()),
            Self::Audit(t, page) => format!("au:{}:{page}", encode_id(t.0)),
            Self::ShowTicket(t) => format!("vt:{}", encode_id(t.0)),
            Self::CancelTicketsOf(p) => format!("bt:{}", encode_id(p.0)),
            Self::SetTopics(on) => format!("tp:{}", u8::from(on)),
            Self::Replies(page) => format!("R:{page}"),
            Self::Reply(r) => format!("Rs:{}", encode_id(r.0)),
            Self::NewReply => "Rn".into(),
            Self::EditReply(r) => format!("Re:{}", encode_id(r.0)),
            Self::ReplyDepartment(r, d) => format!("Rd:{}:{}", encode_id(r.0), encode_id(d.0)),
            Self::RemoveReply(r) => format!("Rx:{}", encode_id(r.0)),
            Self::RemoveReplyConfirmed(r) => format!("Ry:{}", encode_id(r.0)),
            Self::AgentDepartment(p, d, on) => {
                format!("gd:{}:{}:{}", encode_id(p.0), encode_id(d.0), u8::from(on))
            }
            Self::Departments(purpose, page) => format!("dl:{}:{page}", purpose.code()),
            Self::Department(d, page) => format!("D:{}:{page}", encode_id(d.0)),
            Self::NewDepartment => "Dn".into(),
            Self::CreateDepartment => "Dm".into(),
            Self::RenameDepartment(d) => format!("Dr:{}", encode_id(d.0)),
            Self::CriticalDepartment(d, on) => format!("Dc:{}:{}", encode_id(d.0), u8::from(on)),
            Self::RetireDepartment(d, on) => format!("Dx:{}:{}", encode_id(d.0), u8::from(on)),
            Self::RelocateQueue(from, to) => format!("Dq:{}:{}", encode_id(from.0), encode_id(to.0)),
            Self::NewCategory(d) => format!("Cn:{}", encode_id(d.0)),
            Self::Category(c) => format!("C:{}", encode_id(c.0)),
            Self::RenameCategory(c) => format!("Cr:{}", encode_id(c.0)),
            Self::RetireCategory(c, on) => format!("Cx:{}:{}", encode_id(c.0), u8::from(on)),
            Self::Dismiss => "x".into(),
            Self::NoOp => "-".into(),
        }
    }

    /// Returns the action of `callback_data`; `None` for data that this bot does not draw.
    #[must_use]
    pub fn decode(data: &str) -> Option<Self> {
        if data.len() > MAX_DATA_BYTES {
            return None;
        }
        let fields: Vec<&str> = data.split(':').collect();
        let ticket = |t: &str| decode_id(t).map(TicketId);
        let person = |p: &str| decode_id(p).map(PersonId);
        let reply = |r: &str| decode_id(r).map(ReplyId);
        let department = |d: &str| decode_id(d).map(DepartmentId);
        let category = |c: &str| decode_id(c).map(CategoryId);
        let draft = |d: &str| decode_id(d).map(DraftId);
        let version = |v: &str| v.parse().ok().map(Version);
        let flag = |f: &str| from_code(&[(false, "0"), (true, "1")], f);
        Some(match fields.as_slice() {
            ["t", step, t, v, s] => {
                Self::Task(from_code(TASK_ACTION_CODES, step)?, ticket(t)?, version(v)?, Surface::parse(s)?)
            }
            ["v", t, s] => Self::ShowTask(ticket(t)?, Surface::parse(s)?),
            ["f", t] => Self::Focus(ticket(t)?),
            ["H", action @ ..] => Self::Record(RecordAction::decode(action)?),
            ["r", action @ ..] => Self::Canned(CannedAction::decode(action)?),
            ["k", action @ ..] => {
                let (action, list) = ConsoleAction::decode(action)?;
                Self::Console(action, list)
            }
            ["set", action @ ..] => Self::Settings(SettingAction::decode(action)?),
            ["mu", action @ ..] => Self::Alert(AlertAction::decode(action)?),
            ["st", action @ ..] => Self::Statistics(StatisticsAction::decode(action)?),
            ["ct" | "cn" | "cx", ..] => Self::Choice(ChoiceAction::decode(&fields)?),
            ["p", t, v, s] => Self::PickUp(ticket(t)?, version(v)?, Surface::parse(s)?),
            ["c", t, v, s] => Self::CancelTicket(ticket(t)?, version(v)?, Surface::parse(s)?),
            ["cy", t, v, s] => Self::CancelConfirmed(ticket(t)?, version(v)?, Surface::parse(s)?),
            ["ck", t, s] => Self::KeepTicket(ticket(t)?, Surface::parse(s)?),
            ["ro", t, completion] => Self::Reopen(ticket(t)?, completion.parse().ok()?),
            ["rt", t, completion, stars] => {
                Self::Rate(ticket(t)?, completion.parse().ok()?, Stars::new(stars.parse().ok()?)?)
            }
            ["rc", t, n, m] => Self::CommentContinue(ticket(t)?, n.parse().ok()?, m.parse().ok()?),
            ["dc", d, c] => Self::DraftCategory(draft(d)?, category(c)?),
            ["dp", d, page] => Self::DraftCategories(draft(d)?, page.parse().ok()?),
            ["ds", d] => Self::DraftSend(draft(d)?),
            ["dr", d, t, n] => Self::DraftContinue(draft(d)?, ticket(t)?, n.parse().ok()?),
            ["dx", d] => Self::DraftCancel(draft(d)?),
            ["dy", d] => Self::DraftDrop(draft(d)?),
            ["dk", d] => Self::DraftKeep(draft(d)?),
            ["du", d] => Self::DraftUndo(draft(d)?),
            ["cu", t] => Self::CancelUndo(ticket(t)?),
            ["here"] => Self::StillHere,
            ["on"] => Self::GoOnline,
            ["off"] => Self::GoOffline,
            ["l", list, page] => Self::ShowPage(from_code(LIST_CODES, list)?, page.parse().ok()?),
            ["lang", tag] => Self::Language(Locale::ALL.into_iter().find(|l| l.tag() == *tag)?),
            ["auto", on] => Self::AutoAssign(flag(on)?),
            ["lw", on] => Self::AskLastWord(flag(on)?),
            ["ln" | "lb" | "sk", ..] => Self::Prompt(PromptAction::decode(&fields)?),
            [code @ ("kc" | "kp" | "ku" | "kt"), purpose, choice @ ..] => {
                decode_choice(code, from_code(PICKER_CODES, purpose)?, choice)?
            }
            ["sm", p, n] => Self::SetMax(person(p)?, n.parse().ok()?),
            ["rm", p] => Self::RemoveAgent(person(p)?),
            ["am", p, on] => Self::SetAdmin(person(p)?, flag(on)?),
            ["ix", code] => Self::RevokeInvite(InviteCode::new(code)?),
            ["rl", id] => Self::RetryDeadLetter(DeadLetterId::parse(id)?),
            ["ad", p, d] => Self::AddAgent(person(p)?, department(d)?),
            ["inv", d] => Self::Invite(department(d)?),
            ["ra", t, v, p, even_if_full] => {
                Self::Reassign(ticket(t)?, decode_version(v)?, person(p)?, flag(even_if_full)?)
            }
            ["rp", t, page] => Self::ReassignPage(ticket(t)?, page.parse().ok()?),
            ["rq", t, v] => Self::Requeue(ticket(t)?, version(v)?),
            ["pr", t, rank] => Self::Priority(ticket(t)?, Priority::from_rank(rank.parse().ok()?)?),
            ["au", t, page] => Self::Audit(ticket(t)?, page.parse().ok()?),
            ["vt", t] => Self::ShowTicket(ticket(t)?),
            ["bt", p] => Self::CancelTicketsOf(person(p)?),
            ["tp", on] => Self::SetTopics(flag(on)?),
            ["R", page] => Self::Replies(page.parse().ok()?),
            ["Rs", r] => Self::Reply(reply(r)?),
            ["Rn"] => Self::NewReply,
            ["Re", r] => Self::EditReply(reply(r)?),
            ["Rd", r, d] => Self::ReplyDepartment(reply(r)?, department(d)?),
            ["Rx", r] => Self::RemoveReply(reply(r)?),
            ["Ry", r] => Self::RemoveReplyConfirmed(reply(r)?),
            ["gd", p, d, on] => Self::AgentDepartment(person(p)?, department(d)?, flag(on)?),
            ["dl", purpose, page] => {
                Self::Departments(DepartmentPickerPurpose::parse(purpose)?, page.parse().ok()?)
            }
            ["D", d, page] => Self::Department(department(d)?, page.parse().ok()?),
            ["Dn"] => Self::NewDepartment,
            ["Dm"] => Self::CreateDepartment,
            ["Dr", d] => Self::RenameDepartment(department(d)?),
            ["Dc", d, on] => Self::CriticalDepartment(department(d)?, flag(on)?),
            ["Dx", d, on] => Self::RetireDepartment(department(d)?, flag(on)?),
            ["Dq", from, to] => Self::RelocateQueue(department(from)?, department(to)?),
            ["Cn", d] => Self::NewCategory(department(d)?),
            ["C", c] => Self::Category(category(c)?),
            ["Cr", c] => Self::RenameCategory(category(c)?),
            ["Cx", c, on] => Self::RetireCategory(category(c)?, flag(on)?),
            ["x"] => Self::Dismiss,
            ["-"] => Self::NoOp,
            fields => return Self::decode_of_agents(fields),
        })
    }

    /// Returns the action of the fields of a button on agents or hours.
    fn decode_of_agents(fields: &[&str]) -> Option<Self> {
        Some(match fields {
            ["ab", action @ ..] => Self::Absence(AbsenceAction::decode(action)?),
            ["al", action @ ..] => Self::Alias(AliasAction::decode(action)?),
            ["hr", action @ ..] => Self::Hours(HoursAction::decode(action)?),
            ["wh", action @ ..] => Self::WorkingHours(WorkingHoursAction::decode(action)?),
            _ => return None,
        })
    }
}

/// Returns the action on a picker of this code, with the fields behind the picker's purpose.
fn decode_choice(code: &str, purpose: PickerPurpose, choice: &[&str]) -> Option<ButtonAction> {
    Some(match (code, choice) {
        ("kc", []) => ButtonAction::AskContact(purpose),
        ("kp", [page]) => ButtonAction::PickPage(purpose, page.parse().ok()?),
        ("ku", [person]) => ButtonAction::PickPerson(purpose, PersonId(decode_id(person)?)),
        ("kt", [ticket]) => ButtonAction::PickTicket(purpose, TicketId(decode_id(ticket)?)),
        _ => return None,
    })
}
