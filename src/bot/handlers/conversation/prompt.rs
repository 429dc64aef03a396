//! Buttons below prompts about tickets.
use super::last_word;
use crate::bot::callback::PromptAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::toast::Toast;
use crate::domain::person::Prompt;
use std::sync::Arc;

/// Handles a button below a prompt. The press itself ends the prompt, except for the completion of a ticket: that
/// one ends it afterwards, so that its message shows what became of the ticket.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: PromptAction,
) -> HandlerResult {
    let prompt = match action {
        PromptAction::LastWordNone(ticket, completion) => {
            return last_word::none(&bot, &ctx, &toast, pressed, (ticket, completion)).await;
        }
        PromptAction::LastWordBack(ticket) => Prompt::LastWord(ticket),
        PromptAction::SkipComment(ticket) => Prompt::Comment(ticket),
    };
    toast.ack();
    Ok(bot.closed_prompt(&ctx, pressed, prompt).await?)
}
