//! Inspection for tests and the demo: chats, toasts, menus, requests, and waiting for them.
use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::journal::RecordedRequest;
use crate::sandbox::Sandbox;
use crate::sandbox::chats::views::{ChatMessage, Toast, User};
use crate::sandbox::state::State;

/// The messages of each chat that the panic of a failed wait shows.
const TAIL_MESSAGES: usize = 6;

impl Sandbox {
    /// Returns all users, ordered by id.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.read(|state| state.users.values().cloned().collect())
    }

    /// Returns the messages that the user (or group) sees now, oldest first, without deleted ones.
    #[must_use]
    pub fn chat(&self, chat: i64) -> Vec<ChatMessage> {
        self.read(|state| state.visible_messages(chat))
    }

    /// Returns the visible messages that are newer than this one, oldest first.
    #[must_use]
    pub fn messages_after(&self, chat: i64, message_id: i64) -> Vec<ChatMessage> {
        self.read(|state| {
            let newer = state.chats.get(&chat).into_iter().flat_map(|c| c.messages.range(message_id + 1..));
            newer.filter(|(_, m)| !m.deleted).map(|(_, m)| m.view(state.bot.id)).collect()
        })
    }

    /// Returns a message in its latest state, deleted or not.
    #[must_use]
    pub fn message(&self, chat: i64, message_id: i64) -> Option<ChatMessage> {
        self.read(|state| state.message(chat, message_id).map(|m| m.view(state.bot.id)))
    }

    /// Returns the answers to this user's presses, oldest first.
    #[must_use]
    pub fn toasts(&self, user: i64) -> Vec<Toast> {
        self.read(|state| state.toasts.get(&user).cloned().unwrap_or_default())
    }

    /// Returns the command menu that the user sees, with descriptions.
    #[must_use]
    pub fn commands_for(&self, user: i64) -> Vec<(String, String)> {
        self.read(|state| state.users.get(&user).map(|u| state.menus.menu_for(u)).unwrap_or_default())
    }

    /// Returns the menu button of the user's chat.
    #[must_use]
    pub fn menu_button(&self, user: i64) -> Value {
        self.read(|state| state.menus.button(Some(user)))
    }

    /// Returns a counter that grows with every change of the state.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Calls `probe` now and after every change until it returns a value, and returns that value.
    ///
    /// # Panics
    /// After `limit`, with `what`, the last messages of all chats and the last requests.
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
        found.unwrap_or_else(|_| {
            panic!("timed out after {limit:?} waiting for {what}\n{}", self.read(|s| s.last_activity()))
        })
    }

    /// Returns whether no update is pending for the bot: every update is confirmed and a getUpdates call is
    /// waiting, or, with a webhook, every delivery was answered with 2xx.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.read(|state| {
            state.updates.pending_count() == 0 && (state.webhook.is_some() || state.updates.is_polling())
        })
    }

    /// Returns the last 10,000 updates for the bot, ordered by id; for [`redeliver`](Self::redeliver).
    #[must_use]
    pub fn updates(&self) -> Vec<Value> {
        self.read(|state| state.updates.history().cloned().collect())
    }

    /// Returns the recorded requests to the Bot API, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.read(|state| state.journal.requests.iter().cloned().collect())
    }

    /// Returns the content of a file that was sent in a chat.
    #[must_use]
    pub fn file(&self, file_id: &str) -> Option<Vec<u8>> {
        self.read(|state| state.files.get(file_id).map(|file| file.bytes.to_vec()))
    }

    /// Returns the unknown methods and parameters of the bot's requests, oldest first. Telegram ignores
    /// unknown parameters; a test should find this empty.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.read(|state| state.journal.violations.clone())
    }
}

impl State {
    pub(in crate::sandbox) fn visible_messages(&self, chat: i64) -> Vec<ChatMessage> {
        let messages = self.chats.get(&chat).into_iter().flat_map(|chat| chat.messages.values());
        messages.filter(|m| !m.deleted).map(|m| m.view(self.bot.id)).collect()
    }

    fn last_activity(&self) -> String {
        let mut out = String::new();
        for id in self.chats.keys() {
            let name = self.users.get(id).map_or("group", |user| user.first_name.as_str());
            let messages = self.visible_messages(*id);
            // Writing to a string cannot fail.
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
