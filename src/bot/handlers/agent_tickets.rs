//! Agent handlers of tickets: the steps, opening from the own queue, picking up.
use super::conversation::last_word;
use super::focus;
use super::refusals::refusal_toast;
use crate::bot::callback::{Snooze, Surface, TaskAction};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::toast::Toast;
use crate::bot::typing::show_typing;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{TicketId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::ticket::snooze::next_morning;
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::assignment::planner::after_task_card;
use crate::engine::error::EngineError;
use crate::engine::tickets::steps::Step;
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::sync::Arc;

/// Handles ▶️ ✅ ⏸ ⏰ on a ticket. The step is checked first, so the press is answered before the commit. If the
/// commit then fails because another change was faster, a message says so.
pub async fn task(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (step, ticket, version, surface): (TaskAction, TicketId, Version, Surface),
) -> HandlerResult {
    let redrawn = ctx.redraw(pressed, surface.card(ticket, ctx.person.id));
    let Some((ticket_step, key)) = engine_step(step, ctx.now, bot.engine.config().zone) else {
        return give_back(&bot, &ctx, &toast, (ticket, version), redrawn).await;
    };
    if let Err(error) = bot.engine.check_step(ctx.person.id, ticket, ticket_step, version, ctx.now).await {
        return answer_refusal(&bot, &ctx, &toast, error, redrawn);
    }
    if step == TaskAction::Complete && last_word::is_wanted(&bot, &ctx, ticket).await? {
        toast.ack();
        return last_word::ask(&bot, &ctx, ticket).await;
    }
    toast.say(ctx.localizer(&bot).toast(key, &[]));
    let focus = match step {
        TaskAction::Start | TaskAction::Resume => focus::set(&bot, &ctx, ticket).await?,
        TaskAction::Complete | TaskAction::Pause | TaskAction::Snooze(_) | TaskAction::GiveBack => Vec::new(),
    };
    let stepped = bot.engine.step(ctx.person.id, ticket, ticket_step, Some(version), ctx.now).await;
    if step == TaskAction::Start
        && let Ok(ticket) = &stepped
    {
        show_typing(&bot, ticket.customer_chat);
    }
    match stepped {
        // In the queue the agent sees a line of the ticket; what it is about follows.
        Ok(ticket) if step == TaskAction::Start && matches!(surface, Surface::MyQueue(_)) => {
            Ok(std::iter::once(redrawn).chain(brought(&ctx, &ticket)).chain(focus).collect())
        }
        Ok(_) => Ok(bot.unless_live(redrawn).await?.into_iter().chain(focus).collect()),
        Err(error) => answer_refusal(&bot, &ctx, &toast, error, redrawn),
    }
}

/// Handles ↩️ on a ticket of the agent's.
async fn give_back(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (ticket, version): (TicketId, Version),
    redrawn: Outgoing,
) -> HandlerResult {
    match bot.engine.give_back(ctx.person.id, ticket, Some(version), ctx.now).await {
        Ok(_) => {
            toast.say(ctx.localizer(bot).toast("toast-given-back", &[]));
            Ok(bot.unless_live(redrawn).await?.into_iter().collect())
        }
        Err(error) => answer_refusal(bot, ctx, toast, error, redrawn),
    }
}

/// Handles ▶️ on a ticket of the own queue that was opened before: brings its card and its files again.
pub async fn show(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, surface): (TicketId, Surface),
) -> HandlerResult {
    let redrawn = ctx.redraw(pressed, surface.card(ticket, ctx.person.id));
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    if ticket.holder() != Some(ctx.person.id) {
        let refusal = EngineError::Refused(Refusal::NotYours, Box::new(ticket));
        return answer_refusal(&bot, &ctx, &toast, refusal, redrawn);
    }
    toast.ack();
    show_typing(&bot, ticket.customer_chat);
    let focus = focus::set(&bot, &ctx, ticket.id).await?;
    Ok(brought(&ctx, &ticket).chain(focus).collect())
}

/// Returns a ticket for its holder: the card, which replaces the earlier one, and what it has no room for.
pub(super) fn brought(ctx: &RequestContext, ticket: &Ticket) -> impl Iterator<Item = Outgoing> {
    let rest = after_task_card(ticket).map(|notice| Outgoing::notice(ctx.chat, notice));
    ctx.moved_card(CardKey::Task(ticket.id, ctx.person.id)).into_iter().chain(rest)
}

/// Handles 🙋 on a waiting ticket.
pub async fn pick_up(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let redrawn = ctx.redraw(pressed, surface.card(ticket, ctx.person.id));
    match bot.engine.pick_up(&ctx.person, ticket, Some(version), ctx.now).await {
        Ok(_) => {
            toast.say(ctx.localizer(&bot).toast("toast-picked-up", &[]));
            Ok(vec![redrawn])
        }
        Err(error) => answer_refusal(&bot, &ctx, &toast, error, redrawn),
    }
}

/// Answers a press with a refusal that has a text for people, and redraws the card. Other errors are
/// returned.
fn answer_refusal(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    error: EngineError,
    redrawn: Outgoing,
) -> HandlerResult {
    match refusal_toast(bot, ctx, &error) {
        Some(text) => {
            toast.say(text);
            Ok(vec![redrawn])
        }
        None => Err(error),
    }
}

/// Returns the engine's step, and the key of the toast; `None` for ↩️, which is another operation.
fn engine_step(step: TaskAction, now: Time, zone: Tz) -> Option<(Step, &'static str)> {
    Some(match step {
        TaskAction::GiveBack => return None,
        TaskAction::Start => (Step::Start, "toast-started"),
        TaskAction::Complete => (Step::Complete, "toast-completed"),
        TaskAction::Pause => (Step::Pause, "toast-held"),
        TaskAction::Snooze(Snooze::Indefinite) => (Step::Snooze(None), "toast-snooze-off"),
        TaskAction::Snooze(snooze) => (Step::Snooze(snooze.until(now, zone)), "toast-snoozed"),
        TaskAction::Resume => (Step::Resume, "toast-resumed"),
    })
}

impl Snooze {
    /// Returns when the ticket is resumed.
    fn until(self, now: Time, zone: Tz) -> Option<Time> {
        match self {
            Self::HalfHour => Some(now + TimeDelta::minutes(30)),
            Self::TwoHours => Some(now + TimeDelta::hours(2)),
            Self::Tomorrow => Some(next_morning(now, zone)),
            Self::Indefinite => None,
        }
    }
}
