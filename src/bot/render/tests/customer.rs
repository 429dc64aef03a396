//! Tests of a customer's cards: the states of a draft, the states of a ticket, the list.
use super::*;
use crate::bot::cards::views::{DraftView, MyTicketsView, TicketStatusView};
use crate::domain::ids::{CategoryId, DraftId};

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

fn status_card_view(status: Status, online: u32) -> TicketStatusView {
    TicketStatusView { ticket: ticket(status), online, opens_at: None }
}

#[test]
fn status_card_in_every_state() {
    for (name, status) in [
        ("track_queued", Status::Queued),
        ("track_assigned", Status::Assigned),
        ("track_in_progress", Status::InProgress),
        ("track_pending", Status::Pending),
        ("track_completed", Status::Completed),
        ("track_cancelled", Status::Cancelled),
    ] {
        check(name, |w| status_card(w, &status_card_view(status, 3)));
    }
    check("track_nobody_online", |w| status_card(w, &status_card_view(Status::Queued, 0)));
}

#[test]
fn only_a_ticket_that_is_not_started_can_be_cancelled() {
    for status in [Status::Queued, Status::Assigned] {
        assert_eq!(status_card(&localizer(Locale::Id), &status_card_view(status, 1)).buttons.len(), 1);
    }
    for status in [Status::InProgress, Status::Pending, Status::Completed, Status::Cancelled] {
        assert!(status_card(&localizer(Locale::Id), &status_card_view(status, 1)).buttons.is_empty());
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
