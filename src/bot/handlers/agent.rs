//! Agents: availability, the queue of their own, the steps of a ticket.
use super::refusals::explain_toast;
use crate::bot::callback::{ButtonAction, PagedList, Step, Surface};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{self, Rendered};
use crate::bot::toast::Toast;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::Actor;
use crate::domain::ids::{TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::{AgentProfile, Availability, Role, Via};
use crate::engine::error::EngineError;
use crate::engine::tickets::steps::Step as Deed;
use chrono::TimeZone;
use std::sync::Arc;
use teloxide::types::{CallbackQuery, InlineKeyboardButtonKind};

/// `/online`.
pub async fn online(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    become_available(&desk, ask, Availability::Online).await
}

/// `/offline`.
pub async fn offline(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    become_available(&desk, ask, Availability::Offline).await
}

/// `/busy`.
pub async fn busy(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    become_available(&desk, ask, Availability::Busy).await
}

/// `/away`.
pub async fn away(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    become_available(&desk, ask, Availability::Away).await
}

async fn become_available(desk: &BotContext, ask: RequestContext, to: Availability) -> HandlerResult {
    let person = desk.engine.set_availability(ask.person.id, to, ask.now).await?;
    status_answer(desk, &RequestContext { person, ..ask }).await
}

/// 🟢 Online was pressed.
pub async fn go_online(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    query: CallbackQuery,
) -> HandlerResult {
    switch(&desk, ask, &toast, (place, &query), Availability::Online).await
}

/// 🔴 Offline was pressed.
pub async fn go_offline(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    query: CallbackQuery,
) -> HandlerResult {
    switch(&desk, ask, &toast, (place, &query), Availability::Offline).await
}

/// The button stands on the queue, on the status, on a greeting. The pressed card is drawn as things stand, and what was
/// said is answered below, unless it was said before.
async fn switch(
    desk: &BotContext,
    ask: RequestContext,
    toast: &Toast,
    (place, query): (PressedMessage, &CallbackQuery),
    to: Availability,
) -> HandlerResult {
    let Some(profile) = &ask.person.agent else { return Err(EngineError::Forbidden) };
    let key = if to == Availability::Online { "toast-online" } else { "toast-offline" };
    toast.say(ask.words(desk).toast(key, &[]));
    let lost = to == Availability::Online && desk.engine.is_lost(ask.person.id);
    let news = lost || !is_so(profile, to);
    let person = if news {
        desk.engine.set_availability(ask.person.id, to, ask.now).await?
    } else {
        ask.person.clone()
    };
    let ask = RequestContext { person, ..ask };
    Ok(match shown_in(query) {
        Some(ButtonAction::Turn(PagedList::MyQueue, page)) => {
            let mut out = vec![ask.redraw(place, CardKey::MyQueue(ask.person.id, page))];
            out.extend(if news { status_answer(desk, &ask).await? } else { Vec::new() });
            out
        }
        Some(_) => vec![ask.edit(place, status_text(desk, &ask).await?)],
        None if news => status_answer(desk, &ask).await?,
        None => Vec::new(),
    })
}

/// Whether nothing is left to do for an agent to be as available as that.
fn is_so(profile: &AgentProfile, to: Availability) -> bool {
    let settled = match to {
        Availability::Offline => profile.release_due.is_none(),
        // Who says it here is looked after from here.
        _ => profile.via == Via::Telegram,
    };
    profile.availability == to && settled
}

/// What tells a message with these buttons from the others: on the queue it is the way to its page, on the status the
/// other switch.
fn shown_in(query: &CallbackQuery) -> Option<ButtonAction> {
    let rows = &query.regular_message()?.reply_markup()?.inline_keyboard;
    // From the end: the button that refreshes names the page that is shown, the arrows above it name those beside.
    let mut presses = rows.iter().flatten().rev().filter_map(|button| match &button.kind {
        InlineKeyboardButtonKind::CallbackData(data) => ButtonAction::decode(data),
        _ => None,
    });
    presses.find(|press| {
        matches!(press, ButtonAction::Turn(PagedList::MyQueue, _) | ButtonAction::AutoAssign(_))
    })
}

/// "Masih online?" – yes. Any sign of life has already said so; this one is thanked for.
pub async fn still_here(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
) -> HandlerResult {
    let words = ask.words(&desk);
    if ask.person.availability() == Availability::Offline {
        toast.say(words.toast("still-here-late", &[]));
        return Ok(vec![ask.edit(place, words.message("still-here-late", &[]))]);
    }
    // Busy and away are as good: nothing changes.
    let (key, now) = match ask.person.availability() {
        Availability::Online => ("still-here", String::new()),
        other => ("still-here-as", words.availability(other, false)),
    };
    let args = [("availability", now.into())];
    toast.say(words.toast(key, &args));
    Ok(vec![ask.edit(place, words.message(key, &args))])
}

/// `/myqueue`.
pub async fn my_queue(ask: RequestContext) -> HandlerResult {
    let card = CardKey::MyQueue(ask.person.id, 0);
    // What happens while it is on its way there nobody refreshes, as it is shown nowhere yet.
    Ok(vec![ask.card(card), Outgoing::refresh(ask.chat, card)])
}

/// `/queue`.
pub async fn queue(ask: RequestContext) -> HandlerResult {
    Ok(vec![ask.card(CardKey::Queue(ask.person.id, 0))])
}

/// `/status`.
pub async fn status(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    status_answer(&desk, &ask).await
}

pub(super) async fn status_answer(desk: &BotContext, ask: &RequestContext) -> HandlerResult {
    Ok(vec![ask.text(status_text(desk, ask).await?)])
}

async fn status_text(desk: &BotContext, ask: &RequestContext) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let view =
        desk.facts.status(&ask.person, midnight(ask.now, words.zone)).await?.ok_or(EngineError::Forbidden)?;
    Ok(render::status(&words, &view))
}

