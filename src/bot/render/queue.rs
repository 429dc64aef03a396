//! Lists of tickets for staff: an agent's own queue, and the waiting tickets.
mod pick_up;

pub use pick_up::pick_up_card;

use super::parts::{card, numbered, steps};
use super::{Localizer, Rendered};
use crate::bot::callback::{ButtonAction, ConsoleAction, PagedList, Surface};
use crate::bot::cards::views::{MyQueueView, QueueView, TicketView};
use crate::domain::card::console::{ConsoleList, ConsoleView, TicketPane};
use crate::domain::person::Availability;

/// Renders an agent's queue. The buttons of a ticket carry its number in the list.
#[must_use]
pub fn my_queue(localizer: &Localizer<'_>, view: &MyQueueView) -> Rendered {
    let head = [
        localizer.availability_line(view.availability, view.lost),
        String::new(),
        localizer.html("queue-head", &[("held", view.held.into()), ("max", view.max.into())]),
    ];
    let mut blocks = vec![head.join("\n")];
    let mut rows = Vec::new();
    for (at, ticket) in numbered(view.first.into(), &view.tickets) {
        blocks.push(own_task(localizer, at, ticket));
        let steps = steps(ticket, Surface::MyQueue(view.page)).into_iter();
        rows.push(steps.map(|(key, action)| localizer.numbered_button(key, at, action)).collect());
    }
    if view.tickets.is_empty() {
        blocks.push(localizer.html("queue-empty", &[]));
    }
    blocks.push(footer(localizer, view));
    let to_page = |page| ButtonAction::ShowPage(PagedList::MyQueue, page);
    rows.push(localizer.page_row(view.page, view.pages, to_page));
    let mut last = vec![localizer.button("button-refresh", to_page(view.page))];
    last.extend(localizer.availability_buttons(view.availability, view.lost));
    rows.push(last);
    card(blocks.join("\n\n"), rows)
}

fn own_task(localizer: &Localizer<'_>, at: u64, ticket: &TicketView) -> String {
    let mut lines = vec![
        localizer.html("ticket-head", &[("at", at.into()), ("number", (&ticket.number).into())]),
        localizer.html("ticket-label", &[("label", Localizer::label(&ticket.label))]),
        localizer.html("line-status", &[("status", localizer.state(ticket.status).into())]),
    ];
    lines.splice(2..2, localizer.subject_line(ticket));
    lines.extend(localizer.priority_line(ticket.priority));
    let since = ticket.assigned_at;
    lines.extend(since.map(|at| localizer.html("queue-assigned", &[("when", localizer.ago(at).into())])));
    lines.extend(localizer.unreachable_line(ticket));
    lines.join("\n")
}

/// Returns the line that says whether new tickets will come, and if not, the first reason that applies.
fn footer(localizer: &Localizer<'_>, view: &MyQueueView) -> String {
    let free = view.max.saturating_sub(view.held);
    let count = [("count", free.into())];
    if !view.auto {
        // Neither going online nor completing a ticket brings a new one.
        return localizer.html("queue-free-manual", &count);
    }
    match view.availability {
        Availability::Offline => localizer.html("queue-offline", &[]),
        _ if view.lost => localizer.html("queue-lost", &[]),
        Availability::Busy | Availability::Away => localizer.html("queue-paused", &[]),
        Availability::Online if free == 0 => {
            let over = view.held.saturating_sub(view.max);
            localizer.html("queue-full", &[("over", over.into()), ("count", over.saturating_add(1).into())])
        }
        Availability::Online => localizer.html("queue-free", &count),
    }
}

/// Renders the waiting tickets, with a button for each that the viewer may pick up.
#[must_use]
pub fn waiting(localizer: &Localizer<'_>, view: &QueueView) -> Rendered {
    let to_page = |page| ButtonAction::ShowPage(PagedList::Queue, page);
    let refresh = vec![localizer.button("button-refresh", to_page(view.page))];
    if view.tickets.is_empty() {
        return card(localizer.html("waiting-empty", &[]), [refresh]);
    }
    let mut blocks = vec![localizer.html("waiting-head", &[("count", view.total.into())])];
    let mut buttons = Vec::new();
    for (at, ticket) in numbered(view.first, &view.tickets) {
        blocks.push(waiting_ticket(localizer, at, ticket));
        if view.pick_up.contains(&ticket.id) {
            let action = ButtonAction::PickUp(ticket.id, ticket.version, Surface::Queue(view.page));
            buttons.push(localizer.numbered_button("button-pick-up", at, action));
        }
        if view.is_admin {
            let show = ConsoleAction::Show(ConsoleView::Ticket(ticket.id, TicketPane::Overview));
            let action = ButtonAction::Console(show, ConsoleList::Queue(view.page));
            buttons.push(localizer.numbered_button("button-manage", at, action));
        }
    }
    // The two buttons of a ticket stay side by side.
    let per_row = if view.is_admin && view.pick_up.is_empty() { 4 } else { 2 };
    let mut rows: Vec<Vec<_>> = buttons.chunks(per_row).map(<[_]>::to_vec).collect();
    rows.push(localizer.page_row(view.page, view.pages, to_page));
    rows.push(refresh);
    card(blocks.join("\n\n"), rows)
}

fn waiting_ticket(localizer: &Localizer<'_>, at: u64, ticket: &TicketView) -> String {
    let mut lines = vec![
        localizer.html("ticket-head", &[("at", at.into()), ("number", (&ticket.number).into())]),
        localizer.html("ticket-label", &[("label", Localizer::label(&ticket.label))]),
    ];
    lines.extend(localizer.subject_line(ticket));
    lines.extend(localizer.priority_line(ticket.priority));
    lines.push(localizer.html("waiting-since", &[("when", localizer.ago(ticket.created_at).into())]));
    lines.join("\n")
}
