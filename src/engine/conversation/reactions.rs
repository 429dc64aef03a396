//! Reactions of people: the reaction of customer or agent to a message is shown at its counterpart.
//!
//! A bot has one reaction to a message. At an agent's own message it is the mark of what became of the message; the
//! customer's reaction takes its place, and the mark is back when the customer takes the reaction away. A reaction that
//! looks like the mark is told in words.
use crate::domain::content::MessageSource;
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, DELIVERED_MARK, Direction};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};

/// The longest reaction that is stored, in bytes: an emoji of several characters.
const MAX_REACTION_BYTES: usize = 64;

impl Engine {
    /// Stores the reaction of a person to the message at `place` of their chat, and has it shown at the counterpart.
    /// Only the ticket's customer, and the agent who holds or completed it, have one; others change nothing.
    pub async fn react(
        &self,
        person: &Person,
        place: MessageSource,
        emoji: Option<&str>,
    ) -> Result<(), EngineError> {
        let emoji = emoji.filter(|emoji| emoji.len() <= MAX_REACTION_BYTES).map(str::to_owned);
        self.retry(|| async {
            let Some(before) = self.store.message_at(place).await? else { return Ok(Attempt::Done(())) };
            let ticket = match before.ticket {
                Some(ticket) => self.store.ticket(ticket).await?,
                None => None,
            };
            let Some(ticket) = ticket else { return Ok(Attempt::Done(())) };
            let mut reactions = before.reactions.clone();
            if ticket.customer == person.id && ticket.customer_chat == place.chat {
                reactions.customer.clone_from(&emoji);
            } else if ticket.agent() == Some(person.id) && person.chat() == place.chat {
                reactions.agent.clone_from(&emoji);
            }
            if reactions == before.reactions {
                return Ok(Attempt::Done(()));
            }
            let version = before.version.next();
            let after = ConversationMessage { version, reactions, ..before.clone() };
            let places = [after.source, after.relay.target()].into_iter().flatten();
            let shown = places.filter(|other| other.chat != place.chat);
            let notices =
                shown.map(|other| Outgoing { chat: other.chat, message: Message::Reaction(after.id) });
            let mut notices: Vec<_> = notices.collect();
            notices.extend(like_mark(&before, &after));
            let write = Write::message_update(after, before.version);
            let committed = self.commit_one(Change { write, event: None, notices }).await;
            if committed.is_ok() {
                self.wake_outbox();
                if let Some(ticket) = before.ticket {
                    self.publish(Event::Message { ticket, message: before.id, is_new: false });
                }
            }
            Attempt::of(committed, ())
        })
        .await
    }
}

/// Returns the notice to an agent if the customer's new reaction looks like the mark at the agent's message, so that
/// nothing changes there.
fn like_mark(before: &ConversationMessage, after: &ConversationMessage) -> Option<Outgoing> {
    let is_new = after.reactions.customer != before.reactions.customer
        && after.reactions.customer.as_deref() == Some(DELIVERED_MARK);
    let source = after.source.filter(|_| is_new && after.direction == Direction::ToCustomer)?;
    Some(Outgoing::notice(source.chat, Notice::ReactedLikeMark { message: after.id }))
}
