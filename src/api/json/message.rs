//! JSON bodies of a conversation's messages.
use crate::api::Api;
use crate::domain::content::ContentKind;
use crate::domain::text::formatted::{Entity, EntityKind};
use crate::domain::ticket::Status;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, Relay, RelayFailure};
use crate::engine::ports::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who wrote a message, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum MessageDirection {
    /// From the customer to the agent.
    Customer,
    /// From the agent to the customer.
    Agent,
    /// An internal note of an agent.
    Note,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum MessageState {
    /// No agent holds the ticket yet.
    Waiting,
    /// It is about to be sent.
    Enqueued,
    /// It was sent.
    Delivered,
    /// It was not sent, and will not be.
    Failed,
    /// Its author took it back.
    Withdrawn,
    /// It is for nobody: a note.
    Kept,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum MessageFailure {
    /// The recipient blocked the bot, or their account is gone.
    Unreachable,
    /// Telegram refused it.
    Refused,
    /// Telegram cannot copy content of this kind.
    Unsupported,
    /// Two attempts had an unknown outcome.
    OutcomeUnknown,
    /// The ticket was cancelled before it was sent.
    Ended,
}

/// A part of a text with a format, as Telegram counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct EntityBody {
    /// Its type, by Telegram's name.
    #[serde(rename = "type")]
    #[schema(example = "bold")]
    kind: String,
    /// Its start, in UTF-16 units.
    #[schema(example = 0)]
    offset: usize,
    /// Its length, in UTF-16 units.
    #[schema(example = 4)]
    length: usize,
    /// What the type needs: the target of a link, the language of code, the id of a custom emoji or of a
    /// person.
    #[schema(example = "https://contoh.example")]
    value: Option<String>,
}

/// A message of a ticket's conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct MessageBody {
    /// Its id.
    pub(in crate::api) message_id: Uuid,
    /// Its number. It grows from message to message of a ticket, with gaps.
    #[schema(example = 1_234)]
    seq: u64,
    /// The ticket.
    ticket_id: Option<Uuid>,
    /// Its version, which grows with every change.
    version: u64,
    /// Who wrote it, and for whom.
    direction: MessageDirection,
    /// The person who wrote it.
    author_id: Uuid,
    /// That person's name.
    #[schema(example = "Sari")]
    author_name: Option<String>,
    /// Its text or caption.
    #[schema(example = "Lampu LOS merah sejak pagi")]
    text: String,
    /// The formats of the text.
    entities: Vec<EntityBody>,
    /// The kind of its content, by Telegram's name; `text` if it has only text.
    #[schema(example = "photo")]
    kind: String,
    /// Whether it has a file, which is in Telegram.
    has_media: bool,
    /// The message of the conversation that it replies to.
    reply_to: Option<Uuid>,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// When its author edited it last.
    edited_at: Option<DateTime<Utc>>,
    /// What became of it.
    state: MessageState,
    /// Whether it reached its recipient.
    reached: bool,
    /// Why it was not sent.
    failure: Option<MessageFailure>,
    /// The customer's reaction to it.
    #[schema(example = "👍")]
    customer_reaction: Option<String>,
    /// The agent's reaction to it.
    #[schema(example = "👌")]
    agent_reaction: Option<String>,
}

impl Api {
    /// Returns the JSON bodies of messages of a ticket that is in this status.
    pub(in crate::api) async fn message_bodies(
        &self,
        messages: &[ConversationMessage],
        status: Status,
    ) -> Result<Vec<MessageBody>, StoreError> {
        let (mut names, mut bodies) = (HashMap::new(), Vec::with_capacity(messages.len()));
        for message in messages {
            if let Entry::Vacant(entry) = names.entry(message.author) {
                entry.insert(self.engine.name_of(message.author).await?);
            }
            let name = names.get(&message.author).cloned().flatten();
            let replied = self.engine.replied_to(message).await?;
            bodies.push(to_body(message, status, name, replied.map(|replied| replied.id.0)));
        }
        Ok(bodies)
    }

    /// Returns the JSON body of a message of a ticket that is in this status.
    pub(in crate::api) async fn message_body(
        &self,
        message: &ConversationMessage,
        status: Status,
    ) -> Result<MessageBody, StoreError> {
        let author = self.engine.name_of(message.author).await?;
        let replied = self.engine.replied_to(message).await?;
        Ok(to_body(message, status, author, replied.map(|replied| replied.id.0)))
    }
}

