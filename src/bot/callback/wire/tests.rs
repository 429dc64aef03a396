//! Tests of the encoding of button actions.
use super::*;
use crate::bot::callback::{ChoiceAction, MuteTime, OfferedPlan, OfferedZone, PromptAction, SearchQuery};
use crate::domain::Time;
use crate::domain::alert::Alert;
use crate::domain::card::console::{AgentPane, ConsoleList, ConsoleView, TicketPane};
use crate::domain::person::Availability;
use crate::domain::policy::setting::Setting;
use crate::domain::statistics::{Period, StatisticsQuery};
use chrono::NaiveDate;
use uuid::Uuid;

#[test]
fn the_longest_actions_fit_and_are_decoded() {
    let (t, p) = (TicketId(Uuid::from_u128(u128::MAX)), PersonId(Uuid::from_u128(7)));
    let list = Surface::MyQueue(u16::MAX);
    let actions = [
        ButtonAction::Task(TaskAction::Resume, t, Version(u64::MAX), list),
        ButtonAction::Task(TaskAction::Snooze(Snooze::Tomorrow), t, Version(u64::MAX), list),
        ButtonAction::ShowTask(t, list),
        ButtonAction::Reassign(t, Version(u64::MAX), p, true),
        ButtonAction::ReassignPage(t, u16::MAX),
        ButtonAction::Priority(t, Priority::Low),
        ButtonAction::Audit(t, u16::MAX),
        ButtonAction::Requeue(t, Version(u64::MAX)),
        ButtonAction::AgentDepartment(p, DepartmentId(Uuid::from_u128(u128::MAX)), false),
        ButtonAction::Departments(DepartmentPickerPurpose::Newcomer(p), u16::MAX),
        ButtonAction::Departments(DepartmentPickerPurpose::Agent(p), 0),
        ButtonAction::Departments(DepartmentPickerPurpose::Show, u16::MAX),
        ButtonAction::RetireCategory(CategoryId(t.0), true),
        ButtonAction::RelocateQueue(DepartmentId(t.0), DepartmentId(p.0)),
        ButtonAction::Departments(DepartmentPickerPurpose::Relocation(DepartmentId(t.0)), u16::MAX),
        ButtonAction::AddAgent(p, DepartmentId(Uuid::nil())),
        ButtonAction::CancelConfirmed(t, Version(u64::MAX), Surface::MyTickets(u16::MAX)),
        ButtonAction::KeepTicket(t, Surface::MyTickets(u16::MAX)),
        ButtonAction::DraftUndo(DraftId(t.0)),
        ButtonAction::CancelUndo(t),
        ButtonAction::PickUp(t, Version(u64::MAX), Surface::PickUp),
        ButtonAction::Reopen(t, u16::MAX),
        ButtonAction::ShowTicket(t),
        ButtonAction::CancelTicketsOf(p),
        ButtonAction::ReplyDepartment(ReplyId(t.0), DepartmentId(p.0)),
        ButtonAction::RemoveReplyConfirmed(ReplyId(t.0)),
        ButtonAction::Replies(u16::MAX),
        ButtonAction::Departments(DepartmentPickerPurpose::Reply(ReplyId(t.0)), u16::MAX),
        ButtonAction::PickPerson(PickerPurpose::Unban, p),
        ButtonAction::Rate(t, u16::MAX, Stars::ALL[4]),
        ButtonAction::PickPage(PickerPurpose::SetMax, u16::MAX),
        ButtonAction::AskContact(PickerPurpose::AddAgent),
        ButtonAction::Language(Locale::En),
        ButtonAction::RetryDeadLetter(DeadLetterId::Update(i64::MIN)),
        ButtonAction::RetryDeadLetter(DeadLetterId::Delivery(u64::MAX)),
        ButtonAction::Canned(CannedAction {
            reply: ReplyId(t.0),
            ticket: Some(t),
            message: i32::MAX,
            reply_to: Some(i32::MIN),
        }),
        ButtonAction::Canned(CannedAction { reply: ReplyId(p.0), ticket: None, message: 7, reply_to: None }),
        ButtonAction::SetTopics(true),
        ButtonAction::AskLastWord(true),
        ButtonAction::SetAdmin(p, true),
        ButtonAction::Hours(HoursAction::Show(DepartmentId(t.0))),
        ButtonAction::Hours(HoursAction::Plan(DepartmentId(t.0), OfferedPlan::Always, Version(u64::MAX))),
        ButtonAction::Hours(HoursAction::AskPlan(DepartmentId(p.0))),
        ButtonAction::Hours(HoursAction::AskHolidays(DepartmentId(p.0))),
        ButtonAction::Hours(HoursAction::RemoveHoliday(DepartmentId(t.0), NaiveDate::MAX, Version(u64::MAX))),
        ButtonAction::Hours(HoursAction::Zone(DepartmentId(t.0), OfferedZone::Wit, Version(0))),
        ButtonAction::Absence(AbsenceAction::Start),
        ButtonAction::Absence(AbsenceAction::Hour(None)),
        ButtonAction::Absence(AbsenceAction::RestOfToday(Time::from_timestamp(4_000_000_000, 0))),
        ButtonAction::Absence(AbsenceAction::NoEnd(Time::from_timestamp(-1, 0))),
        ButtonAction::Absence(AbsenceAction::Ask),
        ButtonAction::Alias(AliasAction::Show(p)),
        ButtonAction::Alias(AliasAction::Ask(p)),
        ButtonAction::Alias(AliasAction::Clear(p)),
        ButtonAction::RevokeInvite(InviteCode::new(&"a2".repeat(16)).unwrap()),
    ];
    let settings = Setting::ALL.into_iter().flat_map(|setting| {
        let set = SettingAction::Set { setting, to: u32::MAX, shown: u32::MAX, stays: true };
        [SettingAction::List, SettingAction::Show(setting), set].map(ButtonAction::Settings)
    });
    let statistics = Period::OFFERED.into_iter().flat_map(|period| {
        let of = |department| StatisticsQuery { period, department };
        let (all, one) = (of(None), of(Some(DepartmentId(t.0))));
        [
            StatisticsAction::Show(all, 0),
            StatisticsAction::Show(one, u16::MAX),
            StatisticsAction::Departments(period, u16::MAX),
            StatisticsAction::Chart(one),
            StatisticsAction::Tables(all),
        ]
        .map(ButtonAction::Statistics)
    });
    let alerts = [Alert::NobodyOnline(DepartmentId(t.0)), Alert::PersonUnreadable(p), Alert::HeartbeatsFail]
        .into_iter()
        .flat_map(|alert| {
            let times = [MuteTime::Hour, MuteTime::EightHours, MuteTime::Tomorrow];
            times.map(|time| AlertAction::Mute(alert, time)).into_iter().chain([AlertAction::Unmute(alert)])
        })
        .map(ButtonAction::Alert);
    let all = actions
        .into_iter()
        .chain(settings)
        .chain(statistics)
        .chain(console_actions())
        .chain(alerts)
        .chain(record_actions(t))
        .chain(conversation_actions());
    for action in all {
        let data = action.encode();
        assert!(data.len() <= MAX_DATA_BYTES, "{data}");
        assert_eq!(ButtonAction::decode(&data), Some(action));
    }
}

