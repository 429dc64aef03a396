//! Methods for update delivery: long polling and the webhook.
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{Call, Reply};
use crate::sandbox::Sandbox;
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::state::State;
use crate::sandbox::updates::queue;
use crate::sandbox::updates::queue::Update;
use crate::sandbox::updates::webhook;
use crate::sandbox::updates::webhook::Webhook;

/// The longest time in seconds that Telegram holds a getUpdates call.
const MAX_TIMEOUT_SECONDS: i64 = 50;
const MAX_BATCH_UPDATES: i64 = 100;
const DEFAULT_MAX_CONNECTIONS: i64 = 40;
const MAX_SECRET_BYTES: usize = 256;

/// A getUpdates call in progress. Dropping it ends the poll in the queue, also if the client disconnected.
struct PollGuard<'a> {
    sandbox: &'a Sandbox,
    poll: u64,
}

impl Drop for PollGuard<'_> {
    fn drop(&mut self) {
        self.sandbox.write(|state| state.updates.end_poll(self.poll));
    }
}

pub(in crate::sandbox) async fn get_updates(
    sandbox: &Sandbox,
    call: &Call<'_>,
) -> Result<Reply, BotApiError> {
    let offset = call.int("offset").unwrap_or_default();
    let limit = call.int("limit").unwrap_or(MAX_BATCH_UPDATES).clamp(1, MAX_BATCH_UPDATES);
    let limit = usize::try_from(limit).unwrap_or(1);
    let seconds = call.int("timeout").unwrap_or_default().clamp(0, MAX_TIMEOUT_SECONDS);
    let deadline = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let mut changes = sandbox.changes();
    let poll = sandbox.write(|state| {
        let now = state.now();
        let poll = state.updates.begin_poll(offset, state.webhook.is_some(), now)?;
        state.updates.set_allowed(call.params);
        Ok(poll)
    })?;
    let guard = PollGuard { sandbox, poll };
    loop {
        changes.mark_unchanged();
        let batch = sandbox.read(|state| state.updates.poll(guard.poll, limit))?;
        let timed_out = batch.is_empty() && timeout_at(deadline, changes.changed()).await.is_err();
        if timed_out || !batch.is_empty() {
            return Ok(updates_reply(&batch));
        }
    }
}

/// Returns the updates as one reply. An update that is no JSON makes the whole body raw.
fn updates_reply(batch: &[Update]) -> Reply {
    let parsed: Option<Vec<Value>> = batch
        .iter()
        .map(|update| match update {
            Update::Json(value) => Some(value.clone()),
            Update::Raw(_) => None,
        })
        .collect();
    if let Some(parsed) = parsed {
        return Reply::new(Value::from(parsed));
    }
    let updates: Vec<Bytes> = batch.iter().map(Update::bytes).collect();
    let body = [b"{\"ok\":true,\"result\":[".as_slice(), &updates.join(b",".as_slice()), b"]}"].concat();
    Reply { raw: Some(body), ..Reply::new(Value::Null) }
}

pub(in crate::sandbox) fn set_webhook(sandbox: &Sandbox, call: &Call<'_>) -> Result<Reply, BotApiError> {
    let url = call.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(sandbox, call));
    }
    let is_valid = url::Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    if !is_valid {
        return Err(bad_request("invalid webhook URL specified"));
    }
    let secret = call.text("secret_token").filter(|s| !s.is_empty());
    if secret.is_some_and(|s| s.len() > MAX_SECRET_BYTES) {
        return Err(bad_request("secret token is too long"));
    }
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if secret.is_some_and(|s| !s.bytes().all(is_allowed)) {
        return Err(bad_request("secret token contains unallowed characters"));
    }
    let new = Webhook::new(url, secret, call.int("max_connections").unwrap_or(DEFAULT_MAX_CONNECTIONS));
    let started = sandbox.write(|state| {
        if call.flag("drop_pending_updates") {
            state.updates.clear_pending();
        }
        state.updates.set_allowed(call.params);
        if state.webhook.as_ref().is_some_and(|old| old.has_same_settings(&new)) {
            return None;
        }
        state.updates.terminate_poll(queue::WEBHOOK_SET);
        let old = state.webhook.replace(new);
        let generation = old.map_or(1, |old| old.generation + 1);
        if let Some(webhook) = &mut state.webhook {
            webhook.generation = generation;
        }
        Some(generation)
    });
    let Some(generation) = started else { return Ok(success("Webhook is already set")) };
    webhook::start(sandbox, generation);
    Ok(success("Webhook was set"))
}

pub(in crate::sandbox) fn delete_webhook(sandbox: &Sandbox, call: &Call<'_>) -> Reply {
    let old = sandbox.write(|state| {
        if call.flag("drop_pending_updates") {
            state.updates.clear_pending();
        }
        state.webhook.take()
    });
    success(if old.is_some() { "Webhook was deleted" } else { "Webhook is already deleted" })
}

pub(in crate::sandbox) fn get_webhook_info(state: &State) -> Value {
    let mut info = json!({
        "url": state.webhook.as_ref().map_or("", |w| w.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": state.updates.pending_count(),
    });
    if let (Some(webhook), Some(info)) = (&state.webhook, info.as_object_mut()) {
        info.insert("max_connections".to_owned(), json!(webhook.max_connections));
        if let Some((date, message)) = &webhook.last_error {
            info.insert("last_error_date".to_owned(), json!(date));
            info.insert("last_error_message".to_owned(), json!(message));
        }
        if let Some(allowed) = state.updates.allowed() {
            info.insert("allowed_updates".to_owned(), json!(allowed));
        }
    }
    info
}

fn success(description: &'static str) -> Reply {
    Reply { description: Some(description), ..Reply::new(json!(true)) }
}
