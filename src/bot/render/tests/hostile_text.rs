//! Tests with hostile text from people: markup, line breaks, text direction, length.
use super::admin::agent;
use super::customer::{draft_view, status_view};
use super::*;
use crate::bot::cards::views::console::{
    AgentConsoleView, AgentDepartmentsView, ConsoleNoticeView, TicketConsoleView, TicketPaneView,
};
use crate::bot::cards::views::{
    AgentLine, AgentStatusView, AlertView, AliasView, AuditView, EVENTS_PER_PAGE, MyQueueView, MyTicketsView,
    NoticeView, QueueView, WorkloadView,
};
use crate::domain::alert::Alert;
use crate::domain::card::console::ConsoleList;
use crate::domain::event::{Action, Actor, AuditEvent, Decision, MAX_NAMED_AGENTS, SkipReason};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::person::Availability;
use crate::domain::policy::{AgentNaming, Mode, Percent, Strategy};

/// Names with markup, line breaks, text directions or entities, and names that are far too long.
fn names() -> Vec<String> {
    vec![
        "</b><a href=\"tg://user?id=1\">x".into(),
        "_*[`~>#+-=|{}.!] { $number }".into(),
        "\u{202E}nimda\u{202C} \u{2066}x\u{2069}\u{200F}".into(),
        "Budi\nStatus: ✅\u{2028}Selesai".into(),
        "&lt;b&gt; &amp; &".into(),
        "😀".repeat(3_000),
        "👨\u{200D}👩\u{200D}👧🇮🇩".repeat(500),
        "<&\">".repeat(1_500),
        "\u{200D}".repeat(500),
        format!("z{}", "\u{0301}".repeat(500)),
    ]
}

fn hostile_ticket(text: &str, status: Status) -> TicketView {
    TicketView {
        label: format!("{text} - {text}"),
        holder: Some(text.into()),
        shown_agent: Some(ShownAgent::Name(text.into())),
        held_by_viewer: true,
        priority: Priority::Urgent,
        description: description_of(text, 10),
        ..ticket(status)
    }
}

/// Renders every card with this text in every place for a person's text, on full and on overfull pages.
fn cards(localizer: &Localizer<'_>, text: &str) -> Vec<Rendered> {
    let statuses = [Status::Queued, Status::Assigned, Status::InProgress, Status::Pending, Status::Completed];
    let mut all = Vec::new();
    for state in statuses {
        let held = hostile_ticket(text, state);
        let elsewhere = TicketView { held_by_viewer: false, ..held.clone() };
        let tracked = status_view(held.clone(), 0);
        let many = vec![held.clone(); 30];
        let departments = vec![text.to_owned(); 30];
        let line =
            AgentLine { departments: departments.clone(), ..agent(7, text, Availability::Online, 5, 5) };
        all.extend(console_views(localizer, &held, &line));
        all.extend([
            status_card(localizer, &tracked),
            pick_up_card(localizer, &elsewhere, true),
            pick_up_card(localizer, &elsewhere, false),
            notice(localizer, &NoticeView::Status(Box::new(tracked))),
            task_card(localizer, &held),
            task_card(localizer, &elsewhere),
            notice(localizer, &NoticeView::TaskResumed(held.clone())),
            notice(localizer, &NoticeView::TaskNudged(held.clone(), None)),
            notice(localizer, &NoticeView::NewTask(task(held))),
            my_tickets(localizer, &MyTicketsView { page: 1, pages: 9, tickets: many.clone() }),
            waiting(
                localizer,
                &QueueView {
                    page: u16::MAX,
                    pages: u16::MAX,
                    total: u64::MAX,
                    first: 1_000_000,
                    is_admin: true,
                    pick_up: many.iter().map(|t| t.id).collect(),
                    tickets: many.clone(),
                },
            ),
            my_queue(
                localizer,
                &MyQueueView {
                    availability: Availability::Busy,
                    away_until: None,
                    lost: true,
                    auto: false,
                    held: u16::MAX,
                    max: 5,
                    page: 1,
                    pages: 9,
                    first: 9,
                    tickets: many,
                },
            ),
            workload(
                localizer,
                &WorkloadView {
                    page: 1,
                    pages: 9,
                    agents: vec![line.clone(); 30],
                    waiting: 1,
                    online: 2,
                    total: 3,
                    free: 4,
                },
            ),
            agent_card(localizer, &line),
            status(localizer, &agent_status_view(departments)),
        ]);
    }
    for label in [None, Some(text)] {
        let mut view = draft_view(label, description_of(text, 10));
        view.person_name = text.into();
        view.choices = view.choices.iter().cycle().take(30).map(|(id, _)| (*id, text.to_owned())).collect();
        all.push(draft(localizer, &view));
        view.description = Description::default();
        all.push(draft(localizer, &view));
    }
    let number = ticket(Status::Queued).number;
    let shown_agent = Some(ShownAgent::Name(text.into()));
    let named = TicketView { shown_agent, ..ticket(Status::Assigned) };
    all.push(status_card(localizer, &status_view(named, 1)));
    all.push(notice(localizer, &NoticeView::TaskWithdrawn { number, to: Some(text.into()) }));
    all.push(notice(localizer, &NoticeView::Joined { person: text.into() }));
    all.push(notice(localizer, &NoticeView::AgentUnreachable { person: text.into(), released: 2, kept: 1 }));
    all.extend(alias_cards(localizer, text).into_iter().chain([full_audit_page(localizer, text)]));
    let alert = Alert::NobodyOnline(DepartmentId(uuid::Uuid::nil()));
    let max_wait = std::time::Duration::from_secs(900);
    for mute in [None, Some((localizer.now, text.into()))] {
        let view = AlertView { alert, subject: text.into(), over: false, max_wait, mute };
        all.push(notice(localizer, &NoticeView::Alert(view.clone())));
        for until in [None, Some(localizer.now)] {
            let muted = ConsoleNoticeView::AlertMuted { alert: view.clone(), by: text.into(), until };
            all.push(notice(localizer, &NoticeView::Console(muted)));
        }
    }
    all
}

