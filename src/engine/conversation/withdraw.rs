//! Withdrawal of messages: the author takes back what they wrote to a customer, and the record stays.
use super::{reaction_to, relay_delivery};
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::domain::notice::RelayPart;
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, Relay};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};
use chrono::TimeDelta;

/// How long after it was sent Telegram lets a bot delete a message.
pub const WITHDRAWAL_PERIOD: TimeDelta = TimeDelta::hours(48);

/// The result of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// The message is taken back.
    Done(Box<ConversationMessage>),
    /// It was taken back before.
    Before,
    /// It is older than [`WITHDRAWAL_PERIOD`].
    TooLate,
    /// The customer never got it.
    NotDelivered,
    /// The person wrote no message to a customer there.
    NotTheirs,
}

impl Engine {
    /// Takes back the message that a person wrote there, and deletes it in the customer's chat.
    pub async fn withdraw_message(
        &self,
        author: &Person,
        place: MessageSource,
        now: Time,
    ) -> Result<Withdrawal, EngineError> {
        self.retry(|| async {
            let found = self.store.message_at(place).await?.filter(|message| {
                message.source == Some(place)
                    && message.author == author.id
                    && message.direction == Direction::ToCustomer
            });
            let Some(before) = found else { return Ok(Attempt::Done(Withdrawal::NotTheirs)) };
            let (chat, message_id) = match before.relay {
                Relay::Withdrawn { .. } => return Ok(Attempt::Done(Withdrawal::Before)),
                Relay::Delivered { chat, message_id: Some(id) } => (chat, Some(id)),
                // The deletion is delivered after it, and finds it if it was just being sent.
                Relay::Enqueued { chat, .. } => (chat, None),
                Relay::Delivered { .. } | Relay::Waiting | Relay::Failed { .. } | Relay::Kept => {
                    return Ok(Attempt::Done(Withdrawal::NotDelivered));
                }
            };
            if now - before.written_at > WITHDRAWAL_PERIOD {
                return Ok(Attempt::Done(Withdrawal::TooLate));
            }
            let after = before.with_relay(Relay::Withdrawn { chat, message_id });
            let deletion = relay_delivery(chat, RelayPart::Withdraw(after.id), after.direction);
            let notices = std::iter::once(deletion).chain(reaction_to(&after)).collect();
            let write = Write::message_update(after.clone(), before.version);
            let committed = self.commit_one(Change { write, event: None, notices }).await;
            if committed.is_ok()
                && let Some(ticket) = after.ticket
            {
                self.wake_outbox();
                self.publish(Event::Message { ticket, message: after.id, is_new: false });
            }
            Attempt::of(committed, Withdrawal::Done(Box::new(after)))
        })
        .await
    }
}
