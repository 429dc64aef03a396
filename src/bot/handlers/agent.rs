//! Agent handlers: availability, the own queue, the status.
pub mod away;
pub mod working_hours;

use crate::bot::callback::{ButtonAction, PagedList};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{self, Rendered};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::person::{AgentProfile, Availability, Via};
use crate::domain::policy::Mode;
use crate::engine::error::EngineError;
use crate::telegram::incoming::Press;
use std::sync::Arc;

/// `/online`.
pub async fn online(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    set_availability(&bot, ctx, Availability::Online).await
}

/// `/offline`.
pub async fn offline(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    set_availability(&bot, ctx, Availability::Offline).await
}

/// `/busy`.
pub async fn busy(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    set_availability(&bot, ctx, Availability::Busy).await
}

async fn set_availability(bot: &BotContext, ctx: RequestContext, to: Availability) -> HandlerResult {
    let held = bot.engine.store().held_by(ctx.person.id).await?.len();
    let person = bot.engine.set_availability(ctx.person.id, to, ctx.now).await?;
    let ctx = RequestContext { person, ..ctx };
    Ok(vec![ctx.text(changed_text(bot, &ctx, held).await?)])
}

/// Returns the status after a change of availability. An agent who went offline reads what became of the
/// tickets that they `held`.
async fn changed_text(bot: &BotContext, ctx: &RequestContext, held: usize) -> Result<Rendered, EngineError> {
    let mut text = status_text(bot, ctx).await?;
    if ctx.person.availability() == Availability::Offline && held > 0 {
        let localizer = ctx.localizer(bot);
        let due = ctx.person.agent.as_ref().and_then(|profile| profile.release_due);
        let still_held = bot.engine.store().held_by(ctx.person.id).await?;
        // Of an agent who comes and goes, the tickets are released a little later.
        let kept = still_held.iter().filter(|ticket| !due.is_some_and(|due| due.releases(ticket))).count();
        let lines = [(held.saturating_sub(kept), "offline-released"), (kept, "offline-kept")];
        let lines = lines.into_iter().filter(|(count, _)| *count > 0);
        let lines: Vec<_> =
            lines.map(|(count, key)| localizer.html(key, &[("count", count.into())])).collect();
        text.html = format!("{}\n\n{}", text.html, lines.join("\n"));
    }
    Ok(text)
}

/// Handles 🟢 Online.
pub async fn go_online(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    press: Arc<Press>,
) -> HandlerResult {
    set_availability_pressed(&bot, ctx, &toast, (pressed, &press), Availability::Online).await
}

/// Handles 🔴 Offline.
pub async fn go_offline(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    press: Arc<Press>,
) -> HandlerResult {
    set_availability_pressed(&bot, ctx, &toast, (pressed, &press), Availability::Offline).await
}

/// Handles an availability button on the queue, the status or a greeting. The pressed card is redrawn with
/// the current state. The status follows as a message, unless nothing changed.
async fn set_availability_pressed(
    bot: &BotContext,
    ctx: RequestContext,
    toast: &Toast,
    (pressed, press): (PressedMessage, &Press),
    to: Availability,
) -> HandlerResult {
    let Some(profile) = &ctx.person.agent else { return Err(EngineError::Forbidden) };
    let key = if to == Availability::Online { "toast-online" } else { "toast-offline" };
    toast.say(ctx.localizer(bot).toast(key, &[]));
    let lost = to == Availability::Online && bot.engine.is_lost(ctx.person.id);
    let is_change = lost || !is_already(profile, to);
    let held = bot.engine.store().held_by(ctx.person.id).await?.len();
    let person = if is_change {
        bot.engine.set_availability(ctx.person.id, to, ctx.now).await?
    } else {
        ctx.person.clone()
    };
    let ctx = RequestContext { person, ..ctx };
    Ok(match identifying_button(press) {
        Some(ButtonAction::ShowPage(PagedList::MyQueue, page)) => {
            let mut out = vec![ctx.redraw(pressed, CardKey::MyQueue(ctx.person.id, page))];
            if is_change {
                out.push(ctx.text(changed_text(bot, &ctx, held).await?));
            }
            out
        }
        Some(_) if is_change => vec![ctx.edit(pressed, changed_text(bot, &ctx, held).await?)],
        Some(_) => vec![ctx.edit(pressed, status_text(bot, &ctx).await?)],
        None if is_change => vec![ctx.text(changed_text(bot, &ctx, held).await?)],
        None => Vec::new(),
    })
}

