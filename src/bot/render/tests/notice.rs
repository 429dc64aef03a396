//! Tests of every notice, and of the ordered text of a new assignment.
use super::customer::status_view;
use super::*;
use crate::bot::cards::views::service::{Completer, ServiceView};
use crate::bot::cards::views::{MembershipView, NoticeView};
use crate::domain::person::{Availability, Role};
use crate::domain::ticket::service::{Rating, Stars};

const ORDERED: &str = "🎫 Tiket baru ditambahkan ke antrian Anda!
Ticket: INC120420251352536CO
Kategori: HSI INDIBIZ - TROUBLESHOOT
Posisi antrian: #3

Anda memiliki 3/5 tiket aktif.";

#[test]
fn a_new_assignment_has_the_ordered_text() {
    let new = notice(&localizer(Locale::Id), &NoticeView::NewTask(task(held_ticket(Status::Assigned))));
    let text = shown(&new.html);
    assert_eq!(text.get(..ORDERED.len()), Some(ORDERED));
    let labels: Vec<&str> = new.buttons.iter().flatten().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["▶️ Buka", "✅ Selesai", "⏸ Tunda", "↩️ Kembalikan"]);
}

#[test]
fn a_refreshed_task_card_has_no_position_or_load() {
    let view = task(held_ticket(Status::Assigned));
    for locale in Locale::ALL {
        let new = notice(&localizer(locale), &NoticeView::NewTask(view.clone()));
        let later = task_card(&localizer(locale), &view.ticket);
        let facts = |html: &str| -> Vec<String> { html.lines().skip(1).map(str::to_owned).collect() };
        let transient = ["#3", "3/5"];
        let is_lasting =
            |line: &String| !line.is_empty() && !transient.iter().any(|part| line.contains(part));
        assert!(transient.iter().all(|part| new.html.contains(part) && !later.html.contains(part)));
        assert!(
            facts(&new.html)
                .into_iter()
                .filter(is_lasting)
                .eq(facts(&later.html).into_iter().filter(is_lasting))
        );
        assert_eq!(new.buttons, later.buttons);
    }
}

#[test]
fn a_late_notice_shows_the_current_card() {
    for late in [held_ticket(Status::InProgress), ticket(Status::Assigned), ticket(Status::Queued)] {
        let view = task(late);
        let localizer = localizer(Locale::Id);
        assert_eq!(
            notice(&localizer, &NoticeView::NewTask(view.clone())),
            task_card(&localizer, &view.ticket)
        );
    }
}

fn low_rating(customer: String) -> ServiceView {
    let comment = Some("Lama <sekali>".to_owned());
    ServiceView::LowRating {
        ticket: TicketId(Uuid::from_u128(7)),
        number: TicketNumber::parse("INC120420251352536CO").unwrap(),
        customer,
        rating: Rating { stars: Stars::ALL[1], at: minutes_ago(5), comment },
    }
}

