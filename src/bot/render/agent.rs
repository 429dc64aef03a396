//! Cards for one agent: a ticket that was assigned to them, and their status.
pub(super) mod absence;
pub(super) mod working_hours;

use super::parts::{card, name, steps};
use super::{Button, Localizer, Rendered};
use crate::bot::callback::{ButtonAction, Snooze, Surface, TaskAction};
use crate::bot::cards::views::service::Completer;
use crate::bot::cards::views::{AgentStatusView, TaskView, TicketView};
use crate::domain::text::formatted::FormattedText;
use crate::domain::ticket::Status;
use crate::domain::ticket::description::Description;
use std::time::Duration;

/// Renders a ticket for the agent who got it: its state, the facts that the specification names, the customer's text, and the
/// steps.
#[must_use]
pub fn task_card(localizer: &Localizer<'_>, ticket: &TicketView) -> Rendered {
    if !is_held_by_viewer(ticket) {
        return former_task(localizer, ticket);
    }
    let head = localizer.html("line-status", &[("status", localizer.state(ticket.status).into())]);
    task(localizer, ticket, head, &[])
}

/// Renders the task card with the heading and the facts of a new or reopened ticket until the agent opens it;
/// afterwards the current card.
#[must_use]
pub fn new_task_card(localizer: &Localizer<'_>, view: &TaskView) -> Rendered {
    if view.ticket.status != Status::Assigned || !is_held_by_viewer(&view.ticket) {
        return task_card(localizer, &view.ticket);
    }
    let at_assignment = [
        localizer.html("line-position", &[("position", view.position.into())]),
        String::new(),
        localizer.html("task-load", &[("held", view.held.into()), ("max", view.max.into())]),
    ];
    let head = match view.reopened_from {
        None => "task-new",
        Some(Completer::Viewer) => "task-reopened",
        Some(Completer::Colleague) => "task-reopened-by-colleague",
    };
    task(localizer, &view.ticket, localizer.html(head, &[]), &at_assignment)
}

/// Renders the task card with the heading of a ticket whose time has come, while nothing else happened to it.
pub(super) fn resumed_task_card(localizer: &Localizer<'_>, ticket: &TicketView) -> Rendered {
    if ticket.status == Status::Pending || !is_held_by_viewer(ticket) {
        return task_card(localizer, ticket);
    }
    let head = localizer.html("task-resumed", &[("number", (&ticket.number).into())]);
    let status = localizer.html("line-status", &[("status", localizer.state(ticket.status).into())]);
    task(localizer, ticket, format!("{head}\n\n{status}"), &[])
}

/// Renders the task card with the heading of a reminder, until the holder opens it.
pub(super) fn nudged_task_card(
    localizer: &Localizer<'_>,
    ticket: &TicketView,
    passed_on_in: Option<Duration>,
) -> Rendered {
    if ticket.status != Status::Assigned || !is_held_by_viewer(ticket) {
        return task_card(localizer, ticket);
    }
    let head = localizer.html("task-nudged", &[("number", (&ticket.number).into())]);
    let hint = match passed_on_in {
        Some(time) => localizer.html("task-nudged-time", &[("time", localizer.duration(time).into())]),
        None => localizer.html("task-nudged-hint", &[]),
    };
    task(localizer, ticket, format!("{head}\n{hint}\n"), &[])
}

fn is_held_by_viewer(ticket: &TicketView) -> bool {
    let held = matches!(ticket.status, Status::Assigned | Status::InProgress | Status::Pending);
    held && ticket.held_by_viewer
}

fn task(localizer: &Localizer<'_>, ticket: &TicketView, head: String, at_assignment: &[String]) -> Rendered {
    let mut above = vec![head];
    let resumes_at = ticket.resume_at.map(|at| localizer.upcoming(at));
    above.extend(resumes_at.map(|when| localizer.html("task-resumes-at", &[("when", when.into())])));
    above.extend([
        localizer.html("task-number", &[("number", (&ticket.number).into())]),
        localizer.html("line-category", &[("label", Localizer::label(&ticket.label))]),
    ]);
    above.extend_from_slice(at_assignment);
    // The facts that the specification names of a new ticket stand together.
    above.extend((!at_assignment.is_empty()).then(String::new));
    above.extend(localizer.customer_line(ticket));
    above.extend(localizer.priority_line(ticket.priority));
    above.extend(localizer.unreachable_line(ticket));
    let steps = steps(ticket, Surface::Task).into_iter();
    let mut rows = vec![steps.map(|(key, action)| localizer.button(key, action)).collect()];
    let button =
        |key, step| localizer.button(key, ButtonAction::Task(step, ticket.id, ticket.version, Surface::Task));
    let hold = (ticket.status == Status::Assigned).then(|| button("button-hold", TaskAction::Pause));
    rows.push(hold.into_iter().chain([button("button-give-back", TaskAction::GiveBack)]).collect());
    if ticket.status == Status::Pending {
        rows.extend(snooze_buttons(localizer, ticket));
    }
    card(localizer.with_description(&above, &first_part(&ticket.description), &[]), rows)
}

