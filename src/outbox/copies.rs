//! Earlier messages of cards: what replaces an edit or a deletion that finds no message, or that must wait.
use super::action::TelegramAction;
use super::sender::Sender;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Outgoing};
use crate::engine::ports::{ClaimedDelivery, Outcome};
use chrono::TimeDelta;

impl Sender {
    /// Returns the action that replaces one whose message is gone: a new message, in the topic of its ticket. If
    /// nobody needs that, returns the outcome that settles the delivery.
    pub(super) async fn replacement(
        &self,
        delivery: &ClaimedDelivery,
        action: &TelegramAction,
        now: Time,
    ) -> Result<TelegramAction, Outcome> {
        let message = &delivery.message;
        if self.is_shown_elsewhere(message).await {
            return Err(Outcome::Sent(None));
        }
        let action = action.to_new_message(message)?;
        self.composer.place(delivery.chat, message, action, now).await.map_err(|error| {
            tracing::error!(%error, delivery = delivery.id, "failed to find the topic of a message");
            Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false }
        })
    }

    /// Returns the outcome of a deletion that must wait until `until`: a delivery of its own edits the message to a
    /// text without buttons when the wait is over. The deletion can't be made then, because it names its message by
    /// the card, and the card will be another message.
    pub(super) async fn edit_instead(
        &self,
        chat: ChatId,
        action: &TelegramAction,
        now: Time,
        until: Time,
    ) -> Outcome {
        let (message_id, text, card) = match action {
            TelegramAction::Delete { message_id, otherwise, card } => (*message_id, otherwise, *card),
            // It is too old to be deleted.
            TelegramAction::Edit { message_id, text, .. } => (*message_id, text, None),
            _ => return Outcome::Sent(None),
        };
        let message = Message::Close { message_id, text: text.clone() };
        if let Err(error) = self.engine.store().enqueue(vec![Outgoing { chat, message }], now).await {
            tracing::error!(%error, "failed to enqueue the edit of a card that can't be deleted yet");
            return Outcome::Retry { until, unknown: false };
        }
        card.map_or(Outcome::Sent(None), |card| Outcome::CardGone(card, message_id))
    }

    /// Returns true if the edit is of a copy, and another message of the chat is the live card. A copy that is gone needs
    /// no second card: it may have been pressed just before the card was asked for again.
    async fn is_shown_elsewhere(&self, message: &Message) -> bool {
        let (message_id, card) = match message.inner() {
            Message::Redraw { message_id, card } => (message_id, *card),
            Message::Edit { message_id, card: Some(card), .. } => (message_id, **card),
            _ => return false,
        };
        let live = self.engine.store().live_card(card).await;
        live.is_ok_and(|live| live.is_some_and(|live| live.message_id != *message_id))
    }
}
