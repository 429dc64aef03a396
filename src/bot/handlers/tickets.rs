//! Handlers of `/ticket`: one ticket, for its holder, for staff who may see it, or for its customer.
use super::admin::matching::{Matches, find_tickets};
use super::admin::pickers::ticket_buttons;
use super::agent_tickets::brought;
use super::customer::my_tickets;
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::commands::Audience;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, ended_card, staff_ticket_card};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::ids::TicketId;
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::assignment::planner::after_task_card;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Number of a customer's tickets among which the end of a number is looked for.
const MAX_OWN_TICKETS: usize = 40;

/// `/ticket <number>`. Without a number, customers get the list of their tickets.
pub async fn ticket(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let (text, is_staff) = (arg.trim(), Audience::Staff.admits(&ctx.person));
    if text.is_empty() {
        return if is_staff { Ok(vec![ctx.message(&bot, "ticket-usage", &[])]) } else { my_tickets(&ctx) };
    }
    let mut found = find_tickets(&bot, text, |ticket| may_see(&ctx.person, ticket)).await?.into_vec();
    if found.is_empty() {
        found = own_tickets(&bot, &ctx, text).await?;
    }
    match Matches::of(found) {
        Matches::One(ticket) => shown(&bot, &ctx, &ticket).await,
        Matches::None => Ok(vec![ctx.message(&bot, "no-such-ticket", &[("text", text.into())])]),
        Matches::Several(tickets) => {
            let localizer = ctx.localizer(&bot);
            let with_action = |(button, ticket): (Button, &Ticket)| {
                vec![Button { data: ButtonAction::ShowTicket(ticket.id).encode(), ..button }]
            };
            let buttons = ticket_buttons(&bot, &localizer, PickerPurpose::Reassign, &tickets).await?;
            let buttons = buttons.into_iter().zip(&tickets).map(with_action).collect();
            let html = localizer.html("several-tickets", &[("text", text.into())]);
            Ok(vec![ctx.text(Rendered::new(html, buttons))])
        }
    }
}

/// Handles the ticket that was chosen among several.
pub async fn show_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    _pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.filter(|ticket| may_see(&ctx.person, ticket));
    let ticket = ticket.ok_or(EngineError::NotFound)?;
    toast.ack();
    shown(&bot, &ctx, &ticket).await
}

fn may_see(person: &Person, ticket: &Ticket) -> bool {
    ticket.customer == person.id || ticket.is_visible_to(person)
}

/// Returns the person's own tickets, also the ended ones, whose number ends like this.
async fn own_tickets(bot: &BotContext, ctx: &RequestContext, text: &str) -> Result<Vec<Ticket>, EngineError> {
    let suffix = text.to_uppercase();
    let mut own = bot.engine.store().tickets_of(ctx.person.id, MAX_OWN_TICKETS).await?;
    own.retain(|ticket| suffix.len() >= 4 && ticket.number.as_str().ends_with(&suffix));
    Ok(own)
}

/// Returns a ticket as the person may see it: the task card for its holder, the whole for other staff, the
/// status card for its customer, or the facts of a ticket that has ended.
pub(super) async fn shown(bot: &BotContext, ctx: &RequestContext, ticket: &Ticket) -> HandlerResult {
    if ticket.holder() == Some(ctx.person.id) {
        return Ok(brought(ctx, ticket).collect());
    }
    if !ticket.is_visible_to(&ctx.person) {
        if !ticket.status().is_end() {
            return Ok(ctx.moved_card(CardKey::Status(ticket.id)).into());
        }
        let view = bot.views.status_card(ticket, ctx.now).await?;
        let window = bot.engine.store().settings().await?.reopen_window;
        let card = ended_card(&ctx.localizer(bot), &view, ticket.can_be_reopened(window, ctx.now));
        return Ok(vec![ctx.text(card)]);
    }
    let mut view = bot.views.ticket(ticket, ctx.person.id).await?;
    let is_admin = ctx.person.is_admin();
    if is_admin {
        view.customer = bot.engine.store().person(ticket.customer).await?.map(Into::into);
    }
    let mode = bot.engine.store().settings().await?.mode;
    let can_pick_up = ctx.person.agent.as_ref().is_some_and(|profile| {
        ticket.state == TicketState::Queued
            && profile.departments.contains(&ticket.department)
            && mode.allows_pick_up(ticket.auto, profile.auto_assignment_enabled)
    });
    let rating = ticket.service.rating.as_ref().filter(|_| is_admin);
    let card = staff_ticket_card(&ctx.localizer(bot), &view, rating, (can_pick_up, is_admin));
    let rest = after_task_card(ticket).map(|notice| Outgoing::notice(ctx.chat, notice));
    Ok(std::iter::once(ctx.text(card)).chain(rest).collect())
}
