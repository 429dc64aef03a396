//! Handlers of working hours: `/hours` of an agent, and the same card of each agent for admins.
use crate::bot::callback::WorkingHoursAction;
use crate::bot::cards::views::WorkingHoursView;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, plan_error, working_hours_card};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Person, Prompt};
use crate::domain::schedule::grammar::{TypedPlan, parse_plan};
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// The words, in the languages of the desk, that clear the working hours: `/hours clear`.
const CLEAR: [&str; 2] = ["clear", "hapus"];

/// `/hours [plan|clear]`.
pub async fn hours(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let plan = arg.trim();
    let card = match plan {
        "" => card(&bot, &ctx, &ctx.person)?,
        word if CLEAR.iter().any(|clear| word.eq_ignore_ascii_case(clear)) => {
            let person = bot.engine.set_working_hours(&ctx.person, ctx.person.id, None, ctx.now).await?;
            card(&bot, &ctx, &person)?
        }
        plan => match set_typed(&bot, &ctx, ctx.person.id, plan).await? {
            Ok(card) | Err(card) => card,
        },
    };
    Ok(vec![ctx.text(card)])
}

/// Handles a press on the card. Only admins have buttons for other agents.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: WorkingHoursAction,
) -> HandlerResult {
    let agent = action.agent();
    if agent != ctx.person.id && !ctx.person.is_admin() {
        return Err(EngineError::Forbidden);
    }
    let person = bot.engine.store().person(agent).await?.ok_or(EngineError::NotFound)?;
    let localizer = ctx.localizer(&bot);
    let text = match action {
        WorkingHoursAction::Show(_) => {
            toast.ack();
            card(&bot, &ctx, &person)?
        }
        WorkingHoursAction::Ask(_) => {
            if person.agent.is_none() {
                return Err(EngineError::NotFound);
            }
            toast.ack();
            bot.engine.start_prompt(ctx.person.id, Prompt::WorkingHours(agent), ctx.now).await?;
            let ask = localizer.html("work-ask", &[]);
            let html = format!("{ask}\n\n{}", localizer.html("work-examples", &[]));
            Rendered::new(html, Vec::new())
        }
        WorkingHoursAction::Plan(_, plan) => {
            let plan = TypedPlan { plan: plan.plan(), zone: None };
            let person = bot.engine.set_working_hours(&ctx.person, agent, Some(&plan), ctx.now).await?;
            toast.say(localizer.toast("work-saved", &[]));
            card(&bot, &ctx, &person)?
        }
        WorkingHoursAction::Clear(_) => {
            let person = bot.engine.set_working_hours(&ctx.person, agent, None, ctx.now).await?;
            toast.say(localizer.toast("work-cleared", &[]));
            card(&bot, &ctx, &person)?
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Handles the answer to the prompt for a plan. The prompt stays open if the answer is no plan.
pub async fn on_answer(
    bot: &BotContext,
    ctx: &RequestContext,
    message: &IncomingMessage,
) -> Result<Option<Vec<Outgoing>>, EngineError> {
    let Some(Prompt::WorkingHours(agent)) = ctx.prompt_for(message) else { return Ok(None) };
    // A file may be meant for a customer.
    let Some(text) = message.plain_text() else {
        bot.engine.end_prompt(ctx.person.id).await?;
        return Ok(None);
    };
    let answer = match set_typed(bot, ctx, agent, text).await? {
        Ok(card) => {
            bot.engine.answer_prompt(ctx.person.id, message.message_id).await?;
            card
        }
        Err(wrong) => wrong,
    };
    Ok(Some(vec![ctx.text(answer)]))
}

/// Sets a typed plan: returns the card after it, or what was not understood.
async fn set_typed(
    bot: &BotContext,
    ctx: &RequestContext,
    agent: PersonId,
    text: &str,
) -> Result<Result<Rendered, Rendered>, EngineError> {
    let localizer = ctx.localizer(bot);
    match parse_plan(text) {
        Ok(typed) => {
            let person = bot.engine.set_working_hours(&ctx.person, agent, Some(&typed), ctx.now).await?;
            Ok(Ok(card(bot, ctx, &person)?))
        }
        Err(error) => {
            let wrong = plan_error(&localizer, &error);
            let html = format!("{wrong}\n\n{}", localizer.html("work-examples", &[]));
            Ok(Err(Rendered::new(html, Vec::new())))
        }
    }
}

fn card(bot: &BotContext, ctx: &RequestContext, agent: &Person) -> Result<Rendered, EngineError> {
    let profile = agent.agent.as_ref().ok_or(EngineError::NotFound)?;
    let view = WorkingHoursView {
        agent: agent.id,
        name: agent.name.clone(),
        hours: profile.working_hours.clone(),
        is_own: agent.id == ctx.person.id,
        is_admin: ctx.person.is_admin(),
    };
    Ok(working_hours_card(&ctx.localizer(bot), &view))
}