/// When the day of `now` began in the desk's zone.
fn midnight(now: Time, zone: chrono_tz::Tz) -> Time {
    let day = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&day).earliest().map_or(now, |at| at.with_timezone(&chrono::Utc))
}

/// `/autoassign on|off`; without a word it says how things stand.
pub async fn auto_assign(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    let on = match arg.trim().to_lowercase().as_str() {
        "on" | "1" | "ya" | "yes" | "aktif" => true,
        "off" | "0" | "tidak" | "no" | "mati" => false,
        "" => return status_answer(&desk, &ask).await,
        _ => return Ok(vec![ask.say(&desk, "autoassign-usage", &[])]),
    };
    desk.engine.set_auto(Actor::Person(ask.person.id), ask.person.id, on, ask.now).await?;
    Ok(vec![ask.say(&desk, auto_key(on), &[])])
}

/// The switch for automatic assignment was pressed.
pub async fn set_auto(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    on: bool,
) -> HandlerResult {
    toast.say(ask.words(&desk).toast(auto_key(on), &[]));
    let person = desk.engine.set_auto(Actor::Person(ask.person.id), ask.person.id, on, ask.now).await?;
    let ask = RequestContext { person, ..ask };
    Ok(vec![ask.edit(place, status_text(&desk, &ask).await?)])
}

fn auto_key(on: bool) -> &'static str {
    if on { "autoassign-on" } else { "autoassign-off" }
}

/// `/token`: a bearer token for the side API.
pub async fn token(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    let role = if ask.person.is_admin() { Role::Admin } else { Role::Agent };
    let Some(secret) = &desk.jwt_secret else { return Ok(vec![ask.say(&desk, "token-off", &[])]) };
    let Ok(token) =
        crate::auth_token::issue(secret, ask.person.id, role, ask.now, crate::auth_token::TOKEN_LIFETIME)
    else {
        return Ok(vec![ask.say(&desk, "token-off", &[])]);
    };
    let hours = crate::auth_token::TOKEN_LIFETIME.num_hours();
    Ok(vec![ask.say(&desk, "token", &[("token", token.into()), ("hours", hours.into())])])
}

/// ▶️ ✅ ⏸ on a ticket. What will be is known before it is done, so the press is answered first; should somebody else be
/// quicker in between, a message says so.
pub async fn task(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (step, ticket, version, surface): (Step, TicketId, Version, Surface),
) -> HandlerResult {
    let (deed, key) = engine_step(step);
    let again = ask.redraw(place, surface.card(ticket, ask.person.id));
    if let Err(error) = desk.engine.check_step(ask.person.id, ticket, deed, version, ask.now).await {
        return refused(&desk, &ask, &toast, error, again);
    }
    toast.say(ask.words(&desk).toast(key, &[]));
    match desk.engine.step(ask.person.id, ticket, deed, Some(version), ask.now).await {
        Ok(_) => Ok(vec![again]),
        Err(error) => refused(&desk, &ask, &toast, error, again),
    }
}

/// 🙋 on a waiting ticket.
pub async fn pick_up(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (ticket, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let again = ask.redraw(place, surface.card(ticket, ask.person.id));
    match desk.engine.pick_up(&ask.person, ticket, Some(version), ask.now).await {
        Ok(_) => {
            toast.say(ask.words(&desk).toast("toast-picked-up", &[]));
            Ok(vec![again])
        }
        Err(error) => refused(&desk, &ask, &toast, error, again),
    }
}

/// A refusal that a person can understand is the press's answer, and the card is drawn as things stand.
fn refused(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    error: EngineError,
    again: Outgoing,
) -> HandlerResult {
    match explain_toast(desk, ask, &error) {
        Some(text) => {
            toast.say(text);
            Ok(vec![again])
        }
        None => Err(error),
    }
}

/// The engine's step, and what the press is answered with.
fn engine_step(step: Step) -> (Deed, &'static str) {
    match step {
        Step::Start => (Deed::Start, "toast-started"),
        Step::Complete => (Deed::Complete, "toast-completed"),
        Step::Hold => (Deed::Hold, "toast-held"),
        Step::Resume => (Deed::Resume, "toast-resumed"),
    }
}
