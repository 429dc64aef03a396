//! What tests and the demo can see: chats, toasts, menus, requests; and how to wait for it.
use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::journal::RecordedRequest;
use super::views::{ChatMessage, Toast, User};
use crate::sandbox::Sandbox;
use crate::sandbox::chats::state::State;

/// How many messages of each chat a failed wait shows.
const TAIL_MESSAGES: usize = 6;

impl Sandbox {
    /// Everybody who was added, by id.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.read(|state| state.people.values().cloned().collect())
    }

    /// Everything the person (or group) sees now, oldest first; deleted messages are gone.
    #[must_use]
    pub fn chat(&self, chat: i64) -> Vec<ChatMessage> {
        self.read(|state| state.visible(chat))
    }

    /// What came to the chat after this message, as it is seen now, oldest first.
    #[must_use]
    pub fn chat_after(&self, chat: i64, message_id: i64) -> Vec<ChatMessage> {
        self.read(|state| {
            let younger = state.chats.get(&chat).into_iter().flat_map(|c| c.messages.range(message_id + 1..));
            younger.filter(|(_, m)| !m.deleted).map(|(_, m)| m.seen(state.bot.id)).collect()
        })
    }

    /// One message in its latest state, deleted or not.
    #[must_use]
    pub fn message(&self, chat: i64, message_id: i64) -> Option<ChatMessage> {
        self.read(|state| state.message(chat, message_id).map(|m| m.seen(state.bot.id)))
    }

    /// The answers to this person's presses, oldest first.
    #[must_use]
    pub fn toasts(&self, user: i64) -> Vec<Toast> {
        self.read(|state| state.toasts.get(&user).cloned().unwrap_or_default())
    }

    /// The command menu that the person sees, with descriptions.
    #[must_use]
    pub fn commands_for(&self, user: i64) -> Vec<(String, String)> {
        self.read(|state| state.people.get(&user).map(|u| state.menus.seen_by(u)).unwrap_or_default())
    }

    /// A counter that grows with every change of anything that can be seen here.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Probes now and after every change until the probe finds something.
    ///
    /// # Panics
    /// After `limit`, with `what` and the ends of all chats.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        mut probe: impl FnMut(&Self) -> Option<T>,
    ) -> T {
        let mut changes = self.changes();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = probe(self) {
                    return found;
                }
                // The sender lives in `self`, so this cannot fail.
                let _ = changes.changed().await;
            }
        };
        let found = tokio::time::timeout(limit, waiting).await;
        found.unwrap_or_else(|_| panic!("waited {limit:?} in vain for {what}\n{}", self.read(|s| s.tails())))
    }

    /// Whether the bot has nothing left to take: every update is confirmed and a getUpdates call is
    /// waiting, or with a webhook, every delivery was answered with 2xx.
    #[must_use]
    pub fn idle_polls(&self) -> bool {
        self.read(|state| state.inbox.count() == 0 && (state.webhook.is_some() || state.inbox.polling()))
    }

    /// The updates that were meant for the bot (the last 10,000), by id; for
    /// [`redeliver`](Self::redeliver).
    #[must_use]
    pub fn updates(&self) -> Vec<Value> {
        self.read(|state| state.inbox.past().cloned().collect())
    }

    /// Every request to the Bot API, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.read(|state| state.journal.requests.iter().cloned().collect())
    }

    /// What the bot asked for that the Bot API does not have: unknown methods and parameters, in the order
    /// of arrival. Telegram would ignore such parameters; a test should find this empty.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.read(|state| state.journal.violations.clone())
    }
}

impl State {
    pub(in crate::sandbox) fn visible(&self, chat: i64) -> Vec<ChatMessage> {
        let messages = self.chats.get(&chat).into_iter().flat_map(|chat| chat.messages.values());
        messages.filter(|m| !m.deleted).map(|m| m.seen(self.bot.id)).collect()
    }

    fn tails(&self) -> String {
        let mut out = String::new();
        for id in self.chats.keys() {
            let name = self.people.get(id).map_or("group", |user| user.first_name.as_str());
            let messages = self.visible(*id);
            // Writing into a string cannot fail.
            let _ = writeln!(out, "-- chat {id} ({name}), {} messages", messages.len());
            for message in messages.iter().skip(messages.len().saturating_sub(TAIL_MESSAGES)) {
                let _ = writeln!(out, "   #{} {:?}: {}", message.message_id, message.from, message.text);
                for button in message.keyboard.iter().flatten() {
                    let _ = writeln!(out, "      [{}]", button.text);
                }
            }
        }
        let _ = writeln!(out, "-- last requests");
        let requests = &self.journal.requests;
        for r in requests.iter().skip(requests.len().saturating_sub(TAIL_MESSAGES * 2)) {
            let error = r.error.as_deref().unwrap_or_default();
            let _ = writeln!(out, "   {} {} {error}", r.method, r.outcome);
        }
        out
    }
}
