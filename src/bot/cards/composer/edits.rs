//! Edits of live cards: refreshes, redraws, and the removal of one that is sent anew.
use super::{Card, Composer};
use crate::bot::render::Localizer;
use crate::domain::card::CardKey;
use crate::engine::ports::StoreError;
use crate::outbox::{TelegramAction, is_announced};

impl Composer {
    /// Edits the live message of a card. The page that it shows stays. A customer's card that is out of sight is
    /// sent anew instead.
    pub(super) async fn refresh(
        &self,
        key: CardKey,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let Some(live) = self.engine.store().live_card(key).await? else {
            return Ok(TelegramAction::Nothing);
        };
        let card = self.card(live.key, localizer).await?;
        let without_content = match key {
            CardKey::Focus(_) => TelegramAction::Remove(key, live.message_id),
            _ => TelegramAction::Nothing,
        };
        let Some(Card { text, is_final }) = card else { return Ok(without_content) };
        let edit = TelegramAction::Edit {
            message_id: live.message_id,
            text,
            // What a final card shows is not recorded: it is rarely refreshed again, and then it is edited
            // again.
            card: (!is_final).then_some(live.key),
            shown: Some(live.digest),
        };
        if let CardKey::Status(ticket) = key
            && !edit.is_needless()
            && self.is_scrolled_away(ticket, &live).await?
            && let TelegramAction::Edit { text, card, .. } = edit
        {
            return Ok(TelegramAction::Send(text, card));
        }
        Ok(edit)
    }

    /// Deletes the message of a live card that is about to be sent anew.
    pub(super) async fn retire(
        &self,
        key: CardKey,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let Some(previous) = self.engine.store().live_card(key).await? else {
            return Ok(TelegramAction::Nothing);
        };
        // The live card already tells what the next notice tells, so that is not sent either. A refresh has told
        // nobody. The card of a waiting ticket has a button, so it must not stay beside another one.
        if matches!(key, CardKey::Status(_))
            && let Some(card) = self.card(key, localizer).await?
            && !card.is_final
            && card.text.buttons.is_empty()
            && is_announced(&previous, &card.text)
        {
            return Ok(TelegramAction::Nothing);
        }
        let moved = match key {
            CardKey::Task(..) => "task-moved",
            CardKey::PickUp(..) => "pick-up-moved",
            _ => "moved-below",
        };
        Ok(TelegramAction::Delete {
            message_id: previous.message_id,
            otherwise: localizer.message(moved, &[]),
            card: Some(previous.key),
        })
    }

    /// Edits the message with this id: the live one of its card, or an older copy that is not refreshed. A customer's
    /// card becomes the live one if there is none: those of tickets that ended long ago are forgotten.
    pub(super) async fn redraw(
        &self,
        message_id: i32,
        key: CardKey,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let live = match self.engine.store().live_card(key).await? {
            Some(live) => live.message_id == message_id,
            None => matches!(key, CardKey::Status(_)),
        };
        let card = self.card(key, localizer).await?;
        Ok(card.map_or(TelegramAction::Nothing, |Card { text, .. }| TelegramAction::Edit {
            message_id,
            text,
            card: live.then_some(key),
            // A press asked for it, so the recipient may see something else than the store has recorded.
            shown: None,
        }))
    }
}
