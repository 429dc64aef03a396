//! Cards for customers: the ticket they are writing, the live card of one ticket, the list of theirs.
use super::parts::{card, name, numbered};
use super::{Button, Rendered, Words, cut, labelled};
use crate::bot::callback::{ButtonAction, PagedList, Surface};
use crate::bot::cards::views::{
    CHOICES_PER_PAGE, DraftView, MyTicketsView, TICKETS_PER_PAGE, TicketStatusView, TicketView,
};
use crate::domain::text::{Description, PART_CHARS, clean};
use crate::domain::ticket::Status;

/// How much of their words customers see again on the card of a ticket, in UTF-16 units.
const EXCERPT: usize = 300;

/// A ticket that is being written: choose a category, then say what it is about, then look it over and send it.
#[must_use]
pub fn draft(words: &Words<'_>, view: &DraftView) -> Rendered {
    match &view.label {
        None => choose(words, view),
        Some(target) if view.description.is_empty() => describe(words, view, target),
        Some(target) => preview(words, view, target),
    }
}

fn choose(words: &Words<'_>, view: &DraftView) -> Rendered {
    let mut above = vec![words.say("draft-choose", &[("name", name(&view.person_name))])];
    if !view.description.is_empty() {
        above.push(String::new());
        above.push(words.say("draft-so-far", &[]));
    }
    let (shown, note) = beginning(words, &view.description);
    let choices = view.choices.iter().take(usize::from(CHOICES_PER_PAGE));
    let choices = choices.map(|(id, name)| vec![labelled(name, ButtonAction::DraftCategory(view.id, *id))]);
    let pages = words.page_row(view.page, view.pages, |page| ButtonAction::DraftCategories(view.id, page));
    let cancel = vec![words.button("button-cancel", ButtonAction::DraftCancel(view.id))];
    card(words.around(&above, &shown, &note), choices.chain([pages, cancel]))
}

fn describe(words: &Words<'_>, view: &DraftView, target: &str) -> Rendered {
    let args = [("name", name(&view.person_name)), ("label", Words::label(target))];
    let cancel = vec![words.button("button-cancel", ButtonAction::DraftCancel(view.id))];
    card(words.say("draft-describe", &args), [change(words, view), cancel])
}

fn preview(words: &Words<'_>, view: &DraftView, target: &str) -> Rendered {
    let above =
        [words.say("draft-preview", &[]), words.say("line-category", &[("label", Words::label(target))])];
    let (shown, note) = beginning(words, &view.description);
    let below: Vec<String> = note.into_iter().chain([words.say("draft-preview-hint", &[])]).collect();
    let send = vec![
        words.button("button-send", ButtonAction::DraftSend(view.id)),
        words.button("button-cancel", ButtonAction::DraftCancel(view.id)),
    ];
    card(words.around(&above, &shown, &below), [send, change(words, view)])
}

/// What a preview has room for, and that nothing is lost, where that is not the whole.
fn beginning(words: &Words<'_>, description: &Description) -> (Description, Vec<String>) {
    let whole = clean(&description.text);
    let text = cut(&whole, PART_CHARS);
    let note = (text != whole).then(|| words.say("draft-long", &[("length", whole.chars().count().into())]));
    (Description { text, attachments: description.attachments.clone() }, note.into_iter().collect())
}

fn change(words: &Words<'_>, view: &DraftView) -> Vec<Button> {
    let button = || words.button("button-change-category", ButtonAction::DraftCategories(view.id, 0));
    view.can_change.then(button).into_iter().collect()
}

/// The live card of one ticket: where it stands, and the way to withdraw it while nobody has opened it. As long as that is
/// so it begins with the thanks, so that what is sent first need not be edited at once.
#[must_use]
pub fn status_card(words: &Words<'_>, view: &TicketStatusView) -> Rendered {
    let head = if withdrawable(&view.ticket) { "track-created" } else { "track-head" };
    status_lines(words, view, head)
}

