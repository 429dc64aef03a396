//! Pick-up cards: a waiting ticket for agents who may take it, and who took it.
use crate::bot::callback::{ButtonAction, Surface};
use crate::bot::cards::views::TicketView;
use crate::bot::render::agent::first_part;
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Localizer, Rendered};
use crate::domain::ticket::Status;

/// Renders a waiting ticket with the button to pick it up. Without `can_take`, it says what has become of it.
#[must_use]
pub fn pick_up_card(localizer: &Localizer<'_>, ticket: &TicketView, can_take: bool) -> Rendered {
    let number = || ("number", (&ticket.number).into());
    if can_take {
        let mut above = vec![
            localizer.html("pick-up-head", &[]),
            localizer.html("task-number", &[number()]),
            localizer.html("line-category", &[("label", Localizer::label(&ticket.label))]),
        ];
        above.extend(localizer.priority_line(ticket.priority));
        above.push(localizer.html("waiting-since", &[("when", localizer.ago(ticket.created_at).into())]));
        let action = ButtonAction::PickUp(ticket.id, ticket.version, Surface::PickUp);
        let button = localizer.button("button-pick-up", action);
        let html = localizer.with_description(&above, &first_part(&ticket.description), &[]);
        return card(html, [vec![button]]);
    }
    let holder = ticket.holder.as_deref().filter(|_| ticket.status != Status::Queued);
    match (ticket.status, holder) {
        (Status::Queued, _) => localizer.message("pick-up-closed", &[number()]),
        (Status::Cancelled, _) => localizer.message("pick-up-cancelled", &[number()]),
        (_, _) if ticket.held_by_viewer => localizer.message("pick-up-yours", &[number()]),
        (_, Some(agent)) => localizer.message("pick-up-taken-by", &[number(), ("agent", name(agent))]),
        (_, None) => localizer.message("pick-up-taken", &[number()]),
    }
}