fn record_actions(t: TicketId) -> [ButtonAction; 5] {
    [
        RecordAction::Media(t, u64::MAX),
        RecordAction::Transcript(t),
        RecordAction::ForgetCancel(t, Version(u64::MAX)),
        RecordAction::ForgetCancelConfirmed(t, Version(u64::MAX)),
        RecordAction::SearchPage(SearchQuery::of(&["x".repeat(40), "y".repeat(7)]), u16::MAX),
    ]
    .map(ButtonAction::Record)
}

fn conversation_actions() -> Vec<ButtonAction> {
    let t = TicketId(Uuid::from_u128(u128::MAX));
    vec![
        ButtonAction::Choice(ChoiceAction::Ticket(t)),
        ButtonAction::Choice(ChoiceAction::NewTicket),
        ButtonAction::Choice(ChoiceAction::Drop),
        ButtonAction::Prompt(PromptAction::LastWordNone(t, u16::MAX)),
        ButtonAction::Prompt(PromptAction::LastWordBack(t)),
        ButtonAction::Prompt(PromptAction::SkipComment(t)),
        ButtonAction::DraftContinue(DraftId(t.0), t, u16::MAX),
        ButtonAction::CommentContinue(t, u16::MAX, i32::MIN),
    ]
}

fn console_actions() -> Vec<ButtonAction> {
    let (t, p) = (TicketId(Uuid::from_u128(u128::MAX)), PersonId(Uuid::from_u128(u128::MAX - 1)));
    let (d, v) = (DepartmentId(Uuid::from_u128(7)), Version(u64::MAX));
    let panes = [
        TicketPane::Overview,
        TicketPane::Agents(u16::MAX),
        TicketPane::OverCapacity(p),
        TicketPane::Priority,
        TicketPane::Cancel,
        TicketPane::Messages,
        TicketPane::Audit(u16::MAX),
    ];
    let mut actions = vec![
        ConsoleAction::Show(ConsoleView::Agent(p, AgentPane::Overview(u16::MAX))),
        ConsoleAction::Show(ConsoleView::Agent(p, AgentPane::Departments(u16::MAX))),
        ConsoleAction::List,
        ConsoleAction::Profile(p),
        ConsoleAction::Capacity { agent: p, to: u16::MAX, shown: u16::MAX },
        ConsoleAction::Auto(p, true),
        ConsoleAction::Offline(p, Availability::Away),
        ConsoleAction::Department(p, d, true),
        ConsoleAction::Department(p, d, false),
        ConsoleAction::Reassign(t, v, p, false),
        ConsoleAction::Reassign(t, v, p, true),
        ConsoleAction::Priority(t, v, Priority::Low),
        ConsoleAction::Cancel(t, v),
        ConsoleAction::Release(t, v),
    ];
    actions.extend(panes.map(|pane| ConsoleAction::Show(ConsoleView::Ticket(t, pane))));
    let lists = [ConsoleList::Workload(u16::MAX), ConsoleList::Queue(0)];
    lists
        .into_iter()
        .flat_map(|list| actions.iter().map(move |action| ButtonAction::Console(*action, list)))
        .collect()
}

