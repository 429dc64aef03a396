//! Lists of tickets for staff: an agent's own queue, and what waits.
use super::parts::{card, numbered, steps};
use super::{Rendered, Words};
use crate::bot::callback::{ButtonAction, PagedList, Surface};
use crate::bot::cards::views::{QueueView, TicketView, WaitingView};
use crate::domain::person::Availability;

/// An agent's queue, with the buttons of each ticket under the same number as in the list.
#[must_use]
pub fn my_queue(words: &Words<'_>, view: &QueueView) -> Rendered {
    let head = [
        words.availability_line(view.availability, view.lost),
        String::new(),
        words.say("queue-head", &[("held", view.held.into()), ("max", view.max.into())]),
    ];
    let mut blocks = vec![head.join("\n")];
    let mut rows = Vec::new();
    for (at, ticket) in numbered(view.first.into(), &view.tickets) {
        blocks.push(own_task(words, at, ticket));
        let steps = steps(ticket, Surface::MyQueue(view.page)).into_iter();
        rows.push(steps.map(|(key, press)| words.numbered_button(key, at, press)).collect());
    }
    if view.tickets.is_empty() {
        blocks.push(words.say("queue-empty", &[]));
    }
    blocks.push(footer(words, view));
    let turn = |page| ButtonAction::Turn(PagedList::MyQueue, page);
    rows.push(words.page_row(view.page, view.pages, turn));
    let mut last = vec![words.button("button-refresh", turn(view.page))];
    last.extend(words.availability_buttons(view.availability, view.lost));
    rows.push(last);
    card(blocks.join("\n\n"), rows)
}

fn own_task(words: &Words<'_>, at: u64, ticket: &TicketView) -> String {
    let mut lines = vec![
        words.say("ticket-head", &[("at", at.into()), ("number", (&ticket.number).into())]),
        words.say("ticket-label", &[("label", Words::label(&ticket.label))]),
        words.say("line-status", &[("status", words.state(ticket.status).into())]),
    ];
    lines.extend(words.priority_line(ticket.priority));
    let since = ticket.assigned_at;
    lines.extend(since.map(|at| words.say("queue-assigned", &[("when", words.ago(at).into())])));
    lines.extend(words.unreachable_line(ticket));
    lines.join("\n")
}

/// Whether new tickets will come, and if not, why not: the first reason that holds.
fn footer(words: &Words<'_>, view: &QueueView) -> String {
    let free = view.max.saturating_sub(view.held);
    let count = [("count", free.into())];
    if !view.auto {
        // Neither going online nor completing a ticket brings one then.
        return words.say("queue-free-manual", &count);
    }
    match view.availability {
        Availability::Offline => words.say("queue-offline", &[]),
        _ if view.lost => words.say("queue-lost", &[]),
        Availability::Busy | Availability::Away => words.say("queue-paused", &[]),
        Availability::Online if free == 0 => {
            let over = view.held.saturating_sub(view.max);
            words.say("queue-full", &[("over", over.into()), ("count", over.saturating_add(1).into())])
        }
        Availability::Online => words.say("queue-free", &count),
    }
}

/// What waits, with a pick-up button for each ticket where the reader may take them.
#[must_use]
pub fn waiting(words: &Words<'_>, view: &WaitingView) -> Rendered {
    let turn = |page| ButtonAction::Turn(PagedList::Queue, page);
    let refresh = vec![words.button("button-refresh", turn(view.page))];
    if view.tickets.is_empty() {
        return card(words.say("waiting-empty", &[]), [refresh]);
    }
    let mut blocks = vec![words.say("waiting-head", &[("count", view.total.into())])];
    let mut picks = Vec::new();
    for (at, ticket) in numbered(view.first, &view.tickets) {
        blocks.push(waiting_ticket(words, at, ticket));
        if view.pick_up.contains(&ticket.id) {
            let press = ButtonAction::PickUp(ticket.id, ticket.version, Surface::Queue(view.page));
            picks.push(words.numbered_button("button-pick-up", at, press));
        }
    }
    let mut rows: Vec<Vec<_>> = picks.chunks(2).map(<[_]>::to_vec).collect();
    rows.push(words.page_row(view.page, view.pages, turn));
    rows.push(refresh);
    card(blocks.join("\n\n"), rows)
}

fn waiting_ticket(words: &Words<'_>, at: u64, ticket: &TicketView) -> String {
    let mut lines = vec![
        words.say("ticket-head", &[("at", at.into()), ("number", (&ticket.number).into())]),
        words.say("ticket-label", &[("label", Words::label(&ticket.label))]),
    ];
    lines.extend(words.priority_line(ticket.priority));
    lines.push(words.say("waiting-since", &[("when", words.ago(ticket.created_at).into())]));
    lines.join("\n")
}