#[test]
fn every_notice() {
    let number = || TicketNumber::parse("INC120420251352536CO").unwrap();
    let name = || "Budi Santoso".to_owned();
    let created = |status, online| NoticeView::Status(Box::new(status_view(ticket(status), online)));
    let notices = vec![
        ("created", created(Status::Queued, 2)),
        ("created_nobody_online", created(Status::Queued, 0)),
        ("created_assigned_at_once", created(Status::Assigned, 1)),
        ("new_task", NoticeView::NewTask(task(held_ticket(Status::Assigned)))),
        ("file", NoticeView::File { number: number() }),
        ("task_reopened", NoticeView::Service(ServiceView::TaskReopened { number: number() })),
        ("task_dropped", NoticeView::Service(ServiceView::TaskDropped { number: number() })),
        ("ask_comment", NoticeView::Service(ServiceView::AskComment(TicketId(Uuid::from_u128(7))))),
        ("low_rating", NoticeView::Service(low_rating(name()))),
        ("banned", NoticeView::Service(ServiceView::Banned)),
        ("unbanned", NoticeView::Service(ServiceView::Unbanned)),
        ("customer_banned", NoticeView::Service(ServiceView::CustomerBanned { number: number() })),
        ("task_cancelled", NoticeView::TaskCancelled { number: number() }),
        ("task_taken", NoticeView::TaskWithdrawn { number: number(), to: Some(name()) }),
        ("task_requeued", NoticeView::TaskWithdrawn { number: number(), to: None }),
        ("still_online", NoticeView::StillOnline { availability: Availability::Online, minutes: 5 }),
        ("still_there", NoticeView::StillOnline { availability: Availability::Away, minutes: 5 }),
        ("taken_offline", NoticeView::TakenOffline { kept: 0 }),
        ("taken_offline_keeping_one", NoticeView::TakenOffline { kept: 1 }),
        ("role_customer", NoticeView::RoleChanged { role: Role::Customer }),
        ("role_agent", NoticeView::RoleChanged { role: Role::Agent }),
        ("role_admin", NoticeView::RoleChanged { role: Role::Admin }),
        ("role_admin_agent", NoticeView::Membership(MembershipView::AdminRole { is_agent: true })),
        ("no_longer_admin", NoticeView::Membership(MembershipView::NoLongerAdmin { is_agent: false })),
        ("no_longer_admin_agent", NoticeView::Membership(MembershipView::NoLongerAdmin { is_agent: true })),
        (
            "admin_added",
            NoticeView::Membership(MembershipView::AdminAdded { person: name(), by: "Dewi".into() }),
        ),
        (
            "admin_removed",
            NoticeView::Membership(MembershipView::AdminRemoved { person: name(), by: "Dewi".into() }),
        ),
        ("no_longer_agent", NoticeView::NoLongerAgent),
        ("joined", NoticeView::Joined { person: name() }),
        ("agent_unreachable", NoticeView::AgentUnreachable { person: name(), released: 0, kept: 0 }),
        (
            "agent_unreachable_with_tickets",
            NoticeView::AgentUnreachable { person: name(), released: 2, kept: 1 },
        ),
        ("returned", NoticeView::Returned { number: number(), agent: name() }),
        ("capacity_changed", NoticeView::CapacityChanged { held: 3, max: 7 }),
        ("department_joined", NoticeView::DepartmentsChanged { department: "Teknik".into(), serves: true }),
        ("department_left", NoticeView::DepartmentsChanged { department: "Teknik".into(), serves: false }),
        ("customer_unreachable", NoticeView::CustomerUnreachable { number: number() }),
        ("part_undelivered", NoticeView::PartUndelivered { number: number() }),
        ("send_again", NoticeView::SendAgain { number: number() }),
        ("undelivered", NoticeView::Undelivered { recipient: name(), total: 3 }),
        ("update_put_aside", NoticeView::DeadLetter { update: 987_654_321 }),
        ("task_passed_on", NoticeView::TaskPassedOn { number: number() }),
        ("something_broke", NoticeView::UpdateFailed),
    ];
    for (name, view) in notices {
        check(&format!("notice_{name}"), |w| notice(w, &view));
    }
}

#[test]
fn a_reopened_ticket_is_not_announced_as_new() {
    for (name, completer) in [
        ("notice_reopened_task", Completer::Viewer),
        ("notice_reopened_task_of_a_colleague", Completer::Colleague),
    ] {
        let reopened_from = Some(completer);
        let view = TaskView { reopened_from, ..task(held_ticket(Status::Assigned)) };
        check(name, |w| notice(w, &NoticeView::NewTask(view.clone())));
        let opened = TaskView { reopened_from, ..task(held_ticket(Status::InProgress)) };
        let localizer = localizer(Locale::Id);
        assert_eq!(
            notice(&localizer, &NoticeView::NewTask(opened.clone())),
            task_card(&localizer, &opened.ticket)
        );
    }
}

#[test]
fn the_notice_of_a_resumed_ticket_is_its_card() {
    for (name, status) in
        [("notice_task_resumed", Status::InProgress), ("notice_task_resumed_before", Status::Completed)]
    {
        check(name, |w| notice(w, &NoticeView::TaskResumed(held_ticket(status))));
    }
}

#[test]
fn the_notice_of_a_nudge_is_the_card_of_the_ticket() {
    let minutes = |minutes: u64| Some(std::time::Duration::from_secs(60 * minutes));
    for (name, status, time) in [
        ("notice_task_nudged", Status::Assigned, minutes(15)),
        ("notice_task_nudged_stays", Status::Assigned, None),
        ("notice_task_nudged_late", Status::InProgress, minutes(15)),
    ] {
        check(name, |w| notice(w, &NoticeView::TaskNudged(held_ticket(status), time)));
    }
}
