//! `/withdraw`: an agent takes back a message to a customer.
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::domain::content::MessageSource;
use crate::engine::conversation::withdraw::{WITHDRAWAL_PERIOD, Withdrawal};
use crate::telegram::incoming::IncomingMessage;
use std::sync::Arc;

/// `/withdraw` as a reply to the message.
pub async fn withdraw(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
) -> HandlerResult {
    let Some(reply) = &message.reply else { return Ok(vec![ctx.message(&bot, "withdraw-usage", &[])]) };
    let place = MessageSource { chat: message.chat.id, message_id: reply.message_id };
    let key = match bot.engine.withdraw_message(&ctx.person, place, ctx.now).await? {
        Withdrawal::Done(_) => "withdraw-done",
        Withdrawal::Before => "withdraw-before",
        Withdrawal::TooLate => "withdraw-too-late",
        Withdrawal::NotDelivered => "withdraw-not-delivered",
        Withdrawal::NotTheirs => "withdraw-not-yours",
    };
    Ok(vec![ctx.message(&bot, key, &[("hours", WITHDRAWAL_PERIOD.num_hours().into())])])
}
