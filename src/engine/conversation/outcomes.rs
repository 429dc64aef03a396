//! Outcomes of relays: what its author learns of a message that was delivered, or that was given up.
use super::reaction_to;
use crate::domain::Time;
use crate::domain::ids::{ChatId, MessageId};
use crate::domain::notice::{Notice, Outgoing, RelayPart};
use crate::domain::ticket::conversation::{ConversationMessage, Direction, Relay, RelayFailure};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, StoreError, Write};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Shows the authors that their messages were delivered, and publishes it.
    pub async fn on_relayed(&self, messages: &[MessageId], now: Time) -> Result<(), EngineError> {
        let mut reactions = Vec::new();
        for id in messages {
            let Some(message) = self.store.message(*id).await? else { continue };
            reactions.extend(reaction_to(&message));
            if let Some(ticket) = message.ticket {
                self.publish(Event::Message { ticket, message: *id, is_new: false });
            }
        }
        if !reactions.is_empty() {
            self.store.enqueue(reactions, now).await?;
            self.wake_outbox();
        }
        Ok(())
    }

    /// Tells the authors that a part of their messages could not be brought.
    pub async fn on_partly_relayed(&self, messages: &[MessageId], now: Time) -> Result<(), EngineError> {
        let mut notices = Vec::new();
        for id in messages {
            let Some(message) = self.store.message(*id).await? else { continue };
            let notice = Notice::MessagePartlySent { message: *id };
            notices.extend(self.author_chat(&message).await?.map(|chat| Outgoing::notice(chat, notice)));
        }
        if !notices.is_empty() {
            self.store.enqueue(notices, now).await?;
            self.wake_outbox();
        }
        Ok(())
    }

    /// Records that a part of a conversation will not be sent, and tells its author why.
    pub async fn fail_relay(&self, part: &RelayPart, reason: RelayFailure) -> Result<(), EngineError> {
        let failed: Vec<MessageId> = match part {
            RelayPart::Message(message) => vec![*message],
            RelayPart::Album(ticket, album) => {
                let due = self.store.due_messages(&[*ticket]).await?.into_iter();
                due.filter(|message| message.content.album.as_ref() == Some(album)).map(|m| m.id).collect()
            }
            RelayPart::AlbumHeader(..) | RelayPart::Edit(_) | RelayPart::Withdraw(_) => Vec::new(),
        };
        for message in failed {
            self.fail_message(message, reason).await?;
        }
        Ok(())
    }

    async fn fail_message(&self, id: MessageId, reason: RelayFailure) -> Result<(), EngineError> {
        self.retry(|| async {
            let Some(before) = self.store.message(id).await? else { return Ok(Attempt::Done(())) };
            if !before.relay.is_due() {
                return Ok(Attempt::Done(()));
            }
            let after = before.with_relay(Relay::Failed { reason });
            let notices = failure_notices(&after, self.author_chat(&after).await?);
            let write = Write::message_update(after, before.version);
            let committed = self.commit_one(Change { write, event: None, notices }).await;
            if let (Ok(_), Some(ticket)) = (&committed, before.ticket) {
                self.publish(Event::Message { ticket, message: id, is_new: false });
            }
            Attempt::of(committed, ())
        })
        .await
    }

    /// Returns the chat in which the author of a message reads what became of it. `None` for the side API, which
    /// says it itself.
    async fn author_chat(&self, message: &ConversationMessage) -> Result<Option<ChatId>, StoreError> {
        Ok(match (message.source, message.direction) {
            (Some(source), _) => Some(source.chat),
            // A part of a draft that has no message of its own.
            (None, Direction::ToAgent) => {
                self.store.person(message.author).await?.map(|person| person.chat())
            }
            (None, Direction::ToCustomer | Direction::Note) => None,
        })
    }
}

/// Returns what the author of a message is told in this chat that was not sent: the reason, and the reaction.
pub(super) fn failure_notices(message: &ConversationMessage, chat: Option<ChatId>) -> Vec<Outgoing> {
    let Some(chat) = chat else { return Vec::new() };
    let notice = Outgoing::notice(chat, Notice::MessageFailed { message: message.id });
    reaction_to(message).into_iter().chain([notice]).collect()
}