/// Returns the times until which a ticket can stay on hold, and the button that takes such a time back.
fn snooze_buttons(localizer: &Localizer<'_>, ticket: &TicketView) -> [Vec<Button>; 2] {
    let button = |(key, snooze)| {
        let action = ButtonAction::Task(TaskAction::Snooze(snooze), ticket.id, ticket.version, Surface::Task);
        localizer.button(key, action)
    };
    let times = [
        ("button-snooze-half-hour", Snooze::HalfHour),
        ("button-snooze-two-hours", Snooze::TwoHours),
        ("button-snooze-tomorrow", Snooze::Tomorrow),
    ];
    let off = ticket.resume_at.map(|_| ("button-snooze-off", Snooze::Indefinite));
    [times.into_iter().map(button).collect(), off.into_iter().map(button).collect()]
}

/// Returns the part of the description that the card has room for; the agent got the rest in further
/// messages.
pub(super) fn first_part(description: &Description) -> Description {
    let parts = description.parts();
    let mut first = parts.first().cloned().unwrap_or_default();
    if parts.len() > 1 {
        first.text.push_str(" …");
    }
    with_text(first, description)
}

/// Returns the description with another text.
pub(super) fn with_text(text: FormattedText, description: &Description) -> Description {
    let FormattedText { text, entities } = text;
    Description { text, entities, attachments: description.attachments.clone(), ..Description::default() }
}

/// Renders a ticket that has ended or has another holder: its state, without buttons.
fn former_task(localizer: &Localizer<'_>, ticket: &TicketView) -> Rendered {
    let head = match (ticket.status, ticket.holder.as_deref()) {
        (Status::Completed, _) => localizer.html("task-completed", &[]),
        (Status::Cancelled, _) => localizer.html("task-cancelled", &[]),
        (Status::Queued, _) => localizer.html("task-requeued", &[]),
        (_, Some(holder)) => localizer.html("task-with", &[("agent", name(holder))]),
        (_, None) => localizer.html("task-gone", &[]),
    };
    let above = [
        head,
        localizer.html("task-number", &[("number", (&ticket.number).into())]),
        localizer.html("line-category", &[("label", Localizer::label(&ticket.label))]),
    ];
    // The customer's text is not shown to former holders, except to the agent who completed the ticket.
    let nothing = Description::default();
    let description = if ticket.held_by_viewer { &ticket.description } else { &nothing };
    card(localizer.with_description(&above, description, &[]), [])
}

/// Renders an agent's status (`/status`).
#[must_use]
pub fn status(localizer: &Localizer<'_>, view: &AgentStatusView) -> Rendered {
    let (assigned, completed) = view.today;
    let lines = [
        localizer.html("status-head", &[]),
        localizer.availability_line_until(view.availability, view.lost, view.away_until),
        String::new(),
        localizer.html("status-load", &[("held", view.held.into()), ("max", view.max.into())]),
        if view.is_manual {
            localizer.html("status-auto-manual", &[])
        } else {
            localizer.html("status-auto", &[("auto", localizer.on_or_off(view.auto).into())])
        },
        localizer.html("status-departments", &[("departments", localizer.names(&view.departments).into())]),
        localizer.html("status-waiting", &[("count", view.waiting.into())]),
        localizer.html("status-today", &[("assigned", assigned.into()), ("completed", completed.into())]),
    ];
    let auto = if view.auto { "button-auto-off" } else { "button-auto-on" };
    let auto = vec![localizer.button(auto, ButtonAction::AutoAssign(!view.auto))];
    let last_word = if view.asks_last_word { "button-ask-last-word-off" } else { "button-ask-last-word-on" };
    let last_word = vec![localizer.button(last_word, ButtonAction::AskLastWord(!view.asks_last_word))];
    card(lines.join("\n"), [localizer.availability_buttons(view.availability, view.lost), auto, last_word])
}
