//! Cards for customers: the draft, the live card of one ticket, the list of their tickets.
use super::agent::with_text;
use super::parts::{card, name, numbered};
use super::service::completed_card;
use super::{Button, Localizer, Rendered, labelled, truncated};
use crate::bot::callback::{ButtonAction, PagedList, Surface};
use crate::bot::cards::views::service::ContinuableView;
use crate::bot::cards::views::{
    CHOICES_PER_PAGE, DraftView, MyTicketsView, TICKETS_PER_PAGE, TicketStatusView, TicketView, Waiting,
};
use crate::domain::ticket::Status;
use crate::domain::ticket::description::{Description, PART_CHARS};

/// The length of the description's excerpt on a ticket's card, in UTF-16 units.
const EXCERPT_UNITS: usize = 300;

/// Renders a draft in its state: choose a category, then describe the problem, then review and send.
#[must_use]
pub fn draft(localizer: &Localizer<'_>, view: &DraftView) -> Rendered {
    match &view.label {
        None => choose_category(localizer, view),
        Some(target) if view.description.is_empty() => describe(localizer, view, target),
        Some(target) => preview(localizer, view, target),
    }
}

fn choose_category(localizer: &Localizer<'_>, view: &DraftView) -> Rendered {
    let mut above = vec![if view.rechoosing {
        localizer.html("draft-choose-again", &[])
    } else {
        localizer.html("draft-choose", &[("name", name(&view.person_name))])
    }];
    if !view.description.is_empty() {
        above.push(String::new());
        above.push(localizer.html("draft-so-far", &[]));
    }
    let (shown, note) = excerpt_with_note(localizer, &view.description);
    let choices = view.choices.iter().take(usize::from(CHOICES_PER_PAGE));
    let choices = choices.map(|(id, name)| vec![labelled(name, ButtonAction::DraftCategory(view.id, *id))]);
    let pages =
        localizer.page_row(view.page, view.pages, |page| ButtonAction::DraftCategories(view.id, page));
    let hint = offered(view).map(|ticket| hint(localizer, view, "draft-continue-choose", ticket));
    let below: Vec<String> = note.into_iter().chain(hint).collect();
    let rows = [pages, continue_row(localizer, view), vec![cancel(localizer, view)]];
    card(localizer.with_description(&above, &shown, &below), choices.chain(rows))
}

fn describe(localizer: &Localizer<'_>, view: &DraftView, target: &str) -> Rendered {
    let args = [("name", name(&view.person_name)), ("label", Localizer::label(target))];
    card(localizer.html("draft-describe", &args), [change(localizer, view), vec![cancel(localizer, view)]])
}

fn preview(localizer: &Localizer<'_>, view: &DraftView, target: &str) -> Rendered {
    let above = [
        localizer.html("draft-preview", &[]),
        localizer.html("line-category", &[("label", Localizer::label(target))]),
    ];
    let (shown, note) = excerpt_with_note(localizer, &view.description);
    let hint = match offered(view) {
        Some(ticket) => hint(localizer, view, "draft-continue-hint", ticket),
        None => localizer.html("draft-preview-hint", &[]),
    };
    let below: Vec<String> = note.into_iter().chain([hint]).collect();
    let send =
        vec![localizer.button("button-send", ButtonAction::DraftSend(view.id)), cancel(localizer, view)];
    let rows = [send, continue_row(localizer, view), change(localizer, view)];
    card(localizer.with_description(&above, &shown, &below), rows)
}

/// The longest text that may be a word of thanks, in characters.
const MAX_THANKS_CHARS: usize = 100;

/// Returns what the buttons of a draft do that can continue this ticket, and that thanks need no ticket.
fn hint(localizer: &Localizer<'_>, view: &DraftView, key: &str, ticket: &ContinuableView) -> String {
    let buttons = localizer.html(key, &[("ticket", ticket.name().into())]);
    let thanks = may_be_thanks(view).then(|| localizer.html("draft-continue-none", &[]));
    [buttons].into_iter().chain(thanks).collect::<Vec<_>>().join("\n")
}

/// Returns whether a draft that can continue a ticket may be a word of thanks for it.
fn may_be_thanks(view: &DraftView) -> bool {
    let Description { text, attachments, .. } = &view.description;
    offered(view).is_some() && attachments.is_empty() && text.chars().count() <= MAX_THANKS_CHARS
}

