//! Queue of pending updates, with Telegram's rules for delivery, confirmation and expiry.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::sandbox::bot_api::error::BotApiError;

pub(in crate::sandbox) const OTHER_POLLER: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";
pub(in crate::sandbox) const WEBHOOK_SET: &str = "terminated by setWebhook request";
const WEBHOOK_ACTIVE: &str =
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/// The kinds of updates that a bot gets only if `allowed_updates` names them.
const OPT_IN_KINDS: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// The updates that can be queued again on demand.
const MAX_HISTORY_UPDATES: usize = 10_000;
const MAX_PENDING_AGE: TimeDelta = TimeDelta::hours(24);

/// An update as the bot gets it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox) enum Update {
    Json(Value),
    /// Bytes that need not be JSON, or not even UTF-8.
    Raw(Bytes),
}

impl Update {
    pub(in crate::sandbox) fn bytes(&self) -> Bytes {
        match self {
            Self::Json(value) => Bytes::from(value.to_string()),
            Self::Raw(bytes) => bytes.clone(),
        }
    }
}

struct QueuedUpdate {
    id: i64,
    queued_at: DateTime<Utc>,
    update: Update,
    /// Whether the update stays in the queue although the offset has confirmed its id. Cleared by delivery.
    ignores_offset: bool,
    /// Whether a request to the webhook carries it.
    posted: bool,
}

/// The updates for the bot, with ids in the order of arrival.
#[derive(Default)]
pub(in crate::sandbox) struct UpdateQueue {
    pending: VecDeque<QueuedUpdate>,
    /// The last updates by id, delivered or not.
    history: BTreeMap<i64, Update>,
    last_id: i64,
    /// `None` means all kinds but [`OPT_IN_KINDS`].
    allowed: Option<BTreeSet<String>>,
    /// Counts getUpdates calls and webhook changes. A call with an older number is terminated.
    current_poll: u64,
    termination_reason: &'static str,
    polling: bool,
}

