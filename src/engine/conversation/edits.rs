//! Edits of messages: what was sent is edited as well.
use super::{deliveries_of, relay_delivery};
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::domain::notice::RelayPart;
use crate::domain::ticket::conversation::{ConversationMessage, MessageContent, Relay};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};

impl Engine {
    /// Stores the new version of a message that its author edited. What was sent is edited as well. Returns
    /// `None` if the message belongs to no conversation.
    pub async fn edit_message(
        &self,
        source: MessageSource,
        content: MessageContent,
        now: Time,
    ) -> Result<Option<ConversationMessage>, EngineError> {
        self.retry(|| async {
            let Some(before) = self.store.message_at(source).await? else { return Ok(Attempt::Done(None)) };
            if before.source != Some(source) || before.content == content {
                return Ok(Attempt::Done(Some(before)));
            }
            // A reply and an origin do not change by an edit. So a file of another chat stays as well.
            let MessageContent {
                album,
                forwarded_from,
                reply_elsewhere,
                reply_to,
                reply_to_message,
                quote,
                ..
            } = before.content.clone();
            let content = match &before.content {
                foreign if foreign.has_foreign_file => MessageContent {
                    kind: foreign.kind.clone(),
                    file_id: foreign.file_id.clone(),
                    has_foreign_file: true,
                    ..content.clone()
                },
                _ => content.clone(),
            };
            let is_delivered = matches!(before.relay, Relay::Delivered { .. });
            // The copy of an album has the captions of its author, so a part with another one leaves it.
            let album = album.filter(|_| is_delivered || !content.replaces_caption);
            let left_album = before.content.album.is_some() && album.is_none();
            let content = MessageContent {
                album,
                forwarded_from,
                reply_elsewhere,
                reply_to,
                reply_to_message,
                quote,
                ..content
            };
            let version = before.version.next();
            let after = ConversationMessage { content, version, edited_at: Some(now), ..before.clone() };
            let notices = match before.relay {
                Relay::Delivered { chat, .. } => {
                    vec![relay_delivery(chat, RelayPart::Edit(before.id), before.direction)]
                }
                _ if left_album => deliveries_of(&after),
                _ => Vec::new(),
            };
            let write = Write::message_update(after.clone(), before.version);
            let change = Change { write, event: None, notices };
            let committed = self.commit_one(change).await;
            if let (Ok(_), Some(ticket)) = (&committed, after.ticket) {
                self.publish(Event::Message { ticket, message: after.id, is_new: false });
            }
            Attempt::of(committed, Some(after))
        })
        .await
    }
}