/// Returns the ticket that the draft can continue. An empty draft has nothing for it.
fn offered(view: &DraftView) -> Option<&ContinuableView> {
    view.continuable.as_ref().filter(|_| !view.description.is_empty())
}

/// Returns the button that continues a completed ticket.
fn continue_row(localizer: &Localizer<'_>, view: &DraftView) -> Vec<Button> {
    let button = |ticket: &ContinuableView| {
        let label = localizer.plain("button-continue", &[("number", (&ticket.number).into())]);
        labelled(&label, ButtonAction::DraftContinue(view.id, ticket.id, ticket.completion))
    };
    offered(view).map(button).into_iter().collect()
}

/// Returns the button that drops a draft. What may be a word of thanks is dropped without a question, since that can
/// be undone.
fn cancel(localizer: &Localizer<'_>, view: &DraftView) -> Button {
    let action = if may_be_thanks(view) { ButtonAction::DraftDrop } else { ButtonAction::DraftCancel };
    localizer.button("button-cancel", action(view.id))
}

/// Returns what a preview has room for. If that is not the whole text, a note says that nothing is lost.
fn excerpt_with_note(localizer: &Localizer<'_>, description: &Description) -> (Description, Vec<String>) {
    let whole = description.formatted().cleaned();
    let text = truncated(&whole, PART_CHARS);
    let length = || whole.text.chars().count().into();
    let note = (text != whole).then(|| localizer.html("draft-long", &[("length", length())]));
    (with_text(text, description), note.into_iter().collect())
}

fn change(localizer: &Localizer<'_>, view: &DraftView) -> Vec<Button> {
    let button = || localizer.button("button-change-category", ButtonAction::DraftCategories(view.id, 0));
    view.can_change.then(button).into_iter().collect()
}

/// Renders the live card of one ticket. Its customer has no other message about the ticket: the first line says
/// what happened last.
#[must_use]
pub fn status_card(localizer: &Localizer<'_>, view: &TicketStatusView) -> Rendered {
    let ticket = &view.ticket;
    match (ticket.status, &view.completed) {
        (Status::Completed, Some(completed)) => completed_card(localizer, completed),
        (Status::Cancelled, _) if view.is_cancelled_by_customer => {
            let undo = localizer.button("button-undo", ButtonAction::CancelUndo(ticket.id));
            let number = [("number", (&ticket.number).into())];
            card(localizer.html("track-cancelled", &number), [vec![undo]])
        }
        _ => open_card(localizer, view),
    }
}

/// Renders the card of a ticket that waits or is held, with the cancel button while it waits. It does not tell
/// whether its agent has opened it: that would be an edit more for each ticket.
fn open_card(localizer: &Localizer<'_>, view: &TicketStatusView) -> Rendered {
    let ticket = &view.ticket;
    let mut above = vec![
        headline(localizer, view),
        localizer.html("line-category", &[("label", Localizer::label(&ticket.label))]),
    ];
    let is_queued = ticket.status == Status::Queued;
    // The headline tells of what an agent holds.
    if !matches!(ticket.status, Status::Assigned | Status::InProgress | Status::Pending) {
        let state = localizer.customer_state(ticket.status);
        above.push(localizer.html("line-status", &[("status", state.into())]));
    }
    if ticket.status == Status::Completed {
        let handled_by =
            |agent| localizer.html("track-handled-by", &[("agent", localizer.shown_agent(agent))]);
        above.extend(ticket.shown_agent.as_ref().map(handled_by));
    }
    if is_queued {
        above.extend(ticket.position.map(|at| localizer.html("track-position", &[("position", at.into())])));
        above.push(localizer.html("track-online", &[("count", view.online.into())]));
    }
    above.push(localizer.html("line-opened", &[("when", localizer.moment(ticket.created_at).into())]));
    let opens_at = view.opens_at.map(|at| localizer.upcoming(at));
    let below = match opens_at {
        Some(when) if is_queued => Some(localizer.html("track-opens", &[("when", when.into())])),
        None if is_queued && view.online == 0 => Some(localizer.html("track-nobody-online", &[])),
        _ if !is_queued && !ticket.status.is_end() => Some(localizer.html("track-write", &[])),
        _ => None,
    };
    let below: Vec<String> = below.into_iter().collect();
    // Enough to recognize the ticket; the customer's own message above has the whole text.
    let text = truncated(&ticket.description.formatted().cleaned(), EXCERPT_UNITS);
    let excerpt = with_text(text, &ticket.description);
    let html = localizer.with_description(&above, &excerpt, &below);
    let cancel = is_queued.then(|| {
        localizer
            .button("button-cancel", ButtonAction::CancelTicket(ticket.id, ticket.version, Surface::Status))
    });
    card(html, [cancel.into_iter().collect()])
}

