//! People whose records can't be read: the desk works without them, and they come back once the record is
//! repaired.
use crate::domain::ids::PersonId;
use crate::engine::Engine;
use crate::engine::ports::StoreError;
use std::collections::BTreeSet;

impl Engine {
    /// Reads the people again whose records could not be read, and returns those for whom this is still so. The
    /// agents among the others get their seat back.
    pub(in crate::engine) async fn unreadable_people(&self) -> Result<BTreeSet<PersonId>, StoreError> {
        let before = self.store.unreadable_people();
        if before.is_empty() {
            return Ok(before);
        }
        tokio::try_join!(self.store.agents(), self.store.admins())?;
        let unreadable = self.store.unreadable_people();
        let repaired: Vec<_> = before.difference(&unreadable).collect();
        for person in &repaired {
            tracing::info!(%person, "the record of a person can be read again");
            let _no_round = self.round.lock().await;
            self.reload_agent(**person).await?;
        }
        if !repaired.is_empty() {
            self.request_all_rounds().await?;
        }
        Ok(unreadable)
    }
}