fn agent_status_view(departments: Vec<String>) -> AgentStatusView {
    AgentStatusView {
        availability: Availability::Away,
        away_until: None,
        lost: false,
        auto: true,
        asks_last_word: true,
        is_manual: false,
        held: 1,
        max: 0,
        today: (1, 2),
        waiting: 3,
        departments,
    }
}

/// Renders a page of an audit log whose events are all assignments with the fullest decision record.
fn full_audit_page(localizer: &Localizer<'_>, text: &str) -> Rendered {
    let person = |n: usize| PersonId(uuid::Uuid::from_u128(n as u128));
    let department = DepartmentId(uuid::Uuid::nil());
    let reasons = [
        SkipReason::Offline,
        SkipReason::Lost,
        SkipReason::Busy,
        SkipReason::Away,
        SkipReason::Unreachable,
        SkipReason::OptedOut,
        SkipReason::Full,
        SkipReason::OtherDepartment,
        SkipReason::FormerHolder,
        SkipReason::OwnTicket,
    ];
    let decision = Decision {
        department,
        strategy: Strategy::LeastLoaded,
        mode: Mode::Auto,
        rollout_percent: Percent::new(100).unwrap(),
        eligible: u32::MAX,
        considered: (0..MAX_NAMED_AGENTS).map(person).collect(),
        skipped: reasons.map(|reason| (reason, u32::MAX)).to_vec(),
        skipped_named: (0..MAX_NAMED_AGENTS).map(person).zip(reasons).collect(),
        load: (u16::MAX, u16::MAX),
    };
    let what = Action::Assigned { agent: person(0), decision: Box::new(decision) };
    let event = AuditEvent { at: localizer.now, actor: Actor::Engine, ticket: None, what };
    let number = ticket(Status::Queued).number;
    let view = AuditView {
        ticket: TicketId(uuid::Uuid::nil()),
        number,
        events: vec![event; usize::from(EVENTS_PER_PAGE)],
        page: (1, u16::MAX),
        people: (0..MAX_NAMED_AGENTS).map(|n| (person(n), text.to_owned())).collect(),
        departments: [(department, text.to_owned())].into(),
    };
    audit_page(localizer, &view)
}

