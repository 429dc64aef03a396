//! Updates that wait for the bot, and Telegram's rules for handing them out and forgetting them.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::sandbox::bot_api::refusal::Refusal;

pub(in crate::sandbox) const OTHER_POLLER: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";
pub(in crate::sandbox) const WEBHOOK_SET: &str = "terminated by setWebhook request";
const WEBHOOK_ACTIVE: &str =
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/// Telegram sends these only to bots that ask for them by name.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Updates that can be delivered once more on demand.
const UPDATE_LIFETIME: usize = 10_000;

struct QueuedUpdate {
    id: i64,
    since: DateTime<Utc>,
    update: Value,
    /// Must be handed out once, even if a later update was already confirmed.
    owed: bool,
    /// A delivery to the webhook has it.
    posted: bool,
}

#[derive(Default)]
pub(in crate::sandbox) struct Inbox {
    waiting: VecDeque<QueuedUpdate>,
    past: BTreeMap<i64, Value>,
    last_id: i64,
    /// `None`: everything but the kinds that must be asked for.
    allowed: Option<BTreeSet<String>>,
    /// Counts getUpdates calls and webhook changes: an older number than this has been terminated.
    turn: u64,
    ended_by: &'static str,
    polling: bool,
}

impl Inbox {
    pub(in crate::sandbox) fn queue(&mut self, kind: &str, content: &Value, now: DateTime<Utc>) {
        let wanted = match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => !ON_REQUEST.contains(&kind),
        };
        if wanted {
            self.last_id += 1;
            self.keep(self.last_id, json!({"update_id": self.last_id, kind: content}), now, false);
        }
    }

    /// Queues an update as it is, with the next id when it has none.
    pub(in crate::sandbox) fn queue_raw(&mut self, mut update: Value, now: DateTime<Utc>) {
        let given = update.get("update_id").and_then(Value::as_i64);
        let id = given.unwrap_or(self.last_id + 1);
        if let Some(update) = update.as_object_mut() {
            update.insert("update_id".to_owned(), json!(id));
        }
        self.last_id = self.last_id.max(id);
        self.keep(id, update, now, given.is_some());
    }

    /// Queues an earlier update once more; false when there was none with this id.
    pub(in crate::sandbox) fn queue_again(&mut self, id: i64, now: DateTime<Utc>) -> bool {
        let Some(update) = self.past.get(&id).cloned() else { return false };
        self.keep(id, update, now, true);
        true
    }

    fn keep(&mut self, id: i64, update: Value, since: DateTime<Utc>, owed: bool) {
        self.past.insert(id, update.clone());
        if self.past.len() > UPDATE_LIFETIME {
            self.past.pop_first();
        }
        self.waiting.push_back(QueuedUpdate { id, since, update, owed, posted: false });
    }

    /// Takes over `allowed_updates`; an empty list means the usual kinds, a missing one no change.
    pub(in crate::sandbox) fn allow(&mut self, params: &Map<String, Value>) {
        if let Some(list) = params.get("allowed_updates").and_then(Value::as_array) {
            let names: BTreeSet<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            self.allowed = (!names.is_empty()).then_some(names);
        }
    }

    pub(in crate::sandbox) fn allowed(&self) -> Option<Vec<&String>> {
        self.allowed.as_ref().map(|names| names.iter().collect())
    }

    /// Begins a getUpdates call: ends the one that is under way, forgets what `offset` confirms and what is
    /// older than a day. Returns the call's turn.
    pub(in crate::sandbox) fn begin_poll(
        &mut self,
        offset: i64,
        webhook: bool,
        now: DateTime<Utc>,
    ) -> Result<u64, Refusal> {
        if webhook {
            return Err(Refusal::Conflict(WEBHOOK_ACTIVE));
        }
        self.end_poll_of_others(OTHER_POLLER);
        self.waiting.retain(|w| now - w.since < TimeDelta::hours(24));
        if offset < 0 {
            let last = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            self.waiting.drain(..self.waiting.len().saturating_sub(last));
        } else {
            self.waiting.retain(|w| w.id >= offset || w.owed);
        }
        self.polling = true;
        Ok(self.turn)
    }

    /// What this call gets now: nothing yet, some updates, or the news that another call took its place.
    pub(in crate::sandbox) fn poll(&mut self, turn: u64, limit: usize) -> Result<Vec<Value>, Refusal> {
        if turn != self.turn {
            return Err(Refusal::Conflict(self.ended_by));
        }
        let batch = self.waiting.iter_mut().take(limit);
        Ok(batch
            .map(|w| {
                w.owed = false;
                w.update.clone()
            })
            .collect())
    }

    /// The call is answered or its client has gone.
    pub(in crate::sandbox) fn end_poll(&mut self, turn: u64) {
        if turn == self.turn {
            self.polling = false;
        }
    }

    pub(in crate::sandbox) fn end_poll_of_others(&mut self, reason: &'static str) {
        self.turn += 1;
        self.ended_by = reason;
        self.polling = false;
    }

    /// The last updates, oldest first, taken or not.
    pub(in crate::sandbox) fn past(&self) -> impl Iterator<Item = &Value> {
        self.past.values()
    }

    /// The oldest update that may be posted now: one whose chat has no other under way. It is marked as posted.
    pub(in crate::sandbox) fn post(&mut self) -> Option<Value> {
        let mut chats = BTreeSet::new();
        let free = self.waiting.iter_mut().find(|w| chats.insert(chat_of(&w.update)) && !w.posted)?;
        free.posted = true;
        Some(free.update.clone())
    }

    /// The webhook took a posted update, or did not; nothing happens if it was dropped meanwhile.
    pub(in crate::sandbox) fn posted(&mut self, update: &Value, taken: bool) {
        let Some(place) = self.waiting.iter().position(|w| w.posted && w.update == *update) else { return };
        if taken {
            self.waiting.remove(place);
        } else if let Some(waiting) = self.waiting.get_mut(place) {
            waiting.posted = false;
        }
    }

    /// What was posted for an earlier webhook is posted again for the next one.
    pub(in crate::sandbox) fn recall(&mut self) {
        self.waiting.iter_mut().for_each(|w| w.posted = false);
    }

    pub(in crate::sandbox) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    pub(in crate::sandbox) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(in crate::sandbox) fn polling(&self) -> bool {
        self.polling
    }
}

