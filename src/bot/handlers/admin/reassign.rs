//! Admin handlers that move a ticket to another agent or back to the queue.
use super::departments::lookup::department_by_id;
use super::identity::agent_name;
use super::matching::{Matches, find_open_tickets, find_tickets};
use super::pickers;
use super::pickers::{find_one_agent, picker_message, seat_of};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::{refusal_text, refusal_toast};
use crate::bot::paging::page_of;
use crate::bot::render::{Arg, Button, Rendered};
use crate::bot::toast::Toast;
use crate::domain::event::{Action, Actor, ReleaseReason};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Availability;
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::sync::Arc;

/// `/reassign [<ticket> [agent]]`.
pub async fn reassign(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let arg = arg.trim();
    let Some((text, agent)) =
        arg.split_once(char::is_whitespace).or_else(|| (!arg.is_empty()).then_some((arg, "")))
    else {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::Reassign).await?]);
    };
    let ticket = match find_one_ticket(&bot, &ctx, text, PickerPurpose::Reassign).await? {
        Ok(ticket) => ticket,
        Err(question) => return Ok(vec![question]),
    };
    if agent.trim().is_empty() {
        return Ok(vec![ctx.text(agent_question(&bot, &ctx, &ticket, 0)?)]);
    }
    let chosen = |agent| ButtonAction::Reassign(ticket.id, ticket.version, agent, false);
    match find_one_agent(&bot, &ctx, agent, PickerPurpose::Reassign, chosen) {
        Ok(seat) => {
            let at_version = (ticket.id, ticket.version);
            Ok(vec![ctx.text(reassign_and_confirm(&bot, &ctx, at_version, seat.person.id, false).await?)])
        }
        Err(question) => Ok(vec![question]),
    }
}

/// Returns the ticket whose number was typed. An audit log is also of an ended ticket. The error is the answer that no
/// ticket matches, or a picker of those that do.
pub(in crate::bot::handlers) async fn find_one_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    text: &str,
    purpose: PickerPurpose,
) -> Result<Result<Ticket, Outgoing>, EngineError> {
    let localizer = ctx.localizer(bot);
    let found = match purpose {
        PickerPurpose::Audit => find_tickets(bot, text, |_| true).await?,
        _ => find_open_tickets(bot, text).await?,
    };
    Ok(match found {
        Matches::One(ticket) => Ok(ticket),
        Matches::None => Err(ctx.message(bot, "no-such-ticket", &[("text", text.into())])),
        Matches::Several(tickets) => {
            let html = localizer.html("several-tickets", &[("text", text.into())]);
            let buttons = pickers::ticket_buttons(bot, &localizer, purpose, &tickets).await?;
            Err(ctx.text(pickers::picker(&localizer, html, purpose, (0, 1), buttons)))
        }
    })
}

/// Asks for the agent who gets the ticket that was chosen in a picker.
pub(super) async fn pick_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    let text = match agent_question_by_id(bot, ctx, (ticket, 0)).await {
        Ok(text) => {
            toast.ack();
            text
        }
        // The ticket has ended or never existed. The picker that replaces the message shows the tickets that
        // can be reassigned.
        Err(error) => {
            let Some(text) = refusal_toast(bot, ctx, &error) else { return Err(error) };
            toast.say(text);
            pickers::first_page(bot, ctx, PickerPurpose::Reassign).await?
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}

async fn agent_question_by_id(
    bot: &BotContext,
    ctx: &RequestContext,
    (ticket, page): (TicketId, u16),
) -> Result<Rendered, EngineError> {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    agent_question(bot, ctx, &ticket, page)
}

/// Shows another page of the agents for a ticket.
pub async fn agent_page(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, page): (TicketId, u16),
) -> HandlerResult {
    let text = agent_question_by_id(&bot, &ctx, (ticket, page)).await;
    answer_action(&bot, &ctx, &toast, pressed, text)
}

/// Returns the question for the agent who gets a ticket, with a page of all agents, best suited first.
fn agent_question(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    page: u16,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let held = ticket.hold().is_some();
    if !held && ticket.state != TicketState::Queued {
        return Err(EngineError::Stale(Box::new(ticket.clone())));
    }
    let seats = bot.views.candidates(ticket);
    let action = |agent| ButtonAction::Reassign(ticket.id, ticket.version, agent, false);
    let (page, pages, shown) = page_of(&seats, page, pickers::CHOICES_PER_PAGE);
    let agents = pickers::agent_buttons(&localizer, &seats, shown, action);
    let mut buttons: Vec<Vec<Button>> = agents.into_iter().map(|button| vec![button]).collect();
    let page_buttons = localizer.page_row(page, pages, |page| ButtonAction::ReassignPage(ticket.id, page));
    if !page_buttons.is_empty() {
        buttons.push(page_buttons);
    }
    if held {
        buttons
            .push(vec![localizer.button("reassign-queue", ButtonAction::Requeue(ticket.id, ticket.version))]);
    }
    buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    Ok(Rendered::new(localizer.html("reassign-to", &[("number", (&ticket.number).into())]), buttons))
}

/// Handles the chosen agent. `even_if_full` overrides the agent's capacity.
pub async fn reassign_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, version, agent, even_if_full): (TicketId, Version, PersonId, bool),
) -> HandlerResult {
    let text = if seat_of(&bot, agent).is_some() {
        reassign_and_confirm(&bot, &ctx, (ticket, version), agent, even_if_full).await
    } else {
        toast.say(ctx.localizer(&bot).toast("agent-gone", &[]));
        agent_question_by_id(&bot, &ctx, (ticket, 0)).await
    };
    match text {
        // An earlier press of the same button reassigned the ticket.
        Err(EngineError::Stale(now)) if now.holder() == Some(agent) => {
            toast.say(ctx.localizer(&bot).toast("already-theirs", &[("number", (&now.number).into())]));
            Ok(vec![ctx.edit(pressed, reassigned_message(&bot, &ctx, &now, agent).await?)])
        }
        text => answer_action(&bot, &ctx, &toast, pressed, text),
    }
}