/// Returns true if the agent already has this availability and nothing is pending for it.
fn is_already(profile: &AgentProfile, to: Availability) -> bool {
    let is_complete = match to {
        Availability::Offline => profile.release_due.is_none(),
        // Presence is monitored where it was set last, so a switch in Telegram takes it over.
        _ => profile.via == Via::Telegram,
    };
    // Their client may have set it, or the engine: a heartbeat then undoes it, and a choice stays.
    let is_chosen = profile.chosen.is_some_and(|chosen| chosen.to == to);
    profile.availability == to && is_chosen && is_complete
}

/// Returns the button that identifies the kind of card: on the queue the button for its page, on the status
/// the switch for automatic assignment.
fn identifying_button(press: &Press) -> Option<ButtonAction> {
    let buttons = &press.message.as_ref()?.buttons;
    // From the end: the refresh button carries the current page, the page buttons above it carry the
    // neighbours.
    let mut actions = buttons.iter().rev().filter_map(|data| ButtonAction::decode(data));
    actions.find(|action| {
        matches!(action, ButtonAction::ShowPage(PagedList::MyQueue, _) | ButtonAction::AutoAssign(_))
    })
}

/// Handles the "yes" to "Masih online?". The activity was recorded with the update; this only thanks for it.
pub fn still_here(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    let localizer = ctx.localizer(bot);
    if ctx.person.availability() == Availability::Offline {
        toast.say(localizer.toast("still-here-late", &[]));
        return Ok(vec![ctx.edit(pressed, localizer.message("still-here-late", &[]))]);
    }
    // Busy and away answer the question as well, so the availability stays.
    let (key, now) = match ctx.person.availability() {
        Availability::Online => ("still-here", String::new()),
        other => ("still-here-as", localizer.availability(other, false)),
    };
    let args = [("availability", now.into())];
    toast.say(localizer.toast(key, &args));
    Ok(vec![ctx.edit(pressed, localizer.message(key, &args))])
}

/// `/myqueue`.
pub fn my_queue(ctx: &RequestContext) -> HandlerResult {
    Ok(ctx.moved_list(CardKey::MyQueue(ctx.person.id, 0)))
}

/// `/queue`.
pub fn queue(ctx: &RequestContext) -> HandlerResult {
    Ok(ctx.moved_list(CardKey::Queue(ctx.person.id, 0)))
}

/// `/status`.
pub async fn status(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    status_answer(&bot, &ctx).await
}

pub(super) async fn status_answer(bot: &BotContext, ctx: &RequestContext) -> HandlerResult {
    Ok(vec![ctx.text(status_text(bot, ctx).await?)])
}

pub(super) async fn status_text(bot: &BotContext, ctx: &RequestContext) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let view = bot
        .views
        .status(&ctx.person, bot.engine.start_of_day(ctx.now))
        .await?
        .ok_or(EngineError::Forbidden)?;
    Ok(render::status(&localizer, &view))
}

/// `/autoassign on|off`; without an argument it shows the status.
pub async fn auto_assign(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let on = match arg.trim().to_lowercase().as_str() {
        "on" | "1" | "ya" | "yes" | "aktif" => true,
        "off" | "0" | "tidak" | "no" | "mati" => false,
        "" => return status_answer(&bot, &ctx).await,
        _ => return Ok(vec![ctx.message(&bot, "autoassign-usage", &[])]),
    };
    bot.engine.set_auto(ctx.person.id, on, ctx.now).await?;
    Ok(vec![ctx.message(&bot, auto_key(&bot, on).await?, &[])])
}

/// Handles the switch for automatic assignment.
pub async fn set_auto(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    on: bool,
) -> HandlerResult {
    toast.say(ctx.localizer(&bot).toast(auto_key(&bot, on).await?, &[]));
    let person = bot.engine.set_auto(ctx.person.id, on, ctx.now).await?;
    let ctx = RequestContext { person, ..ctx };
    Ok(vec![ctx.edit(pressed, status_text(&bot, &ctx).await?)])
}

/// Returns the key of the text that says what a switch of automatic assignment means in the current mode.
async fn auto_key(bot: &BotContext, on: bool) -> Result<&'static str, EngineError> {
    let is_manual = bot.engine.store().settings().await?.mode == Mode::Manual;
    Ok(match (on, is_manual) {
        (true, false) => "autoassign-on",
        (true, true) => "autoassign-on-manual",
        (false, _) => "autoassign-off",
    })
}
