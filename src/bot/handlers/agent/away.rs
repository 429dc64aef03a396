//! Handlers of `/away`: an absence, with an end if the agent names one.
use super::status_text;
use crate::bot::callback::AbsenceAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, absence_question};
use crate::bot::toast::Toast;
use crate::domain::Time;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Availability, Person, Prompt};
use crate::domain::schedule::absence::{AbsenceError, MAX_ABSENCE, parse_absence_end};
use crate::domain::schedule::first_instant;
use crate::domain::text::shorten;
use crate::domain::ticket::snooze::next_morning;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use chrono::{SubsecRound, TimeDelta};
use chrono_tz::Tz;
use std::sync::Arc;

/// The longest part of an answer that is quoted, in characters.
const MAX_QUOTED_CHARS: usize = 60;

/// `/away [end]`. Without an end the absence begins at once, and the answer asks for the end.
pub async fn away(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if !arg.trim().is_empty() {
        return Ok(vec![ctx.text(until_typed(&bot, &ctx, &arg).await?.0)]);
    }
    let person = bot.engine.set_availability(ctx.person.id, Availability::Away, ctx.now).await?;
    let ctx = RequestContext { person, ..ctx };
    Ok(vec![ctx.text(question(&bot, &ctx).await?)])
}

/// Handles the answer to the prompt for the end. The prompt stays open if the answer names no time.
pub async fn on_answer(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    if ctx.prompt_for(message) != Some(Prompt::AwayUntil) || ctx.person.agent.is_none() {
        return Ok(None);
    }
    // A file may be meant for a customer.
    let Some(text) = message.plain_text() else {
        bot.engine.end_prompt(ctx.person.id).await?;
        return Ok(None);
    };
    let (answer, is_set) = until_typed(bot, ctx, text).await?;
    if is_set {
        bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
    }
    Ok(Some(vec![ctx.text(answer)]))
}

/// Sets the end that a text names. Otherwise the answer says what is wrong with it.
async fn until_typed(
    bot: &BotContext,
    ctx: &RequestContext,
    text: &str,
) -> Result<(Rendered, bool), EngineError> {
    match parse_absence_end(text, ctx.now, bot.engine.config().zone) {
        Ok(until) => {
            let person = bot.engine.set_away_until(ctx.person.id, until, None, ctx.now).await?;
            let ctx = RequestContext { person, ..ctx.clone() };
            Ok((status_text(bot, &ctx).await?, true))
        }
        Err(error) => {
            let key = match error {
                AbsenceError::Unclear => "absence-unclear",
                AbsenceError::Past => "absence-past",
                AbsenceError::TooFar => "absence-too-far",
            };
            let localizer = ctx.localizer(bot);
            let wrong = localizer.html(key, &[("text", shorten(text.trim(), MAX_QUOTED_CHARS).into())]);
            let examples = localizer.html("absence-examples", &[]);
            Ok((Rendered::new(format!("{wrong}\n\n{examples}"), Vec::new()), false))
        }
    }
}

/// Handles a press on the question for the end, or on the notice that the absence is over.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: AbsenceAction,
) -> HandlerResult {
    let text = match action {
        AbsenceAction::Start => {
            let person = bot.engine.set_availability(ctx.person.id, Availability::Away, ctx.now).await?;
            toast.ack();
            question(&bot, &RequestContext { person, ..ctx.clone() }).await?
        }
        AbsenceAction::Ask => {
            toast.ack();
            bot.engine.start_prompt(ctx.person.id, Prompt::AwayUntil, ctx.now).await?;
            let localizer = ctx.localizer(&bot);
            let ask = localizer.html("absence-prompt", &[]);
            let examples = localizer.html("absence-examples", &[]);
            Rendered::new(format!("{ask}\n\n{examples}"), Vec::new())
        }
        AbsenceAction::Hour(shown) => {
            set_end(&bot, &ctx, &toast, (ctx.now + TimeDelta::hours(1), shown)).await?
        }
        AbsenceAction::RestOfToday(shown) => {
            let morning = next_start(&ctx, bot.engine.config().zone);
            set_end(&bot, &ctx, &toast, (morning, shown)).await?
        }
        AbsenceAction::NoEnd(shown) => {
            let person = if end_of(&ctx.person) == shown && ctx.person.availability() == Availability::Away {
                bot.engine.set_availability(ctx.person.id, Availability::Away, ctx.now).await?
            } else {
                ctx.person.clone()
            };
            let ctx = RequestContext { person, ..ctx.clone() };
            toast.say(state(&bot, &ctx));
            status_text(&bot, &ctx).await?
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Sets the end that a button names, unless the absence has another end than the card showed. The toast says how
/// things are then.
async fn set_end(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (until, shown): (Time, Option<Time>),
) -> Result<Rendered, EngineError> {
    let until = until.trunc_subsecs(0);
    let person = bot.engine.set_away_until(ctx.person.id, until, Some(shown), ctx.now).await?;
    let ctx = RequestContext { person, ..ctx.clone() };
    toast.say(state(bot, &ctx));
    status_text(bot, &ctx).await
}

/// Returns when the agent works again after today: by their working hours, else in the morning.
fn next_start(ctx: &RequestContext, zone: Tz) -> Time {
    let morning = next_morning(ctx.now, zone);
    let hours = ctx.person.agent.as_ref().and_then(|profile| profile.working_hours.as_ref());
    let start = hours.and_then(|hours| {
        let midnight = first_instant(ctx.now.with_timezone(&zone).date_naive().succ_opt()?.into(), zone)?;
        if hours.contains(zone, midnight) { Some(midnight) } else { hours.after(zone, midnight).next_change }
    });
    start.filter(|start| *start - ctx.now <= MAX_ABSENCE).unwrap_or(morning)
}

fn state(bot: &BotContext, ctx: &RequestContext) -> String {
    let until = ctx.person.agent.as_ref().and_then(|profile| profile.away_until);
    ctx.localizer(bot).availability_until(ctx.person.availability(), false, until)
}

/// Returns the end of the agent's absence to the second, as buttons carry it.
fn end_of(person: &Person) -> Option<Time> {
    person.agent.as_ref()?.away_until.map(|until| until.trunc_subsecs(0))
}

async fn question(bot: &BotContext, ctx: &RequestContext) -> Result<Rendered, EngineError> {
    Ok(absence_question(&ctx.localizer(bot), status_text(bot, ctx).await?, end_of(&ctx.person)))
}