fn console_views(localizer: &Localizer<'_>, held: &TicketView, agent: &AgentLine) -> Vec<Rendered> {
    let (list, many) = (ConsoleList::Workload(u16::MAX), u16::MAX);
    let agents = vec![agent.clone(); 30];
    let panes = [
        TicketPaneView::Overview,
        TicketPaneView::Agents(agents, (1, many)),
        TicketPaneView::OverCapacity(Box::new(agent.clone())),
        TicketPaneView::Priority,
        TicketPaneView::Cancel,
    ];
    let ticket = |pane| TicketConsoleView {
        list,
        ticket: held.clone(),
        holder: Some(agent.clone()),
        rating: None,
        pane,
    };
    let overview = AgentConsoleView {
        list,
        agent: agent.clone(),
        tickets: vec![held.clone(); 30],
        first: 90,
        page: (1, many),
    };
    let department = (DepartmentId(Uuid::nil()), agent.name.clone(), true);
    let departments = AgentDepartmentsView {
        list,
        agent: agent.clone(),
        departments: vec![department; 30],
        page: (1, many),
    };
    let mut all: Vec<_> = panes.map(|pane| ticket_console(localizer, &ticket(pane))).into();
    all.push(agent_console(localizer, &overview));
    all.push(agent_departments(localizer, &departments));
    all
}

fn alias_cards(localizer: &Localizer<'_>, text: &str) -> Vec<Rendered> {
    let card = |naming| {
        let (name, alias) = (text.to_owned(), Some(text.to_owned()));
        alias_card(localizer, &AliasView { agent: person(1), name, alias, number: 1, naming, is_own: false })
    };
    [AgentNaming::Alias, AgentNaming::Name, AgentNaming::Hidden].map(card).to_vec()
}

#[test]
fn hostile_text_breaks_no_card() {
    for locale in Locale::ALL {
        for name in names() {
            for card in cards(&localizer(locale), &name) {
                check_telegram_limits(&card);
                let hidden =
                    |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200F}');
                assert!(!card.html.contains(hidden), "{}", card.html);
            }
        }
    }
}

#[test]
fn a_name_is_shown_as_typed_on_one_line() {
    let localizer = localizer(Locale::Id);
    let joined = |name: &str| shown(&notice(&localizer, &NoticeView::Joined { person: name.into() }).html);
    assert!(joined("</b><i>x").starts_with("👋 </b><i>x menerima"));
    assert!(joined("{ $number }").starts_with("👋 { $number } menerima"));
    assert!(joined("&lt;").starts_with("👋 &lt; menerima"));
    assert!(!joined("Budi\nStatus:\u{2028}selesai").contains(['\n', '\u{2028}']));
}

#[test]
fn a_description_keeps_its_lines_and_is_cut_to_the_limit() {
    let card = |text: &str| task_card(&localizer(Locale::En), &ticket_with_description(text));
    assert!(shown(&card("satu\n\ndua & <tiga>").html).contains("satu\n\ndua & <tiga>"));
    for filler in ["😀", "👨\u{200D}👩\u{200D}👧", "<", "&amp;", "a\u{0301}", "🇮🇩", "x\n"] {
        let text: String = filler.chars().cycle().take(4_000).collect();
        let card = card(&text);
        check_telegram_limits(&card);
        let text_shown = shown(&card.html);
        assert!(text_shown.contains(&clean(&text)) || text_shown.contains('…'), "{filler}");
    }
    let emoji = card(&"😀".repeat(4_000));
    assert!(emoji.html.ends_with("…</blockquote>\n📎 10 files attached"), "{}", emoji.html);
    assert!(
        utf16_units(&emoji.html) > 3_400,
        "the first part is shown, the rest follows in messages of its own"
    );
}

fn ticket_with_description(text: &str) -> TicketView {
    TicketView { description: description_of(text, 10), ..held_ticket(Status::Assigned) }
}

#[test]
fn toasts_and_labels_are_plain_and_short() {
    let localizer = localizer(Locale::En);
    let toast = localizer.toast("line-category", &[("label", "😀<&>".repeat(200).into())]);
    assert!(toast.encode_utf16().count() <= MAX_TOAST_UNITS && toast.contains("<&>"), "{toast}");
    let button = labelled(&"kategori ".repeat(40), ButtonAction::NoOp);
    assert!(button.label.encode_utf16().count() <= 100);
}
