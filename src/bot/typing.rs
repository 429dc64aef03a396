//! The "typing" status in a customer's chat, when an agent opens their ticket.
use super::context::BotContext;
use crate::domain::ids::ChatId;
use std::time::Duration;

/// How long the call may take. It is worth nothing later.
const TYPING_TIMEOUT: Duration = Duration::from_secs(3);

/// Shows a customer that the bot is typing. The call bypasses the outbox and is not waited for; a failure is
/// ignored.
pub(super) fn show_typing(bot: &BotContext, chat: ChatId) {
    let telegram = bot.telegram.clone();
    bot.tasks.spawn(async move {
        let body = serde_json::json!({"chat_id": chat.0, "action": "typing"});
        if let Err(error) = telegram.call_within("sendChatAction", &body, TYPING_TIMEOUT).await {
            tracing::debug!(%error, "failed to show typing");
        }
    });
}
