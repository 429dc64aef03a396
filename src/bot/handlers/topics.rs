//! `/topics`: an admin switches topics in private chats, on servers that let a bot do so.
use crate::bot::callback::ButtonAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::telegram::CallError;
use serde_json::json;
use std::sync::Arc;

/// `/topics`: shows whether the bot has topics, with a button that switches them.
pub fn topics(bot: &BotContext, ctx: &RequestContext) -> HandlerResult {
    Ok(vec![ctx.text(card(bot, ctx))])
}

fn card(bot: &BotContext, ctx: &RequestContext) -> Rendered {
    let localizer = ctx.localizer(bot);
    let is_enabled = bot.topics.is_enabled();
    let (text, button) =
        if is_enabled { ("topics-on", "button-topics-off") } else { ("topics-off", "button-topics-on") };
    let button = localizer.button(button, ButtonAction::SetTopics(!is_enabled));
    Rendered::new(localizer.html(text, &[]), vec![vec![button]])
}

/// Handles the switch. A server that does not know the method, or does not carry it out, leaves it to the admin.
pub async fn set(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    on: bool,
) -> HandlerResult {
    toast.ack();
    let localizer = ctx.localizer(&bot);
    let by_hand = || {
        let args = [("bot", (&bot.bot_username).into())];
        localizer.message(if on { "topics-by-hand-on" } else { "topics-by-hand-off" }, &args)
    };
    let text = match bot.telegram.call("setMySettings", &json!({"has_topics_enabled": on})).await {
        Ok(_) => {
            if let Ok(me) = bot.telegram.call("getMe", &json!({})).await {
                bot.topics.learn(&me);
            }
            if bot.topics.is_enabled() == on { card(&bot, &ctx) } else { by_hand() }
        }
        Err(error @ CallError::Refused { .. }) if matches!(error.code(), Some(400..=404)) => by_hand(),
        Err(error) => {
            tracing::warn!(%error, "failed to switch topics");
            localizer.message("topics-retry", &[])
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}
