//! Messages after a completion: the rating, the reopening; and the notice of a ban.
use super::agent::first_part;
use super::conversation::prompt::comment_prompt;
use super::parts::{card, name};
use super::{Localizer, Rendered, labelled};
use crate::bot::callback::{ButtonAction, ConsoleAction, PickerPurpose, Surface};
use crate::bot::cards::views::service::{CompletedView, ContinuableView, ServiceView};
use crate::bot::cards::views::{CommentPromptView, TicketView};
use crate::domain::card::console::{ConsoleList, ConsoleView, TicketPane};
use crate::domain::ticket::service::{Rating, Stars};

/// Renders the message that a ticket is completed: its rating, and the buttons to rate and to reopen it.
#[must_use]
pub fn completed_card(localizer: &Localizer<'_>, view: &CompletedView) -> Rendered {
    let mut lines = vec![localizer.html("notice-completed", &[("number", (&view.number).into())])];
    lines.extend(view.can_reopen.then(|| localizer.html("completed-hint", &[])));
    match view.stars {
        Some(stars) => lines.push(localizer.html("rating-given", &[("stars", star_row(stars).into())])),
        None => lines.extend(view.can_rate.then(|| localizer.html("rating-ask", &[]))),
    }
    let rate = |stars: Stars| {
        let action = ButtonAction::Rate(view.id, view.completion, stars);
        labelled(&localizer.plain("rating-button", &[("stars", stars.get().into())]), action)
    };
    let rating = Stars::ALL.into_iter().filter(|_| view.can_rate).map(rate).collect();
    let reopen = || localizer.button("button-reopen", ButtonAction::Reopen(view.id, view.completion));
    card(lines.join("\n"), [rating, view.can_reopen.then(reopen).into_iter().collect()])
}

/// Renders the thanks for a comment to a rating. A ticket that can be reopened has a button that brings it the comment:
/// the customer's message with this id.
#[must_use]
pub fn comment_thanks(localizer: &Localizer<'_>, continuable: Option<(&ContinuableView, i32)>) -> Rendered {
    let Some((ticket, comment)) = continuable else { return localizer.message("rating-comment-thanks", &[]) };
    let html = localizer.html("rating-comment-continue", &[("ticket", ticket.name().into())]);
    let label = localizer.plain("button-continue", &[("number", (&ticket.number).into())]);
    let action = ButtonAction::CommentContinue(ticket.id, ticket.completion, comment);
    card(html, [vec![labelled(&label, action)]])
}

fn star_row(stars: Stars) -> String {
    "⭐".repeat(usize::from(stars.get()))
}

/// Renders a ticket for staff who do not hold it: its facts, the rating for those who may see it, and what they
/// can do: pick it up; as an admin, reassign it, change its priority, see its audit log.
#[must_use]
pub fn staff_ticket_card(
    localizer: &Localizer<'_>,
    ticket: &TicketView,
    rating: Option<&Rating>,
    (can_pick_up, is_admin): (bool, bool),
) -> Rendered {
    let above = staff_ticket_lines(localizer, ticket, rating);
    let pick_up = ButtonAction::PickUp(ticket.id, ticket.version, Surface::Task);
    let reassign = ButtonAction::PickTicket(PickerPurpose::Reassign, ticket.id);
    let priority = ButtonAction::PickTicket(PickerPurpose::Priority, ticket.id);
    let audit = ButtonAction::Audit(ticket.id, 0);
    let can_change = is_admin && !ticket.status.is_end();
    let show = ConsoleAction::Show(ConsoleView::Ticket(ticket.id, TicketPane::Overview));
    let manage = ButtonAction::Console(show, ConsoleList::Queue(0));
    let rows = [
        vec![(can_pick_up, "button-pick-up", pick_up), (can_change, "button-reassign", reassign)],
        vec![(can_change, "button-priority", priority), (is_admin, "button-audit", audit)],
        vec![(can_change, "button-manage", manage)],
    ];
    let buttons = rows.map(|row| {
        let shown = row.into_iter().filter(|(is_shown, ..)| *is_shown);
        shown.map(|(_, key, action)| localizer.button(key, action)).collect()
    });
    card(localizer.with_description(&above, &first_part(&ticket.description), &[]), buttons)
}

/// Returns the facts of a ticket for staff who do not hold it, one a line.
pub(super) fn staff_ticket_lines(
    localizer: &Localizer<'_>,
    ticket: &TicketView,
    rating: Option<&Rating>,
) -> Vec<String> {
    let mut above = vec![
        localizer.html("line-status", &[("status", localizer.state(ticket.status).into())]),
        localizer.html("task-number", &[("number", (&ticket.number).into())]),
        localizer.html("line-category", &[("label", Localizer::label(&ticket.label))]),
    ];
    above.extend(ticket.position.map(|at| localizer.html("line-position", &[("position", at.into())])));
    above.extend(
        ticket.holder.as_deref().map(|agent| localizer.html("track-agent", &[("agent", name(agent))])),
    );
    above.extend(localizer.customer_line(ticket));
    above.extend(localizer.priority_line(ticket.priority));
    above.extend(rating.into_iter().flat_map(|rating| rating_lines(localizer, rating)));
    above
}

/// Returns a rating and its comment, one a line.
fn rating_lines(localizer: &Localizer<'_>, rating: &Rating) -> Vec<String> {
    let mut lines = vec![localizer.html("line-rating", &[("stars", star_row(rating.stars).into())])];
    let comment = rating.comment.as_deref().map(|text| ("comment", text.into()));
    lines.extend(comment.map(|comment| localizer.html("line-rating-comment", &[comment])));
    lines
}

/// Renders a notice about a reopened or rated ticket, or a ban.
#[must_use]
pub(super) fn service_notice(localizer: &Localizer<'_>, view: &ServiceView) -> Rendered {
    match view {
        ServiceView::TaskReopened { number } => {
            localizer.message("notice-task-reopened", &[("number", number.into())])
        }
        ServiceView::AskComment(ticket) => comment_prompt(localizer, CommentPromptView::Open(*ticket)),
        ServiceView::LowRating { ticket, number, customer, rating } => {
            let args = [("number", number.into()), ("name", name(customer))];
            let mut lines = vec![localizer.html("notice-low-rating", &args)];
            lines.extend(rating_lines(localizer, rating));
            let show = localizer.button("button-ticket", ButtonAction::ShowTicket(*ticket));
            card(lines.join("\n"), [vec![show]])
        }
        ServiceView::TaskDropped { number } => {
            localizer.message("notice-task-dropped", &[("number", number.into())])
        }
        ServiceView::Banned => localizer.message("notice-banned", &[]),
        ServiceView::Unbanned => localizer.message("notice-unbanned", &[]),
        ServiceView::CustomerBanned { number } => {
            localizer.message("notice-customer-banned", &[("number", number.into())])
        }
    }
}
