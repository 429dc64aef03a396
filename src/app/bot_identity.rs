//! The bot's identity: what Telegram says of it at the start, and the check that the store belongs to it.
use crate::bot::inline_mode::InlineMode;
use crate::domain::ids::TelegramId;
use crate::engine::ports::Store;
use crate::outbox::TopicMode;
use crate::telegram::{CallError, Telegram};
use anyhow::Context;
use std::time::Duration;

/// How long to wait before Telegram is asked for the username again.
const TELEGRAM_RETRY_DELAY: Duration = Duration::from_secs(2);

/// The bot, as Telegram names it.
pub(super) struct BotIdentity {
    pub(super) id: Option<TelegramId>,
    pub(super) username: String,
    pub(super) topics: TopicMode,
    pub(super) inline_mode: InlineMode,
}

/// Errors if the store belongs to another bot. The update ids of two bots overlap, so updates of the second one
/// would be taken for repeats, and its people do not know the first one.
pub(super) async fn check_bot(store: &dyn Store, bot: &BotIdentity) -> anyhow::Result<()> {
    let Some(id) = bot.id else { return Ok(()) };
    let owner = store.record_bot(id).await.context("failed to read the bot's id from the store")?;
    anyhow::ensure!(
        owner == id,
        "the store (DATA_DIR, MONGODB_DB) belongs to the bot with the id {owner}, but TELOXIDE_TOKEN is of \
         @{} with the id {id}: use that bot's token or another store",
        bot.username,
    );
    Ok(())
}

/// Returns the bot. Retries while Telegram can't be reached; errors if Telegram rejects the token
/// or the bot.
pub(super) async fn fetch_bot(telegram: &Telegram) -> anyhow::Result<BotIdentity> {
    loop {
        match telegram.call("getMe", &serde_json::json!({})).await {
            Ok(user) => {
                let name = user.get("username").and_then(serde_json::Value::as_str);
                let id = user.get("id").and_then(serde_json::Value::as_i64).map(TelegramId);
                let (topics, inline_mode) = (TopicMode::default(), InlineMode::default());
                topics.learn(&user);
                inline_mode.learn(&user);
                let username = name.unwrap_or_default().to_owned();
                return Ok(BotIdentity { id, username, topics, inline_mode });
            }
            Err(error) if matches!(error.code(), Some(401 | 404)) => {
                anyhow::bail!("Telegram rejected the token (TELOXIDE_TOKEN): {error}")
            }
            Err(error @ CallError::Refused { .. })
                if error.code().is_some_and(|code| code < 500 && code != 429) =>
            {
                anyhow::bail!("Telegram rejected the bot: {error}")
            }
            Err(error) => {
                tracing::warn!(%error, "failed to reach Telegram; retrying");
                tokio::time::sleep(TELEGRAM_RETRY_DELAY).await;
            }
        }
    }
}