fn to_body(
    message: &ConversationMessage,
    status: Status,
    author_name: Option<String>,
    reply_to: Option<Uuid>,
) -> MessageBody {
    let content = &message.content;
    let (state, failure) = state_of(message, status);
    MessageBody {
        message_id: message.id.0,
        seq: message.seq,
        ticket_id: message.ticket.map(|ticket| ticket.0),
        version: message.version.0,
        direction: match message.direction {
            Direction::ToAgent => MessageDirection::Customer,
            Direction::ToCustomer => MessageDirection::Agent,
            Direction::Note => MessageDirection::Note,
        },
        author_id: message.author.0,
        author_name,
        text: content.text.text.clone(),
        entities: content.text.entities.iter().map(entity).collect(),
        kind: kind_name(content.kind.as_ref()),
        has_media: !content.file_id.is_empty(),
        reply_to,
        written_at: message.written_at,
        edited_at: message.edited_at,
        state,
        reached: state == MessageState::Delivered,
        failure,
        customer_reaction: message.reactions.customer.clone(),
        agent_reaction: message.reactions.agent.clone(),
    }
}

fn state_of(message: &ConversationMessage, status: Status) -> (MessageState, Option<MessageFailure>) {
    match message.relay {
        relay if relay.is_lost(message.direction, status) => {
            (MessageState::Failed, Some(MessageFailure::Ended))
        }
        Relay::Waiting => (MessageState::Waiting, None),
        Relay::Enqueued { .. } => (MessageState::Enqueued, None),
        Relay::Delivered { .. } => (MessageState::Delivered, None),
        Relay::Failed { reason } => (MessageState::Failed, Some(failure(reason))),
        Relay::Withdrawn { .. } => (MessageState::Withdrawn, None),
        Relay::Kept => (MessageState::Kept, None),
    }
}

fn failure(reason: RelayFailure) -> MessageFailure {
    match reason {
        RelayFailure::Unreachable => MessageFailure::Unreachable,
        RelayFailure::Refused => MessageFailure::Refused,
        RelayFailure::Unsupported => MessageFailure::Unsupported,
        RelayFailure::OutcomeUnknown => MessageFailure::OutcomeUnknown,
    }
}

/// Returns the name of a kind of content; `text` if there is only text.
pub(in crate::api) fn kind_name(kind: Option<&ContentKind>) -> String {
    match kind {
        None => "text".to_owned(),
        Some(ContentKind::Other(name)) => name.clone(),
        Some(kind) => variant_name(kind).0,
    }
}

fn entity(entity: &Entity) -> EntityBody {
    let (kind, value) = match &entity.kind {
        EntityKind::Other(name) => (name.clone(), None),
        kind => variant_name(kind),
    };
    EntityBody { kind, offset: entity.offset, length: entity.length, value }
}

/// Returns the name of an enum's variant as it is stored, and its first field as text.
fn variant_name(variant: &impl Serialize) -> (String, Option<String>) {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => (name, None),
        Ok(Value::Object(fields)) => {
            let Some((name, value)) = fields.into_iter().next() else { return Default::default() };
            let first = match value {
                Value::Array(values) => values.into_iter().next().unwrap_or_default(),
                value => value,
            };
            let text = match first {
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            (name, text)
        }
        _ => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_entities_have_the_names_of_telegram() {
        assert_eq!(kind_name(None), "text");
        assert_eq!(kind_name(Some(&ContentKind::VideoNote)), "video_note");
        assert_eq!(kind_name(Some(&ContentKind::Other("hologram".into()))), "hologram");
        for (kind, name, value) in [
            (EntityKind::Bold, "bold", None),
            (EntityKind::TextLink("https://x.example".into()), "text_link", Some("https://x.example")),
            (EntityKind::Pre(None), "pre", None),
            (EntityKind::TextMention(7), "text_mention", Some("7")),
            (EntityKind::DateTime(5, Some("wDT".into())), "date_time", Some("5")),
            (EntityKind::Other("blink".into()), "blink", None),
        ] {
            let body = entity(&Entity { offset: 0, length: 1, kind });
            assert_eq!((body.kind.as_str(), body.value.as_deref()), (name, value));
        }
    }
}
