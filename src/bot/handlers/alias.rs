//! Handlers of `/alias`: an agent sets the name that customers see, and an admin sets that of any agent.
use super::admin::pickers::{require_agent, seat_of};
use crate::bot::callback::{AliasAction, ButtonAction, PickerPurpose};
use crate::bot::cards::views::AliasView;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, alias_card};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::person::{Person, Prompt};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The words, in the languages of the desk, that clear the alias: `/alias clear`.
const CLEAR: [&str; 2] = ["clear", "hapus"];

/// `/alias [<name>|clear]`.
pub async fn alias(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let name = arg.trim();
    let agent = match name {
        "" => ctx.person.clone(),
        word if CLEAR.iter().any(|clear| word.eq_ignore_ascii_case(clear)) => {
            bot.engine.set_alias(&ctx.person, ctx.person.id, None, ctx.now).await?
        }
        name => bot.engine.set_alias(&ctx.person, ctx.person.id, Some(name), ctx.now).await?,
    };
    Ok(vec![ctx.text(card(&bot, &ctx, &agent).await?)])
}

/// Handles a press on a card of an alias. Only admins have buttons for other agents.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: AliasAction,
) -> HandlerResult {
    let (AliasAction::Show(agent) | AliasAction::Ask(agent) | AliasAction::Clear(agent)) = action;
    let is_own =
        matches!(action, AliasAction::Clear(_)) && agent == ctx.person.id && ctx.person.agent.is_some();
    if !is_own && !ctx.person.is_admin() {
        return Err(EngineError::Forbidden);
    }
    // The list that replaces the card of a former agent is for admins.
    if ctx.person.is_admin()
        && seat_of(&bot, agent).is_none()
        && let Err(list) = require_agent(&bot, &ctx, &toast, pressed, (PickerPurpose::Agent, agent)).await?
    {
        return Ok(vec![list]);
    }
    let localizer = ctx.localizer(&bot);
    let text = match action {
        AliasAction::Show(_) => {
            let person = bot.engine.store().person(agent).await?.ok_or(EngineError::NotFound)?;
            card(&bot, &ctx, &person).await?
        }
        AliasAction::Ask(_) => {
            let person = bot.engine.store().person(agent).await?.ok_or(EngineError::NotFound)?;
            bot.engine.start_prompt(ctx.person.id, Prompt::Alias(agent), ctx.now).await?;
            localizer.message("alias-ask", &[("name", (&person.name).into())])
        }
        AliasAction::Clear(_) => {
            let person = bot.engine.set_alias(&ctx.person, agent, None, ctx.now).await?;
            toast.say(localizer.toast("alias-cleared", &[]));
            card(&bot, &ctx, &person).await?
        }
    };
    toast.ack();
    Ok(vec![ctx.edit(pressed, text)])
}

/// Returns the card after an admin wrote the alias of an agent.
pub(super) async fn set_and_show(
    bot: &BotContext,
    ctx: &RequestContext,
    agent: PersonId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let person = bot.engine.set_alias(&ctx.person, agent, Some(name), ctx.now).await?;
    card(bot, ctx, &person).await
}

async fn card(bot: &BotContext, ctx: &RequestContext, agent: &Person) -> Result<Rendered, EngineError> {
    let profile = agent.agent.as_ref().ok_or(EngineError::NotFound)?;
    let view = AliasView {
        agent: agent.id,
        name: agent.name.clone(),
        alias: profile.alias.clone(),
        number: profile.assignment_order,
        naming: bot.engine.store().settings().await?.agent_naming,
        is_own: agent.id == ctx.person.id,
    };
    let mut card = alias_card(&ctx.localizer(bot), &view);
    if ctx.person.is_admin() {
        let localizer = ctx.localizer(bot);
        let change = localizer.button("alias-change", ButtonAction::Alias(AliasAction::Ask(agent.id)));
        card.buttons.insert(0, vec![change]);
        let back = ButtonAction::PickPerson(PickerPurpose::Agent, agent.id);
        card.buttons.push(vec![localizer.button("back", back)]);
    }
    Ok(card)
}
