//! Long polling for updates. A batch is stored in the inbox before the next `getUpdates` call confirms it.
use super::{ALLOWED_UPDATES, Inbox, chat_of, id_of};
use crate::bot::context::BotContext;
use crate::clock::Deadline;
use crate::engine::ports::StoreError;
use crate::telegram::{CallError, Telegram};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long Telegram may hold a poll open. Its servers allow at most 50 s.
const LONG_POLL_TIMEOUT: Duration = Duration::from_secs(50);
/// How much longer than `LONG_POLL_TIMEOUT` the client waits for a response.
const TIMEOUT_MARGIN: Duration = Duration::from_secs(10);
/// The pause after a failed poll, a failed write, or a conflict.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How long a write to the inbox may take before people get an outage notice.
const APPEND_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout of a write after a failed one.
const APPEND_RETRY_TIMEOUT: Duration = Duration::from_secs(1);

/// Polls until `stop`. After `deadline` another replica may poll; if it does, this one stops calling until
/// the deadline is extended.
pub async fn poll(
    telegram: Telegram,
    inbox: Inbox,
    bot: Arc<BotContext>,
    deadline: Arc<Deadline>,
    stop: CancellationToken,
) {
    let (mut offset, mut webhook_deleted, mut append_timeout) = (None, false, APPEND_TIMEOUT);
    let no_parameters = json!({});
    while !stop.is_cancelled() {
        if !webhook_deleted {
            // Telegram refuses every poll while a webhook from an earlier configuration is set.
            let result = tokio::select! {
                result = telegram.call("deleteWebhook", &no_parameters) => result,
                () = stop.cancelled() => return,
            };
            if let Err(error) = result {
                tracing::warn!(%error, "failed to delete webhook");
            }
        }
        let batch = tokio::select! {
            batch = get_updates(&telegram, offset) => batch,
            () = stop.cancelled() => return,
        };
        match batch {
            Ok(updates) => {
                webhook_deleted = true;
                let last = updates.iter().filter_map(id_of).max();
                let chats: Vec<_> = updates.iter().filter_map(chat_of).collect();
                match append(&inbox, updates, append_timeout).await {
                    Ok(()) => {
                        offset = last.map(|id| id + 1).or(offset);
                        append_timeout = APPEND_TIMEOUT;
                    }
                    Err(error) => {
                        // Telegram sends unconfirmed updates again, together with later ones. So people who
                        // write during the outage get a notice too.
                        tracing::error!(%error, "failed to store updates");
                        bot.send_outage_notice(chats);
                        append_timeout = APPEND_RETRY_TIMEOUT;
                        pause(RETRY_DELAY, &stop).await;
                    }
                }
            }
            Err(error) => {
                log_poll_error(&error);
                while error.code() == Some(409) && deadline.has_passed() && !stop.is_cancelled() {
                    pause(RETRY_DELAY, &stop).await;
                }
                pause(error.retry_after().unwrap_or(RETRY_DELAY), &stop).await;
            }
        }
    }
}

/// Stores updates. A hanging store counts as unavailable after `append_timeout`. If its write succeeds later,
/// the retried updates are recognised by their ids.
async fn append(inbox: &Inbox, updates: Vec<Value>, append_timeout: Duration) -> Result<(), StoreError> {
    let timed_out = || StoreError::Unavailable("the store timed out".to_owned());
    timeout(append_timeout, inbox.append(updates)).await.unwrap_or_else(|_| Err(timed_out()))
}

async fn get_updates(telegram: &Telegram, offset: Option<i64>) -> Result<Vec<Value>, CallError> {
    let mut body =
        json!({"timeout": LONG_POLL_TIMEOUT.as_secs(), "limit": 100, "allowed_updates": ALLOWED_UPDATES});
    if let (Some(offset), Some(fields)) = (offset, body.as_object_mut()) {
        fields.insert("offset".into(), json!(offset));
    }
    let result = telegram.call_within("getUpdates", &body, LONG_POLL_TIMEOUT + TIMEOUT_MARGIN).await?;
    match result {
        Value::Array(updates) => Ok(updates),
        _ => Ok(Vec::new()),
    }
}

fn log_poll_error(error: &CallError) {
    match error.code() {
        Some(409) => tracing::error!(
            %error,
            "getUpdates conflict: another program polls this bot or a webhook is set; only one can get updates"
        ),
        Some(401 | 404) => tracing::error!(%error, "Telegram rejected the bot token: check TELOXIDE_TOKEN"),
        _ => tracing::warn!(%error, "getUpdates failed; retrying"),
    }
}

async fn pause(duration: Duration, stop: &CancellationToken) {
    tokio::select! { () = tokio::time::sleep(duration) => {} () = stop.cancelled() => {} }
}