/// Returns what happened last to a ticket that waits or is held.
fn headline(localizer: &Localizer<'_>, view: &TicketStatusView) -> String {
    let ticket = &view.ticket;
    let number = ("number", (&ticket.number).into());
    match (ticket.status, &ticket.shown_agent, view.waiting) {
        (Status::Queued, _, Waiting::New) => localizer.html("track-created", &[number]),
        (Status::Queued, _, Waiting::Returned) => localizer.html("track-returned", &[number]),
        (Status::Queued, _, Waiting::Reopened) => localizer.html("track-reopened", &[number]),
        (Status::Completed | Status::Cancelled, ..) => localizer.html("track-head", &[number]),
        (Status::Pending, Some(agent), _) => {
            localizer.html("track-on-hold", &[number, ("agent", localizer.shown_agent(agent))])
        }
        (Status::Pending, None, _) => localizer.html("track-on-hold-unnamed", &[number]),
        (_, Some(agent), _) => {
            localizer.html("track-assigned", &[number, ("agent", localizer.shown_agent(agent))])
        }
        (_, None, _) => localizer.html("track-assigned-unnamed", &[number]),
    }
}

/// Renders a ticket that has ended, for the customer who asks for it: its facts, and the button to reopen it while that
/// is possible.
#[must_use]
pub fn ended_card(localizer: &Localizer<'_>, view: &TicketStatusView, can_reopen: bool) -> Rendered {
    let mut ended = open_card(localizer, view);
    let completion = view.completed.as_ref().filter(|_| can_reopen).map(|completed| completed.completion);
    ended.buttons.extend(completion.map(|completion| {
        vec![localizer.button("button-reopen", ButtonAction::Reopen(view.ticket.id, completion))]
    }));
    ended
}

fn is_cancellable(ticket: &TicketView) -> bool {
    matches!(ticket.status, Status::Queued | Status::Assigned)
}

/// Renders a page of a customer's own tickets.
#[must_use]
pub fn my_tickets(localizer: &Localizer<'_>, view: &MyTicketsView) -> Rendered {
    if view.tickets.is_empty() {
        return localizer.message("tickets-empty", &[]);
    }
    let first = u64::from(view.page) * u64::from(TICKETS_PER_PAGE) + 1;
    let mut blocks = vec![localizer.html("tickets-head", &[])];
    let mut cancels = Vec::new();
    for (at, ticket) in numbered(first, &view.tickets) {
        blocks.push(own_ticket(localizer, at, ticket));
        if is_cancellable(ticket) {
            let surface = Surface::MyTickets(view.page);
            let action = ButtonAction::CancelTicket(ticket.id, ticket.version, surface);
            cancels.push(localizer.counted_button("button-cancel", at, action));
        }
    }
    let mut rows: Vec<Vec<_>> = cancels.chunks(2).map(<[_]>::to_vec).collect();
    let to_page = |page| ButtonAction::ShowPage(PagedList::MyTickets, page);
    rows.push(localizer.page_row(view.page, view.pages, to_page));
    rows.push(vec![localizer.button("button-refresh", to_page(view.page))]);
    card(blocks.join("\n\n"), rows)
}

fn own_ticket(localizer: &Localizer<'_>, at: u64, ticket: &TicketView) -> String {
    let args = [("at", at.into()), ("number", (&ticket.number).into())];
    let mut lines = vec![
        localizer.html("tickets-one", &args),
        localizer.html("ticket-label", &[("label", Localizer::label(&ticket.label))]),
        localizer.html("line-status", &[("status", localizer.customer_state(ticket.status).into())]),
    ];
    lines.splice(2..2, localizer.subject_line(ticket));
    match ticket.status {
        Status::Queued => {
            lines.extend(
                ticket.position.map(|at| localizer.html("line-position", &[("position", at.into())])),
            );
        }
        Status::Cancelled => {}
        _ => {
            let agent = ticket.shown_agent.as_ref();
            lines.extend(
                agent.map(|agent| {
                    localizer.html("track-handled-by", &[("agent", localizer.shown_agent(agent))])
                }),
            );
        }
    }
    lines.push(localizer.html("line-opened", &[("when", localizer.ago(ticket.created_at).into())]));
    lines.join("\n")
}