impl UpdateQueue {
    /// Queues an update of this kind with the next id, if the bot allows the kind.
    pub(in crate::sandbox) fn enqueue(&mut self, kind: &str, content: &Value, now: DateTime<Utc>) {
        let is_allowed = match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => !OPT_IN_KINDS.contains(&kind),
        };
        if is_allowed {
            self.last_id += 1;
            let update = json!({"update_id": self.last_id, kind: content});
            self.push(self.last_id, Update::Json(update), now, false);
        }
    }

    /// Queues an update as given, with the next id if it has none.
    pub(in crate::sandbox) fn enqueue_raw(&mut self, mut update: Value, now: DateTime<Utc>) {
        let given = update.get("update_id").and_then(Value::as_i64);
        let id = given.unwrap_or(self.last_id + 1);
        if let Some(update) = update.as_object_mut() {
            update.insert("update_id".to_owned(), json!(id));
        }
        self.last_id = self.last_id.max(id);
        self.push(id, Update::Json(update), now, given.is_some());
    }

    /// Queues bytes in the place of an update and returns its id. `make` gets the id.
    pub(in crate::sandbox) fn enqueue_bytes(
        &mut self,
        make: impl FnOnce(i64) -> Vec<u8>,
        now: DateTime<Utc>,
    ) -> i64 {
        self.last_id += 1;
        self.push(self.last_id, Update::Raw(make(self.last_id).into()), now, false);
        self.last_id
    }

    /// Queues an earlier update again; returns false if there was none with this id.
    pub(in crate::sandbox) fn requeue(&mut self, id: i64, now: DateTime<Utc>) -> bool {
        let Some(update) = self.history.get(&id).cloned() else { return false };
        self.push(id, update, now, true);
        true
    }

    fn push(&mut self, id: i64, update: Update, queued_at: DateTime<Utc>, ignores_offset: bool) {
        self.history.insert(id, update.clone());
        if self.history.len() > MAX_HISTORY_UPDATES {
            self.history.pop_first();
        }
        self.pending.push_back(QueuedUpdate { id, queued_at, update, ignores_offset, posted: false });
    }

    /// Applies `allowed_updates`: an empty list means the default kinds, a missing one no change.
    pub(in crate::sandbox) fn set_allowed(&mut self, params: &Map<String, Value>) {
        if let Some(list) = params.get("allowed_updates").and_then(Value::as_array) {
            let names: BTreeSet<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            self.allowed = (!names.is_empty()).then_some(names);
        }
    }

    /// Returns `allowed_updates`; `None` for the default kinds.
    pub(in crate::sandbox) fn allowed(&self) -> Option<Vec<&String>> {
        self.allowed.as_ref().map(|names| names.iter().collect())
    }

    /// Begins a getUpdates call: terminates the one in progress, removes the updates that `offset` confirms
    /// and those older than a day. Returns the number of the call.
    pub(in crate::sandbox) fn begin_poll(
        &mut self,
        offset: i64,
        webhook: bool,
        now: DateTime<Utc>,
    ) -> Result<u64, BotApiError> {
        if webhook {
            return Err(BotApiError::Conflict(WEBHOOK_ACTIVE));
        }
        self.terminate_poll(OTHER_POLLER);
        self.pending.retain(|queued| now - queued.queued_at < MAX_PENDING_AGE);
        if offset < 0 {
            let last = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            self.pending.drain(..self.pending.len().saturating_sub(last));
        } else {
            self.pending.retain(|queued| queued.id >= offset || queued.ignores_offset);
        }
        self.polling = true;
        Ok(self.current_poll)
    }

    /// Returns the updates for this call, empty if none is pending. Errors if the call was terminated.
    pub(in crate::sandbox) fn poll(&mut self, poll: u64, limit: usize) -> Result<Vec<Update>, BotApiError> {
        if poll != self.current_poll {
            return Err(BotApiError::Conflict(self.termination_reason));
        }
        let batch = self.pending.iter_mut().take(limit);
        Ok(batch
            .map(|queued| {
                queued.ignores_offset = false;
                queued.update.clone()
            })
            .collect())
    }

    /// Ends a call that was answered or whose client disconnected.
    pub(in crate::sandbox) fn end_poll(&mut self, poll: u64) {
        if poll == self.current_poll {
            self.polling = false;
        }
    }

    /// Terminates the getUpdates call in progress: it gets a 409 with this reason.
    pub(in crate::sandbox) fn terminate_poll(&mut self, reason: &'static str) {
        self.current_poll += 1;
        self.termination_reason = reason;
        self.polling = false;
    }

    /// Returns the last updates that are JSON, oldest first, delivered or not.
    pub(in crate::sandbox) fn history(&self) -> impl Iterator<Item = &Value> {
        self.history.values().filter_map(|update| match update {
            Update::Json(value) => Some(value),
            Update::Raw(_) => None,
        })
    }

    /// Returns the oldest update that may be sent to the webhook: the first pending one of its chat, if it is
    /// not in flight. The update is marked as posted.
    pub(in crate::sandbox) fn claim_post(&mut self) -> Option<Update> {
        let mut chats = BTreeSet::new();
        let free =
            self.pending.iter_mut().find(|queued| chats.insert(chat_of(&queued.update)) && !queued.posted)?;
        free.posted = true;
        Some(free.update.clone())
    }

    /// Removes a posted update that the webhook accepted, or makes it claimable again. Does nothing if the
    /// update was dropped meanwhile.
    pub(in crate::sandbox) fn settle_post(&mut self, update: &Update, accepted: bool) {
        let Some(index) = self.pending.iter().position(|queued| queued.posted && queued.update == *update)
        else {
            return;
        };
        if accepted {
            self.pending.remove(index);
        } else if let Some(pending) = self.pending.get_mut(index) {
            pending.posted = false;
        }
    }

    /// Makes the updates claimable that were posted to an earlier webhook.
    pub(in crate::sandbox) fn release_posts(&mut self) {
        self.pending.iter_mut().for_each(|queued| queued.posted = false);
    }

    pub(in crate::sandbox) fn clear_pending(&mut self) {
        self.pending.clear();
    }

    pub(in crate::sandbox) fn pending_count(&self) -> usize {
        self.pending.len()
    }

    pub(in crate::sandbox) fn is_polling(&self) -> bool {
        self.polling
    }
}

