//! Cards for one agent: a ticket they got, and how they stand.
use super::parts::{card, name, steps};
use super::{Rendered, Words};
use crate::bot::callback::{ButtonAction, Step, Surface};
use crate::bot::cards::views::{StatusView, TaskView, TicketView};
use crate::domain::text::Description;
use crate::domain::ticket::Status;

/// A ticket for the agent who got it: its state, the ordered facts, the customer's words, and what can be done.
#[must_use]
pub fn task_card(words: &Words<'_>, ticket: &TicketView) -> Rendered {
    if !theirs(ticket) {
        return elsewhere(words, ticket);
    }
    let head = words.say("line-status", &[("status", words.state(ticket.status).into())]);
    task(words, ticket, head, &[])
}

/// The first state of the task card. When the ticket has moved on before the notice went out, the card says so instead.
pub(super) fn new_task(words: &Words<'_>, view: &TaskView) -> Rendered {
    if view.ticket.status != Status::Assigned || !theirs(&view.ticket) {
        return task_card(words, &view.ticket);
    }
    // How it was at that moment. The queue moves on without this card, so it says so once only.
    let then = [
        words.say("line-position", &[("position", view.position.into())]),
        String::new(),
        words.say("task-load", &[("held", view.held.into()), ("max", view.max.into())]),
    ];
    task(words, &view.ticket, words.say("task-new", &[]), &then)
}

fn theirs(ticket: &TicketView) -> bool {
    let held = matches!(ticket.status, Status::Assigned | Status::InProgress | Status::Pending);
    held && ticket.holder_is_reader
}

fn task(words: &Words<'_>, ticket: &TicketView, head: String, then: &[String]) -> Rendered {
    let mut above = vec![
        head,
        words.say("task-number", &[("number", (&ticket.number).into())]),
        words.say("line-category", &[("label", Words::label(&ticket.label))]),
    ];
    above.extend_from_slice(then);
    above.extend(words.priority_line(ticket.priority));
    above.extend(words.unreachable_line(ticket));
    let steps = steps(ticket, Surface::Task).into_iter();
    let mut rows = vec![steps.map(|(key, press)| words.button(key, press)).collect()];
    if ticket.status == Status::Assigned {
        let hold = ButtonAction::Task(Step::Hold, ticket.id, ticket.version, Surface::Task);
        rows.push(vec![words.button("button-hold", hold)]);
    }
    card(words.around(&above, &first_part(&ticket.description), &[]), rows)
}

/// What the card has room for; the agent got the rest in messages of its own.
fn first_part(description: &Description) -> Description {
    let parts = description.parts();
    let first = parts.first().copied().unwrap_or_default();
    let text = if parts.len() > 1 { format!("{first} …") } else { first.to_owned() };
    Description { text, attachments: description.attachments.clone() }
}

/// A ticket that has ended or is in other hands: how things stand, and no buttons.
fn elsewhere(words: &Words<'_>, ticket: &TicketView) -> Rendered {
    let head = match (ticket.status, ticket.holder.as_deref()) {
        (Status::Completed, _) => words.say("task-completed", &[]),
        (Status::Cancelled, _) => words.say("task-cancelled", &[]),
        (Status::Queued, _) => words.say("task-requeued", &[]),
        (_, Some(holder)) => words.say("task-with", &[("agent", name(holder))]),
        (_, None) => words.say("task-gone", &[]),
    };
    let above = [
        head,
        words.say("task-number", &[("number", (&ticket.number).into())]),
        words.say("line-category", &[("label", Words::label(&ticket.label))]),
    ];
    // Whoever no longer has the ticket has no need of the customer's words; who completed it may look them up.
    let nothing = Description::default();
    let description = if ticket.holder_is_reader { &ticket.description } else { &nothing };
    card(words.around(&above, description, &[]), [])
}

/// How an agent stands (`/status`).
#[must_use]
pub fn status(words: &Words<'_>, view: &StatusView) -> Rendered {
    let (assigned, completed) = view.today;
    let lines = [
        words.say("status-head", &[]),
        words.availability_line(view.availability, view.lost),
        String::new(),
        words.say("status-load", &[("held", view.held.into()), ("max", view.max.into())]),
        words.say("status-auto", &[("auto", words.switch(view.auto).into())]),
        words.say("status-departments", &[("departments", words.names(&view.departments).into())]),
        words.say("status-waiting", &[("count", view.waiting.into())]),
        words.say("status-today", &[("assigned", assigned.into()), ("completed", completed.into())]),
    ];
    let auto = if view.auto { "button-auto-off" } else { "button-auto-on" };
    let auto = vec![words.button(auto, ButtonAction::AutoAssign(!view.auto))];
    card(lines.join("\n"), [words.availability_buttons(view.availability, view.lost), auto])
}
