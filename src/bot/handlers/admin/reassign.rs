//! Admins: a ticket goes to another agent, or back to the queue.
use super::agents::{agent_named, choose};
use super::departments::by_id;
use super::pickers;
use super::pickers::{Matches, seat_of, tickets_named};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::{explain_toast, explained};
use crate::bot::render::{Arg, Button, Rendered};
use crate::bot::toast::Toast;
use crate::domain::event::{Action, Actor, ReleaseReason};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Availability;
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::cmp::Reverse;
use std::sync::Arc;

/// How many agents are offered, the most fitting first. Typing the name works for every one.
const MAX_OFFERED_AGENTS: usize = 20;

/// `/reassign [<ticket> [agent]]`.
pub async fn reassign(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    let arg = arg.trim();
    let Some((text, agent)) =
        arg.split_once(char::is_whitespace).or_else(|| (!arg.is_empty()).then_some((arg, "")))
    else {
        return Ok(vec![choose(&desk, &ask, PickerPurpose::Reassign).await?]);
    };
    let ticket = match ticket_named(&desk, &ask, text).await? {
        Ok(ticket) => ticket,
        Err(question) => return Ok(vec![question]),
    };
    if agent.trim().is_empty() {
        return Ok(vec![ask.text(to_whom(&desk, &ask, &ticket)?)]);
    }
    let chosen = |agent| ButtonAction::Reassign(ticket.id, ticket.version, agent, false);
    match agent_named(&desk, &ask, agent, PickerPurpose::Reassign, chosen) {
        Ok(seat) => {
            let drawn = (ticket.id, ticket.version);
            Ok(vec![ask.text(given(&desk, &ask, drawn, seat.person.id, false).await?)])
        }
        Err(question) => Ok(vec![question]),
    }
}

/// The ticket that was typed; or the answer that says there is none, or asks which of several.
async fn ticket_named(
    desk: &BotContext,
    ask: &RequestContext,
    text: &str,
) -> Result<Result<Ticket, Outgoing>, EngineError> {
    let words = ask.words(desk);
    Ok(match tickets_named(desk, text).await? {
        Matches::One(ticket) => Ok(ticket),
        Matches::None => Err(ask.say(desk, "no-such-ticket", &[("text", text.into())])),
        Matches::Several(tickets) => {
            let html = words.say("several-tickets", &[("text", text.into())]);
            let buttons = pickers::ticket_buttons(desk, &words, &tickets).await?;
            Err(ask.text(pickers::list(&words, html, PickerPurpose::Reassign, (0, 1), buttons)))
        }
    })
}

/// A ticket was chosen.
pub async fn pick_ticket(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (pick, ticket): (PickerPurpose, TicketId),
) -> HandlerResult {
    let text = match to_whom_by_id(&desk, &ask, ticket).await {
        Ok(text) => {
            toast.ack();
            text
        }
        // It ended, or was never there: what can be reassigned now is in the list that is drawn in its place.
        Err(error) => {
            let Some(told) = explain_toast(&desk, &ask, &error) else { return Err(error) };
            toast.say(told);
            pickers::first_page(&desk, &ask, pick).await?
        }
    };
    Ok(vec![ask.edit(place, text)])
}

async fn to_whom_by_id(
    desk: &BotContext,
    ask: &RequestContext,
    ticket: TicketId,
) -> Result<Rendered, EngineError> {
    let ticket = desk.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    to_whom(desk, ask, &ticket)
}

fn to_whom(desk: &BotContext, ask: &RequestContext, ticket: &Ticket) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let held = ticket.hold().is_some();
    if !held && ticket.state != TicketState::Queued {
        return Err(EngineError::Stale(Box::new(ticket.clone())));
    }
    let mut seats = desk.engine.seats();
    seats.retain(|seat| Some(seat.person.id) != ticket.holder());
    seats.sort_by_key(|seat| fitness(seat, ticket));
    let press = |agent| ButtonAction::Reassign(ticket.id, ticket.version, agent, false);
    let agents = pickers::agent_buttons(&words, &seats, seats.iter().take(MAX_OFFERED_AGENTS), press);
    let mut buttons: Vec<Vec<Button>> = agents.into_iter().map(|button| vec![button]).collect();
    if held {
        buttons.push(vec![words.button("reassign-queue", ButtonAction::Requeue(ticket.id, ticket.version))]);
    }
    buttons.push(vec![words.button("button-cancel", ButtonAction::Dismiss)]);
    Ok(Rendered { html: words.say("reassign-to", &[("number", (&ticket.number).into())]), buttons })
}

/// The place of an agent in the offer for a ticket: first who serves its department, then who could get it at once, then
/// those nearest to that, then who has the most room.
fn fitness(seat: &Seat, ticket: &Ticket) -> impl Ord + use<> {
    let profile = seat.profile();
    let elsewhere = !profile.is_some_and(|p| p.departments.contains(&ticket.department));
    let room = profile.map_or(0, |p| p.max_tickets.get().saturating_sub(seat.held()));
    (elsewhere, seat.skip().map(Reverse), Reverse(room))
}