#[test]
fn forged_data_is_rejected() {
    for data in [
        "",
        "t",
        "t:c:AAAA:1:t",
        "t:z:AAAAAAAAAAAAAAAAAAAAAA:1:t",
        "on:1",
        "rt:AAAAAAAAAAAAAAAAAAAAAA:0:6",
        "ct",
        "cx:1",
        "ln:AAAAAAAAAAAAAAAAAAAAAA",
        "sk",
        "r:AAAAAAAAAAAAAAAAAAAAAA::AAAA:",
        "set:none",
        "ab:h",
        "hr:p:AAAAAAAAAAAAAAAAAAAAAA:4:0",
        "hr:x:AAAAAAAAAAAAAAAAAAAAAA:99999999999:0",
        "ab:h:99999999999999999",
        "al:s",
        "al:x:AAAAAAAAAAAAAAAAAAAAAA",
        "set:mode:1",
        "set:mode:-1:0:0",
        "set:mode:1:0:2",
        "k:w0",
        "k:z0:l",
        "k:w10000:l",
        "k:w0:jAAAA",
        "k:w0:rAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "st",
        "st:s:2::0",
        "st:s:7:x:0",
        "st:d:7:-1",
        "mu",
        "mu:nobody_online:",
        "mu:nothing:",
        "mu:store_away::x",
        "💥",
        &"x".repeat(65),
    ] {
        assert_eq!(ButtonAction::decode(data), None, "{data}");
    }
}
