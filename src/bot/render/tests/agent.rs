//! Tests of an agent's card of a ticket in every state, and of the status.
use super::*;
use crate::bot::cards::views::AgentStatusView;
use crate::domain::person::Availability;

#[test]
fn task_card_in_every_state_of_the_holder() {
    for (name, status) in [
        ("task_assigned", Status::Assigned),
        ("task_in_progress", Status::InProgress),
        ("task_pending", Status::Pending),
        ("task_completed", Status::Completed),
    ] {
        check(name, |w| task_card(w, &held_ticket(status)));
    }
}

#[test]
fn the_load_reads_well_in_english() {
    for (held, max, text) in [
        (1, 1, "You have 1/1 active ticket."),
        (2, 1, "You have 2/1 active tickets."),
        (1, 5, "You have 1/5 active tickets."),
    ] {
        let view = TaskView { held, max, ..task(held_ticket(Status::Assigned)) };
        let card = new_task_card(&localizer(Locale::En), &view);
        assert!(card.html.contains(text), "{}", card.html);
    }
}

#[test]
fn task_card_of_a_snoozed_ticket() {
    let until =
        |minutes: i64| TicketView { resume_at: Some(minutes_ago(-minutes)), ..held_ticket(Status::Pending) };
    check("task_snoozed_until_today", |w| task_card(w, &until(30)));
    check("task_snoozed_until_a_weekday", |w| task_card(w, &until(24 * 60)));
    check("task_snoozed_until_a_date", |w| task_card(w, &until(20 * 24 * 60)));
}

#[test]
fn task_card_of_a_former_holder() {
    let unreachable = TicketView { customer_reachable: false, ..held_ticket(Status::InProgress) };
    check("task_unreachable", |w| task_card(w, &unreachable));
    check("task_with_somebody_else", |w| task_card(w, &ticket(Status::InProgress)));
    check("task_requeued", |w| task_card(w, &ticket(Status::Queued)));
    check("task_cancelled", |w| task_card(w, &ticket(Status::Cancelled)));
    let without_holder = TicketView { holder: None, ..ticket(Status::Assigned) };
    check("task_gone", |w| task_card(w, &without_holder));
}

#[test]
fn a_former_holder_does_not_see_the_description() {
    for status in [Status::Assigned, Status::Queued, Status::Completed, Status::Cancelled] {
        let card = task_card(&localizer(Locale::Id), &ticket(status));
        assert!(!card.html.contains("LOS") && card.buttons.is_empty(), "{status:?}");
    }
}

#[test]
fn task_card_with_priority_files_and_a_long_description() {
    let long = "Pelanggan sudah mencoba menyalakan ulang modem. ".repeat(12);
    let view = TicketView {
        priority: Priority::Urgent,
        description: description_of(&long, 2),
        ..held_ticket(Status::Assigned)
    };
    check("task_urgent_long", |w| task_card(w, &view));
}

fn status_view(availability: Availability) -> AgentStatusView {
    AgentStatusView {
        availability,
        away_until: None,
        lost: false,
        auto: true,
        asks_last_word: false,
        is_manual: false,
        held: 3,
        max: 5,
        today: (10, 7),
        waiting: 1,
        departments: vec!["HSI INDIBIZ".into(), "WMSLite".into()],
    }
}

#[test]
fn status_in_every_availability() {
    check("status_online", |w| status(w, &status_view(Availability::Online)));
    let lost = AgentStatusView {
        lost: true,
        auto: false,
        asks_last_word: true,
        ..status_view(Availability::Online)
    };
    check("status_lost", |w| status(w, &lost));
    check("status_busy", |w| status(w, &status_view(Availability::Busy)));
    let away = AgentStatusView { departments: Vec::new(), ..status_view(Availability::Away) };
    check("status_away", |w| status(w, &away));
    let until = Some(now() + Duration::hours(2));
    let away = AgentStatusView { away_until: until, ..status_view(Availability::Away) };
    check("status_away_until", |w| status(w, &away));
    check("absence_question", |w| absence_question(w, status(w, &status_view(Availability::Away)), None));
    let manual = AgentStatusView { is_manual: true, ..status_view(Availability::Online) };
    check("status_manual", |w| status(w, &manual));
    check("status_offline", |w| status(w, &status_view(Availability::Offline)));
}

#[test]
fn a_customer_without_a_username_is_linked_by_their_id() {
    let customer = |name: &str| CustomerName { name: name.into(), username: None, telegram: TelegramId(42) };
    let view = TicketView { customer: Some(customer("<b>Sari")), ..held_ticket(Status::InProgress) };
    let html = task_card(&localizer(Locale::Id), &view).html;
    assert!(html.contains(r#"Pelanggan: <a href="tg://user?id=42">&lt;b&gt;Sari</a>"#), "{html}");
}
