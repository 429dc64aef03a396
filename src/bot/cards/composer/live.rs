//! Composition of live cards that are shown and pinned.
use super::Composer;
use crate::bot::render::Localizer;
use crate::domain::card::CardKey;
use crate::engine::ports::StoreError;
use crate::outbox::TelegramAction;

impl Composer {
    /// Edits the live message of a card, or sends the card if it has none.
    pub(super) async fn show(
        &self,
        key: CardKey,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        if self.engine.store().live_card(key).await?.is_some() {
            return self.refresh(key, localizer).await;
        }
        let card = self.card(key, localizer).await?;
        Ok(card.map_or(TelegramAction::Nothing, |card| TelegramAction::Send(card.text, Some(key))))
    }

    /// Pins the live message of a card.
    pub(super) async fn pin(&self, key: CardKey) -> Result<TelegramAction, StoreError> {
        let live = self.engine.store().live_card(key).await?;
        Ok(live.map_or(TelegramAction::Nothing, |live| TelegramAction::Pin(live.message_id)))
    }
}