/// Returns the chat of an update, or else its user. Updates of one chat are posted one after the other.
fn chat_of(update: &Update) -> Option<i64> {
    let Update::Json(update) = update else { return None };
    let content = update.as_object()?.iter().find(|(kind, _)| *kind != "update_id")?.1;
    let message = content.get("message").unwrap_or(content);
    message.get("chat").or_else(|| content.get("from"))?.get("id")?.as_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    fn ids(queue: &mut UpdateQueue, offset: i64, now: DateTime<Utc>) -> Vec<i64> {
        let poll = queue.begin_poll(offset, false, now).unwrap();
        let batch = queue.poll(poll, 100).unwrap();
        queue.end_poll(poll);
        let id = |update: &Update| match update {
            Update::Json(value) => value["update_id"].as_i64().unwrap(),
            Update::Raw(_) => panic!("no JSON"),
        };
        batch.iter().map(id).collect()
    }

    fn queue_with(kinds: &[&str]) -> UpdateQueue {
        let mut queue = UpdateQueue::default();
        for kind in kinds {
            queue.enqueue(kind, &json!({}), at(0));
        }
        queue
    }

    #[test]
    fn only_an_offset_confirms_updates() {
        let mut queue = queue_with(&["message", "message", "message"]);
        assert_eq!(ids(&mut queue, 0, at(0)), [1, 2, 3]);
        assert_eq!(ids(&mut queue, 0, at(0)), [1, 2, 3]);
        assert_eq!(ids(&mut queue, 3, at(0)), [3]);
        assert_eq!(ids(&mut queue, 0, at(0)), [3]);
        assert_eq!(ids(&mut queue, 4, at(0)), Vec::<i64>::new());
        queue.enqueue("message", &json!({}), at(1));
        queue.enqueue("message", &json!({}), at(1));
        assert_eq!(ids(&mut queue, -1, at(1)), [5]);
    }

    #[test]
    fn a_repeated_update_below_the_offset_is_delivered_once() {
        let mut queue = queue_with(&["message", "message"]);
        assert_eq!(ids(&mut queue, 3, at(0)), Vec::<i64>::new());
        assert!(queue.requeue(1, at(0)));
        assert!(!queue.requeue(9, at(0)));
        assert_eq!(ids(&mut queue, 3, at(0)), [1]);
        assert_eq!(ids(&mut queue, 3, at(0)), Vec::<i64>::new());
    }

    #[test]
    fn pending_updates_expire_after_a_day() {
        let mut queue = queue_with(&["message"]);
        assert_eq!(ids(&mut queue, 0, at(23)), [1]);
        assert_eq!(ids(&mut queue, 0, at(24)), Vec::<i64>::new());
    }

    #[test]
    fn only_allowed_kinds_are_queued() {
        let mut queue = queue_with(&["message", "chat_member"]);
        assert_eq!(queue.pending_count(), 1);
        let params = json!({"allowed_updates": ["chat_member"]});
        queue.set_allowed(params.as_object().unwrap());
        queue.enqueue("chat_member", &json!({}), at(0));
        queue.enqueue("message", &json!({}), at(0));
        assert_eq!(ids(&mut queue, 0, at(0)), [1, 2]);
    }

    #[test]
    fn a_second_poll_terminates_the_first() {
        let mut queue = UpdateQueue::default();
        let first = queue.begin_poll(0, false, at(0)).unwrap();
        let second = queue.begin_poll(0, false, at(0)).unwrap();
        assert_eq!(queue.poll(first, 1), Err(BotApiError::Conflict(OTHER_POLLER)));
        queue.end_poll(first);
        assert!(queue.is_polling());
        assert_eq!(queue.poll(second, 1), Ok(vec![]));
        assert_eq!(queue.begin_poll(0, true, at(0)), Err(BotApiError::Conflict(WEBHOOK_ACTIVE)));
    }
}
