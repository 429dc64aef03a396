//! Tests of a customer's cards: the states of a draft, the states of a ticket, the list.
use super::*;
use crate::bot::cards::views::service::{CompletedView, ContinuableView};
use crate::bot::cards::views::{DraftView, MyTicketsView, TicketStatusView, Waiting};
use crate::domain::ids::{CategoryId, DraftId};
use crate::domain::ticket::service::Stars;

pub(super) fn draft_view(label: Option<&str>, description: Description) -> DraftView {
    let category = |n: u128| CategoryId(Uuid::from_u128(n));
    DraftView {
        id: DraftId(Uuid::from_u128(5)),
        person_name: "Siti".into(),
        label: label.map(Into::into),
        description,
        rechoosing: false,
        choices: vec![
            (category(1), "HSI INDIBIZ - TROUBLESHOOT".into()),
            (category(2), "WMSLite - PUSH BIMA".into()),
        ],
        page: 0,
        pages: 1,
        can_change: true,
        continuable: None,
    }
}

#[test]
fn a_draft_can_continue_a_completed_ticket() {
    let completed = ticket(Status::Completed);
    let continuable = Some(ContinuableView {
        id: completed.id,
        number: completed.number,
        subject: "Internet mati".into(),
        completion: 2,
    });
    let offering = |label, text| {
        let description = description_of(text, 0);
        DraftView { continuable: continuable.clone(), ..draft_view(label, description) }
    };
    let label = Some("HSI INDIBIZ - TROUBLESHOOT");
    check("draft_preview_continuing", |w| draft(w, &offering(label, "Internet mati lagi")));
    check("draft_choose_continuing", |w| draft(w, &offering(None, "Internet mati lagi")));
    // There is nothing to continue with yet.
    for label in [label, None] {
        let localizer = localizer(Locale::Id);
        let empty = draft(&localizer, &offering(label, ""));
        assert_eq!(empty, draft(&localizer, &draft_view(label, Description::default())));
    }
}

#[test]
fn a_draft_asks_for_the_category_first() {
    check("draft_choose", |w| draft(w, &draft_view(None, Description::default())));
    let paged = DraftView { page: 1, pages: 3, ..draft_view(None, description_of("Internet mati", 1)) };
    check("draft_choose_second_page", |w| draft(w, &paged));
}

#[test]
fn another_choice_of_the_category_does_not_greet_again() {
    let again = DraftView { rechoosing: true, ..draft_view(None, Description::default()) };
    for (locale, wanted) in
        [(Locale::Id, "🏷 Pilih kategori tiket Anda."), (Locale::En, "🏷 Choose a category for your ticket.")]
    {
        assert_eq!(draft(&localizer(locale), &again).html, wanted);
    }
}

#[test]
fn a_draft_with_a_category_asks_for_a_description_and_then_previews() {
    let label = Some("HSI INDIBIZ - TROUBLESHOOT");
    check("draft_describe", |w| draft(w, &draft_view(label, Description::default())));
    check("draft_preview", |w| draft(w, &draft_view(label, description_of("Internet mati", 2))));
    let only = DraftView { can_change: false, ..draft_view(Some("Umum - Umum"), description_of("", 1)) };
    check("draft_preview_only_a_file", |w| draft(w, &only));
}

pub(super) fn status_view(ticket: TicketView, online: u32) -> TicketStatusView {
    TicketStatusView {
        ticket,
        online,
        opens_at: None,
        waiting: Waiting::New,
        completed: None,
        is_cancelled_by_customer: false,
    }
}

fn completed_view(stars: Option<u8>, is_current: bool) -> CompletedView {
    CompletedView {
        id: TicketId(Uuid::from_u128(1)),
        number: ticket(Status::Completed).number,
        completion: 0,
        stars: stars.and_then(Stars::new),
        can_reopen: is_current,
        can_rate: is_current,
    }
}

#[test]
fn status_card_in_every_state() {
    for (name, status) in [
        ("track_queued", Status::Queued),
        ("track_assigned", Status::Assigned),
        ("track_pending", Status::Pending),
        ("track_cancelled", Status::Cancelled),
    ] {
        check(name, |w| status_card(w, &status_view(ticket(status), 3)));
    }
    check("track_nobody_online", |w| status_card(w, &status_view(ticket(Status::Queued), 0)));
    for (name, waiting) in [("track_returned", Waiting::Returned), ("track_reopened", Waiting::Reopened)] {
        let view = TicketStatusView { waiting, ..status_view(ticket(Status::Queued), 3) };
        check(name, |w| status_card(w, &view));
    }
    for (name, shown_agent) in
        [("track_assigned_by_name", Some(ShownAgent::Name("Budi".into()))), ("track_assigned_unnamed", None)]
    {
        let held = TicketView { shown_agent, ..ticket(Status::Assigned) };
        check(name, |w| status_card(w, &status_view(held.clone(), 3)));
    }
    let cancelled = status_view(ticket(Status::Cancelled), 3);
    let cancelled = TicketStatusView { is_cancelled_by_customer: true, ..cancelled };
    check("track_cancelled_by_customer", |w| status_card(w, &cancelled));
}

#[test]
fn a_completed_ticket_can_be_rated_and_reopened() {
    for (name, stars, is_current) in [
        ("track_completed", None, true),
        ("track_completed_rated", Some(4), true),
        ("track_completed_before", None, false),
    ] {
        let completed = Some(completed_view(stars, is_current));
        let view = TicketStatusView { completed, ..status_view(ticket(Status::Completed), 3) };
        check(name, |w| status_card(w, &view));
    }
}

#[test]
fn a_card_does_not_change_when_the_agent_opens_the_ticket() {
    for locale in Locale::ALL {
        let card = |status| status_card(&localizer(locale), &status_view(ticket(status), 1));
        assert_eq!(card(Status::Assigned), card(Status::InProgress));
    }
}

#[test]
fn only_the_card_of_a_waiting_ticket_can_cancel_it() {
    let buttons = |status| status_card(&localizer(Locale::Id), &status_view(ticket(status), 1)).buttons;
    assert_eq!(buttons(Status::Queued).len(), 1);
    for status in [Status::Assigned, Status::InProgress, Status::Pending, Status::Cancelled] {
        assert!(buttons(status).is_empty());
    }
}

#[test]
fn my_tickets_with_pages_and_empty() {
    let tickets = vec![ticket(Status::Queued), ticket(Status::InProgress), ticket(Status::Completed)];
    check("my_tickets", |w| my_tickets(w, &MyTicketsView { page: 0, pages: 1, tickets: tickets.clone() }));
    let second = MyTicketsView { page: 1, pages: 2, tickets: vec![ticket(Status::Cancelled)] };
    check("my_tickets_second_page", |w| my_tickets(w, &second));
    check("my_tickets_empty", |w| my_tickets(w, &MyTicketsView { page: 0, pages: 0, tickets: Vec::new() }));
}