/// The first state of the live card: the thanks, whatever has happened since.
pub(super) fn created_card(words: &Words<'_>, view: &TicketStatusView) -> Rendered {
    status_lines(words, view, "track-created")
}

fn status_lines(words: &Words<'_>, view: &TicketStatusView, head: &str) -> Rendered {
    let ticket = &view.ticket;
    let mut above = vec![
        words.say(head, &[("number", (&ticket.number).into())]),
        words.say("line-category", &[("label", Words::label(&ticket.label))]),
        words.say("line-status", &[("status", words.customers_state(ticket.status).into())]),
    ];
    if ticket.status == Status::Queued {
        above.extend(ticket.position.map(|at| words.say("line-position", &[("position", at.into())])));
        above.push(words.say("track-online", &[("count", view.online.into())]));
    } else if ticket.status != Status::Cancelled {
        let holder = ticket.holder.as_deref();
        above.extend(holder.map(|agent| words.say("track-agent", &[("agent", name(agent))])));
    }
    above.push(words.say("track-opened", &[("when", words.moment(ticket.created_at).into())]));
    let below = match ticket.status {
        Status::Queued if view.online == 0 => Some(words.say("track-nobody-online", &[])),
        Status::Completed => Some(words.say("track-thanks", &[])),
        _ => None,
    };
    let below: Vec<String> = below.into_iter().collect();
    // Enough to know the ticket by; the customer has the whole above, in their own message.
    let excerpt = Description {
        text: cut(&clean(&ticket.description.text), EXCERPT),
        attachments: ticket.description.attachments.clone(),
    };
    let html = words.around(&above, &excerpt, &below);
    let cancel = withdrawable(ticket).then(|| {
        words.button("button-cancel", ButtonAction::CancelTicket(ticket.id, ticket.version, Surface::Status))
    });
    card(html, [cancel.into_iter().collect()])
}

fn withdrawable(ticket: &TicketView) -> bool {
    matches!(ticket.status, Status::Queued | Status::Assigned)
}

/// A customer's own tickets, a page at a time.
#[must_use]
pub fn my_tickets(words: &Words<'_>, view: &MyTicketsView) -> Rendered {
    if view.tickets.is_empty() {
        return words.message("tickets-empty", &[]);
    }
    let first = u64::from(view.page) * u64::from(TICKETS_PER_PAGE) + 1;
    let mut blocks = vec![words.say("tickets-head", &[])];
    let mut cancels = Vec::new();
    for (at, ticket) in numbered(first, &view.tickets) {
        blocks.push(own_ticket(words, at, ticket));
        if withdrawable(ticket) {
            let surface = Surface::MyTickets(view.page);
            let press = ButtonAction::CancelTicket(ticket.id, ticket.version, surface);
            cancels.push(words.counted_button("button-cancel", at, press));
        }
    }
    let mut rows: Vec<Vec<_>> = cancels.chunks(2).map(<[_]>::to_vec).collect();
    let turn = |page| ButtonAction::Turn(PagedList::MyTickets, page);
    rows.push(words.page_row(view.page, view.pages, turn));
    rows.push(vec![words.button("button-refresh", turn(view.page))]);
    card(blocks.join("\n\n"), rows)
}

fn own_ticket(words: &Words<'_>, at: u64, ticket: &TicketView) -> String {
    let args = [("at", at.into()), ("number", (&ticket.number).into())];
    let mut lines = vec![
        words.say("tickets-one", &args),
        words.say("ticket-label", &[("label", Words::label(&ticket.label))]),
        words.say("line-status", &[("status", words.customers_state(ticket.status).into())]),
    ];
    match ticket.status {
        Status::Queued => {
            lines.extend(ticket.position.map(|at| words.say("line-position", &[("position", at.into())])));
        }
        Status::Cancelled => {}
        _ => {
            let holder = ticket.holder.as_deref();
            lines.extend(holder.map(|agent| words.say("track-agent", &[("agent", name(agent))])));
        }
    }
    lines.push(words.say("track-opened", &[("when", words.ago(ticket.created_at).into())]));
    lines.join("\n")
}