/// Handles the press that puts the ticket back in the queue.
pub async fn requeue_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, version): (TicketId, Version),
) -> HandlerResult {
    let requeued = bot.engine.requeue(&ctx.person, (ticket, Some(version)), ctx.now).await;
    if let Err(error @ EngineError::Refused(_, now)) = &requeued
        && was_requeued_by(&bot, ctx.person.id, now, version).await?
    {
        toast.say(refusal_toast(&bot, &ctx, error).unwrap_or_default());
        return Ok(vec![ctx.edit(pressed, requeued_message(&bot, &ctx, now).await?)]);
    }
    let text = match requeued {
        Ok(ticket) => Ok(requeued_message(&bot, &ctx, &ticket).await?),
        Err(error) => Err(error),
    };
    answer_action(&bot, &ctx, &toast, pressed, text)
}

/// Returns the answer for a ticket that was put back. It says whether and why the ticket returns to its former
/// holder.
async fn requeued_message(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let mut text = localizer.message("reassign-queued", &[("number", (&ticket.number).into())]);
    if let Some((agent, at)) = bot.engine.next_return(ticket, ctx.now) {
        let minutes = (at - ctx.now).num_seconds().max(0).cast_unsigned().div_ceil(60);
        let args = [("agent", Arg::from(name_of(bot, agent).await?)), ("minutes", minutes.into())];
        text.html = format!("{}\n{}", text.html, localizer.html("reassign-returns", &args));
    }
    Ok(text)
}

/// Returns true if an earlier press by this admin put the ticket back. It may have been assigned again at
/// once.
async fn was_requeued_by(
    bot: &BotContext,
    admin: PersonId,
    now: &Ticket,
    button_version: Version,
) -> Result<bool, StoreError> {
    let released = button_version.next();
    if now.version != released.next() {
        return Ok(now.version == released && now.state == TicketState::Queued);
    }
    let history = bot.engine.store().history(now.id).await?;
    Ok(history.iter().rev().nth(1).is_some_and(|event| {
        event.actor == Actor::Person(admin)
            && matches!(event.what, Action::Released { why: ReleaseReason::Admin, .. })
    }))
}

/// Answers a press with the result. A refusal becomes the toast. If the ticket can still be moved, the
/// question is drawn again for its current version; otherwise the stale buttons are removed.
fn answer_action(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    text: Result<Rendered, EngineError>,
) -> HandlerResult {
    let error = match text {
        Ok(text) => {
            toast.ack();
            return Ok(vec![ctx.edit(pressed, text)]);
        }
        Err(error) => error,
    };
    let Some(text) = refusal_toast(bot, ctx, &error) else { return Err(error) };
    toast.say(text);
    let redrawn = match &error {
        EngineError::Stale(now) | EngineError::Refused(_, now) => agent_question(bot, ctx, now, 0).ok(),
        _ => None,
    };
    let text = redrawn.or_else(|| refusal_text(bot, ctx, &error));
    Ok(text.map(|text| ctx.edit(pressed, text)).into_iter().collect())
}

async fn reassign_and_confirm(
    bot: &BotContext,
    ctx: &RequestContext,
    (ticket, version): (TicketId, Version),
    agent: PersonId,
    even_if_full: bool,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    match bot.engine.reassign(&ctx.person, (ticket, Some(version)), agent, even_if_full, ctx.now).await {
        Ok(ticket) => reassigned_message(bot, ctx, &ticket, agent).await,
        Err(EngineError::Full(held, max)) => {
            let name = name_of(bot, agent).await?;
            let args = [("agent", Arg::from(name)), ("held", held.into()), ("max", max.into())];
            let yes =
                localizer.button("reassign-anyway", ButtonAction::Reassign(ticket, version, agent, true));
            let no = localizer.button("button-cancel", ButtonAction::Dismiss);
            Ok(Rendered::new(localizer.html("reassign-full", &args), vec![vec![yes, no]]))
        }
        Err(error) => Err(error),
    }
}

async fn reassigned_message(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    agent: PersonId,
) -> Result<Rendered, EngineError> {
    let (localizer, name) = (ctx.localizer(bot), name_of(bot, agent).await?);
    let args = [("number", (&ticket.number).into()), ("agent", Arg::from(&name))];
    let mut text = localizer.message("reassign-done", &args);
    let Some(seat) = seat_of(bot, agent) else { return Ok(text) };
    let serves =
        seat.person.agent.as_ref().is_some_and(|agent| agent.departments.contains(&ticket.department));
    if !serves {
        let department = department_by_id(bot, ticket.department).await?.name;
        let args = [("agent", Arg::from(&name)), ("department", department.into())];
        text.html = format!("{}\n{}", text.html, localizer.html("reassign-elsewhere", &args));
    }
    if seat.out_of_reach() || seat.person.availability() != Availability::Online {
        let availability = localizer.availability(seat.person.availability(), seat.out_of_reach());
        let args = [("agent", name.into()), ("availability", availability.into())];
        text.html = format!("{}\n{}", text.html, localizer.html("reassign-not-there", &args));
    }
    Ok(text)
}

async fn name_of(bot: &BotContext, agent: PersonId) -> Result<String, EngineError> {
    let person = bot.engine.store().person(agent).await?.ok_or(EngineError::NotFound)?;
    Ok(agent_name(bot, &person))
}
