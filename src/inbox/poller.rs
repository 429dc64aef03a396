//! Long polling: asks for updates, writes them down, and only then asks for the next, which confirms them.
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

/// How long Telegram may hold a poll open. Its own servers allow 50 s.
const LONG_POLL_TIMEOUT: Duration = Duration::from_secs(50);
/// How much longer the client waits than Telegram holds.
const TIMEOUT_MARGIN: Duration = Duration::from_secs(10);
/// How long to wait after a failed poll.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How long the store may take to write updates down, before people are told. Less once it has been late.
const STORE_TIMEOUT: Duration = Duration::from_secs(3);

/// Polls until `stop`. After `deadline` another replica may be the one that polls, and is given way to when it does.
pub async fn poll(
    telegram: Telegram,
    inbox: Inbox,
    desk: Arc<BotContext>,
    deadline: Arc<Deadline>,
    stop: CancellationToken,
) {
    let (mut offset, mut no_webhook, mut patience) = (None, false, STORE_TIMEOUT);
    let nothing = json!({});
    while !stop.is_cancelled() {
        if !no_webhook {
            // One that is left over from another way of running would refuse every poll.
            let removed = tokio::select! {
                removed = telegram.call("deleteWebhook", &nothing) => removed,
                () = stop.cancelled() => return,
            };
            if let Err(error) = removed {
                tracing::warn!(%error, "webhook not removed");
            }
        }
        let batch = tokio::select! {
            batch = ask(&telegram, offset) => batch,
            () = stop.cancelled() => return,
        };
        match batch {
            Ok(updates) => {
                no_webhook = true;
                let last = updates.iter().filter_map(id_of).max();
                let chats: Vec<_> = updates.iter().filter_map(chat_of).collect();
                match accept(&inbox, updates, patience).await {
                    Ok(()) => {
                        offset = last.map(|id| id + 1).or(offset);
                        patience = STORE_TIMEOUT;
                    }
                    Err(error) => {
                        // Not confirmed, so Telegram gives them again, and with them what came since: whoever writes now is
                        // told too.
                        tracing::error!(%error, "updates not accepted");
                        desk.send_outage_notice(chats);
                        patience = RETRY_DELAY;
                        pause(RETRY_DELAY, &stop).await;
                    }
                }
            }
            Err(error) => {
                explain(&error);
                while error.code() == Some(409) && deadline.has_passed() && !stop.is_cancelled() {
                    pause(RETRY_DELAY, &stop).await;
                }
                pause(error.retry_after().unwrap_or(RETRY_DELAY), &stop).await;
            }
        }
    }
}

/// Writes updates down. A store that stands still refuses nothing: after `patience` it counts as away. What it does with them
/// all the same is known again the next time.
async fn accept(inbox: &Inbox, updates: Vec<Value>, patience: Duration) -> Result<(), StoreError> {
    let late = || StoreError::Unavailable("the store does not answer".to_owned());
    timeout(patience, inbox.append(updates)).await.unwrap_or_else(|_| Err(late()))
}

async fn ask(telegram: &Telegram, offset: Option<i64>) -> Result<Vec<Value>, CallError> {
    let mut body =
        json!({"timeout": LONG_POLL_TIMEOUT.as_secs(), "limit": 100, "allowed_updates": ALLOWED_UPDATES});
    if let (Some(offset), Some(fields)) = (offset, body.as_object_mut()) {
        fields.insert("offset".into(), json!(offset));
    }
    let answer = telegram.call_within("getUpdates", &body, LONG_POLL_TIMEOUT + TIMEOUT_MARGIN).await?;
    match answer {
        Value::Array(updates) => Ok(updates),
        _ => Ok(Vec::new()),
    }
}

fn explain(error: &CallError) {
    match error.code() {
        Some(409) => tracing::error!(
            %error,
            "another program polls this bot, or it has a webhook: only one at a time gets the updates"
        ),
        Some(401 | 404) => tracing::error!(%error, "Telegram does not know this token: check TELOXIDE_TOKEN"),
        _ => tracing::warn!(%error, "no updates; trying again"),
    }
}

async fn pause(long: Duration, stop: &CancellationToken) {
    tokio::select! { () = tokio::time::sleep(long) => {} () = stop.cancelled() => {} }
}
