//! How the bot gets its updates: long polling, or a webhook.
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{Answer, Call, Reply};
use crate::sandbox::Sandbox;
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::chats::state::State;
use crate::sandbox::updates::queue;
use crate::sandbox::updates::webhook;
use crate::sandbox::updates::webhook::Webhook;

/// Telegram waits no longer than this, in seconds.
const TIMEOUT_MAX: i64 = 50;
const BATCH_MAX: i64 = 100;
const SECRET_MAX: usize = 256;

/// Tells the inbox that the call is over, also when its client has gone away.
struct Polling<'a> {
    sandbox: &'a Sandbox,
    turn: u64,
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.sandbox.write(|state| state.inbox.end_poll(self.turn));
    }
}

pub(in crate::sandbox) async fn get_updates(sandbox: &Sandbox, call: &Call<'_>) -> Answer {
    let offset = call.int("offset").unwrap_or_default();
    let limit = call.int("limit").unwrap_or(BATCH_MAX).clamp(1, BATCH_MAX);
    let limit = usize::try_from(limit).unwrap_or(1);
    let seconds = call.int("timeout").unwrap_or_default().clamp(0, TIMEOUT_MAX);
    let deadline = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let mut changes = sandbox.changes();
    let turn = sandbox.write(|state| {
        let now = state.now();
        let turn = state.inbox.begin_poll(offset, state.webhook.is_some(), now)?;
        state.inbox.allow(call.params);
        Ok(turn)
    })?;
    let polling = Polling { sandbox, turn };
    loop {
        changes.mark_unchanged();
        let batch = sandbox.read(|state| state.inbox.poll(polling.turn, limit))?;
        let late = batch.is_empty() && timeout_at(deadline, changes.changed()).await.is_err();
        if late || !batch.is_empty() {
            return Ok(Value::from(batch));
        }
    }
}

pub(in crate::sandbox) fn set_webhook(sandbox: &Sandbox, call: &Call<'_>) -> Result<Reply, Refusal> {
    let url = call.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(sandbox, call));
    }
    let good = url::Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    if !good {
        return Err(bad("invalid webhook URL specified"));
    }
    let secret = call.text("secret_token").filter(|s| !s.is_empty());
    if secret.is_some_and(|s| s.len() > SECRET_MAX) {
        return Err(bad("secret token is too long"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if secret.is_some_and(|s| !s.bytes().all(plain)) {
        return Err(bad("secret token contains unallowed characters"));
    }
    let new = Webhook::new(url, secret, call.int("max_connections").unwrap_or(40));
    let fresh = sandbox.write(|state| {
        if call.flag("drop_pending_updates") {
            state.inbox.forget_waiting();
        }
        state.inbox.allow(call.params);
        if state.webhook.as_ref().is_some_and(|old| old.same_as(&new)) {
            return None;
        }
        state.inbox.end_poll_of_others(queue::WEBHOOK_SET);
        let old = state.webhook.replace(new);
        let turn = old.map_or(1, |old| old.turn + 1);
        if let Some(webhook) = &mut state.webhook {
            webhook.turn = turn;
        }
        Some(turn)
    });
    let Some(turn) = fresh else { return Ok(done("Webhook is already set")) };
    webhook::start(sandbox, turn);
    Ok(done("Webhook was set"))
}

pub(in crate::sandbox) fn delete_webhook(sandbox: &Sandbox, call: &Call<'_>) -> Reply {
    let old = sandbox.write(|state| {
        if call.flag("drop_pending_updates") {
            state.inbox.forget_waiting();
        }
        state.webhook.take()
    });
    done(if old.is_some() { "Webhook was deleted" } else { "Webhook is already deleted" })
}

pub(in crate::sandbox) fn get_webhook_info(state: &State) -> Value {
    let mut info = json!({
        "url": state.webhook.as_ref().map_or("", |w| w.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": state.inbox.count(),
    });
    if let (Some(webhook), Some(info)) = (&state.webhook, info.as_object_mut()) {
        info.insert("max_connections".to_owned(), json!(webhook.max_connections));
        if let Some((date, words)) = &webhook.last_error {
            info.insert("last_error_date".to_owned(), json!(date));
            info.insert("last_error_message".to_owned(), json!(words));
        }
        if let Some(allowed) = state.inbox.allowed() {
            info.insert("allowed_updates".to_owned(), json!(allowed));
        }
    }
    info
}

fn done(note: &'static str) -> Reply {
    Reply { result: json!(true), note: Some(note) }
}
