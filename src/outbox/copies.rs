//! Copies of a customer's card: a pressed message whose card has moved on to a later message.
use super::sender::Sender;
use crate::domain::card::CardKey;
use crate::domain::notice::Message;

impl Sender {
    /// Returns true if a redraw is of a copy, and another message of the chat is the live card. A copy that is gone needs
    /// no second card.
    pub(super) async fn is_shown_elsewhere(&self, message: &Message) -> bool {
        let Message::Redraw { message_id, card: card @ CardKey::Status(_) } = message.inner() else {
            return false;
        };
        let live = self.engine.store().live_card(*card).await;
        live.is_ok_and(|live| live.is_some_and(|live| live.message_id != *message_id))
    }
}
