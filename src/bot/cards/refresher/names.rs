//! Refreshes of the customers' cards of held tickets, which name the holder, when the desk names agents in another
//! way.
//!
//! The settings say whether they are due. So a crash, or an event that is lost, only delays them.
use super::{CardRefresher, MAX_CONCURRENT_READS};
use crate::domain::card::CardKey;
use crate::domain::ids::PersonId;
use crate::domain::notice::Outgoing;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use futures::future::try_join_all;
use std::collections::BTreeSet;

impl CardRefresher {
    /// Refreshes the cards of all held tickets if the settings say so, a few agents at a time. Cards that are
    /// current by now cost no call to Telegram.
    pub(super) async fn refresh_names(&self) -> Result<(), StoreError> {
        let store = self.engine.store();
        let settings = store.settings().await?;
        if !settings.has_stale_names {
            return Ok(());
        }
        let holders: BTreeSet<PersonId> =
            store.held_slots().await?.into_iter().map(|held| held.agent).collect();
        let holders: Vec<_> = holders.into_iter().collect();
        for agents in holders.chunks(MAX_CONCURRENT_READS) {
            let held = try_join_all(agents.iter().map(|agent| store.held_by(*agent))).await?;
            let refresh =
                |ticket: &Ticket| Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id));
            self.enqueue(held.iter().flatten().map(refresh).collect()).await?;
        }
        fail::fail_point!("cards-before-names-refreshed");
        self.engine.names_refreshed(settings).await
    }
}