/// An agent was chosen, perhaps a full one "anyway".
pub async fn reassign_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (ticket, version, agent, anyway): (TicketId, Version, PersonId, bool),
) -> HandlerResult {
    let text = if seat_of(&desk, agent).is_some() {
        given(&desk, &ask, (ticket, version), agent, anyway).await
    } else {
        toast.say(ask.words(&desk).toast("agent-gone", &[]));
        to_whom_by_id(&desk, &ask, ticket).await
    };
    match text {
        // A press before this one did it.
        Err(EngineError::Stale(now)) if now.holder() == Some(agent) => {
            toast.say(ask.words(&desk).toast("already-theirs", &[("number", (&now.number).into())]));
            Ok(vec![ask.edit(place, handed(&desk, &ask, &now, agent).await?)])
        }
        text => answer(&desk, &ask, &toast, place, text),
    }
}

/// The ticket goes back to the queue.
pub async fn requeue_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (ticket, version): (TicketId, Version),
) -> HandlerResult {
    let told = |t: &Ticket| ask.words(&desk).message("reassign-queued", &[("number", (&t.number).into())]);
    let requeued = desk.engine.requeue(&ask.person, (ticket, Some(version)), ask.now).await;
    if let Err(error @ EngineError::Refused(_, now)) = &requeued
        && put_back(&desk, ask.person.id, now, version).await?
    {
        toast.say(explain_toast(&desk, &ask, error).unwrap_or_default());
        return Ok(vec![ask.edit(place, told(now))]);
    }
    answer(&desk, &ask, &toast, place, requeued.map(|ticket| told(&ticket)))
}

/// Whether a press before this one put the ticket back, which may have found its next agent at once.
async fn put_back(
    desk: &BotContext,
    admin: PersonId,
    now: &Ticket,
    drawn_for: Version,
) -> Result<bool, StoreError> {
    let released = drawn_for.next();
    if now.version != released.next() {
        return Ok(now.version == released && now.state == TicketState::Queued);
    }
    let history = desk.engine.store().history(now.id).await?;
    Ok(history.iter().rev().nth(1).is_some_and(|event| {
        event.actor == Actor::Person(admin)
            && matches!(event.what, Action::Released { why: ReleaseReason::Admin, .. })
    }))
}

/// A refusal is the press's answer. Where the ticket can still be moved, it is asked for anew, as it is now; else the buttons
/// go away, for they stand for something that is no longer so.
fn answer(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    place: PressedMessage,
    text: Result<Rendered, EngineError>,
) -> HandlerResult {
    let error = match text {
        Ok(text) => {
            toast.ack();
            return Ok(vec![ask.edit(place, text)]);
        }
        Err(error) => error,
    };
    let Some(told) = explain_toast(desk, ask, &error) else { return Err(error) };
    toast.say(told);
    let again = match &error {
        EngineError::Stale(now) | EngineError::Refused(_, now) => to_whom(desk, ask, now).ok(),
        _ => None,
    };
    let text = again.or_else(|| explained(desk, ask, &error));
    Ok(text.map(|text| ask.edit(place, text)).into_iter().collect())
}

async fn given(
    desk: &BotContext,
    ask: &RequestContext,
    (ticket, version): (TicketId, Version),
    agent: PersonId,
    anyway: bool,
) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    match desk.engine.reassign(&ask.person, (ticket, Some(version)), agent, anyway, ask.now).await {
        Ok(ticket) => handed(desk, ask, &ticket, agent).await,
        Err(EngineError::Full(held, max)) => {
            let name = name_of(desk, agent).await?;
            let args = [("agent", Arg::from(name)), ("held", held.into()), ("max", max.into())];
            let yes = words.button("reassign-anyway", ButtonAction::Reassign(ticket, version, agent, true));
            let no = words.button("button-cancel", ButtonAction::Dismiss);
            Ok(Rendered { html: words.say("reassign-full", &args), buttons: vec![vec![yes, no]] })
        }
        Err(error) => Err(error),
    }
}

async fn handed(
    desk: &BotContext,
    ask: &RequestContext,
    ticket: &Ticket,
    agent: PersonId,
) -> Result<Rendered, EngineError> {
    let (words, name) = (ask.words(desk), name_of(desk, agent).await?);
    let args = [("number", (&ticket.number).into()), ("agent", Arg::from(&name))];
    let mut told = words.message("reassign-done", &args);
    let Some(seat) = seat_of(desk, agent) else { return Ok(told) };
    let serves =
        seat.person.agent.as_ref().is_some_and(|agent| agent.departments.contains(&ticket.department));
    if !serves {
        let department = by_id(desk, ticket.department).await?.name;
        let args = [("agent", Arg::from(&name)), ("department", department.into())];
        told.html = format!("{}\n{}", told.html, words.say("reassign-elsewhere", &args));
    }
    if seat.out_of_reach() || seat.person.availability() != Availability::Online {
        let how = words.availability(seat.person.availability(), seat.out_of_reach());
        let args = [("agent", name.into()), ("availability", how.into())];
        told.html = format!("{}\n{}", told.html, words.say("reassign-not-there", &args));
    }
    Ok(told)
}

async fn name_of(desk: &BotContext, agent: PersonId) -> Result<String, EngineError> {
    Ok(desk.engine.store().person(agent).await?.ok_or(EngineError::NotFound)?.name)
}
