//! Menu buttons of staff, which open the web front end: they are reset after a start without its address.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Outgoing};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};
use std::collections::BTreeSet;

/// The most chats whose resets share a commit.
const MAX_CHATS_PER_COMMIT: usize = 256;

impl Engine {
    /// Records that the chats of staff get a menu button, if `in_use`. Otherwise enqueues the reset of those that they
    /// have, if the settings say so. A crash in between only repeats resets.
    pub async fn update_menu_buttons(&self, in_use: bool, now: Time) -> Result<(), EngineError> {
        if in_use == self.store.settings().await?.has_menu_buttons {
            return Ok(());
        }
        if !in_use {
            let (agents, admins) = tokio::try_join!(self.store.agents(), self.store.admins())?;
            let chats: BTreeSet<ChatId> = agents.iter().chain(&admins).map(Person::chat).collect();
            let chats: Vec<_> = chats.into_iter().collect();
            for chats in chats.chunks(MAX_CHATS_PER_COMMIT) {
                let reset = |chat: &ChatId| Outgoing { chat: *chat, message: Message::ResetMenuButton };
                self.store.enqueue(chats.iter().map(reset).collect(), now).await?;
            }
            self.wake_outbox();
        }
        self.retry(|| async {
            let before = self.store.settings().await?;
            // The version changes: a change by an admin who read the settings before must not undo this.
            let (expected, version) = (before.version, before.version.next());
            let settings = Settings { has_menu_buttons: in_use, version, ..before };
            let write = Write::Settings { settings, expected };
            Attempt::of(self.commit_one(Change::quiet(write)).await, ())
        })
        .await
    }
}