/// The chat, or else the person, that an update is about: their updates come one after the other.
fn chat_of(update: &Value) -> Option<i64> {
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

    fn ids(inbox: &mut Inbox, offset: i64, now: DateTime<Utc>) -> Vec<i64> {
        let turn = inbox.begin_poll(offset, false, now).unwrap();
        let batch = inbox.poll(turn, 100).unwrap();
        inbox.end_poll(turn);
        batch.iter().map(|u| u["update_id"].as_i64().unwrap()).collect()
    }

    fn full(kinds: &[&str]) -> Inbox {
        let mut inbox = Inbox::default();
        for kind in kinds {
            inbox.queue(kind, &json!({}), at(0));
        }
        inbox
    }

    #[test]
    fn an_offset_confirms_and_nothing_else_does() {
        let mut inbox = full(&["message", "message", "message"]);
        assert_eq!(ids(&mut inbox, 0, at(0)), [1, 2, 3]);
        assert_eq!(ids(&mut inbox, 0, at(0)), [1, 2, 3]);
        assert_eq!(ids(&mut inbox, 3, at(0)), [3]);
        assert_eq!(ids(&mut inbox, 0, at(0)), [3]);
        assert_eq!(ids(&mut inbox, 4, at(0)), Vec::<i64>::new());
        inbox.queue("message", &json!({}), at(1));
        inbox.queue("message", &json!({}), at(1));
        assert_eq!(ids(&mut inbox, -1, at(1)), [5]);
    }

    #[test]
    fn a_repeat_comes_even_below_the_offset_and_goes_when_confirmed() {
        let mut inbox = full(&["message", "message"]);
        assert_eq!(ids(&mut inbox, 3, at(0)), Vec::<i64>::new());
        assert!(inbox.queue_again(1, at(0)));
        assert!(!inbox.queue_again(9, at(0)));
        assert_eq!(ids(&mut inbox, 3, at(0)), [1]);
        assert_eq!(ids(&mut inbox, 3, at(0)), Vec::<i64>::new());
    }

    #[test]
    fn updates_are_kept_for_a_day() {
        let mut inbox = full(&["message"]);
        assert_eq!(ids(&mut inbox, 0, at(23)), [1]);
        assert_eq!(ids(&mut inbox, 0, at(24)), Vec::<i64>::new());
    }

    #[test]
    fn only_allowed_kinds_are_queued() {
        let mut inbox = full(&["message", "chat_member"]);
        assert_eq!(inbox.count(), 1);
        let asked = json!({"allowed_updates": ["chat_member"]});
        inbox.allow(asked.as_object().unwrap());
        inbox.queue("chat_member", &json!({}), at(0));
        inbox.queue("message", &json!({}), at(0));
        assert_eq!(ids(&mut inbox, 0, at(0)), [1, 2]);
    }

    #[test]
    fn a_second_poll_ends_the_first() {
        let mut inbox = Inbox::default();
        let first = inbox.begin_poll(0, false, at(0)).unwrap();
        let second = inbox.begin_poll(0, false, at(0)).unwrap();
        assert_eq!(inbox.poll(first, 1), Err(Refusal::Conflict(OTHER_POLLER)));
        inbox.end_poll(first);
        assert!(inbox.polling());
        assert_eq!(inbox.poll(second, 1), Ok(vec![]));
        assert_eq!(inbox.begin_poll(0, true, at(0)), Err(Refusal::Conflict(WEBHOOK_ACTIVE)));
    }
}
