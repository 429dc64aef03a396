//! Composition in topics: what is about a ticket goes to the ticket's topic in the chat of its agent.
use super::Composer;
use crate::bot::render::{self, Localizer};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::notice::{Message, Notice, RelayPart};
use crate::domain::ticket::conversation::Direction;
use crate::domain::ticket::topic::Topic;
use crate::domain::ticket::{Status, Ticket};
use crate::engine::ports::StoreError;
use crate::outbox::{TelegramAction, TopicAction};

/// Number of messages among which the customer's last one is looked for.
const MAX_RECENT_MESSAGES: usize = 50;

impl Composer {
    /// Returns the action in the topic of its ticket. If the ticket has none yet, the action creates it first.
    pub(super) async fn in_topic(
        &self,
        chat: ChatId,
        message: &Message,
        action: TelegramAction,
        now: Time,
    ) -> Result<TelegramAction, StoreError> {
        if !self.topics.is_enabled() || action.is_idempotent() {
            return Ok(action);
        }
        let store = self.engine.store();
        if let Some(ticket) = self.customers_ticket_in(message).await? {
            return Ok(match self.customer_thread(chat, ticket).await? {
                Some(thread) => TelegramAction::InThread(thread, Box::new(action)),
                None => action,
            });
        }
        // A card that was asked for in another topic goes to its own all the same.
        let ticket = self.ticket_in(message.inner()).await?;
        let (Some(id), Some(person)) = (ticket, store.recipient(chat).await?) else { return Ok(action) };
        if let Some(topic) = store.topic(id, person.id).await? {
            let action = match action {
                TelegramAction::InThread(_, action) => action,
                action => Box::new(action),
            };
            return Ok(TelegramAction::InThread(topic.thread, action));
        }
        let ticket = store.ticket(id).await?.filter(|ticket| ticket.holder() == Some(person.id));
        let Some(ticket) = ticket.filter(|_| self.topics.may_create(chat, now)) else { return Ok(action) };
        let name = self.topic_name(&ticket, person.id, &self.localizer(Some(&person), now)).await?;
        let topic = Topic { ticket: id, agent: person.id, chat, thread: 0, name, closed_at: None };
        Ok(TelegramAction::Topic(TopicAction::Create(topic), Some(Box::new(action))))
    }

    /// Returns the ticket that a message to its customer is about: words of an agent, or the card of the ticket that
    /// the desk sends anew. An answer to the customer goes to where they asked.
    async fn customers_ticket_in(&self, message: &Message) -> Result<Option<TicketId>, StoreError> {
        let card = match message {
            Message::Relay { part, to_agent: false } => {
                return Ok(match part {
                    RelayPart::Message(id) => {
                        self.engine.store().message(*id).await?.and_then(|message| message.ticket)
                    }
                    RelayPart::AlbumHeader(ticket, _) | RelayPart::Album(ticket, _) => Some(*ticket),
                    RelayPart::Edit(_) | RelayPart::Withdraw(_) => None,
                });
            }
            Message::Notice(notice) => notice.card(),
            Message::Refresh(card) | Message::Redraw { card, .. } => Some(*card),
            _ => None,
        };
        Ok(match card {
            Some(CardKey::Status(ticket)) => Some(ticket),
            _ => None,
        })
    }

    /// Returns the topic of the customer's chat from which they wrote last about the ticket, or else sent it.
    async fn customer_thread(&self, chat: ChatId, ticket: TicketId) -> Result<Option<i32>, StoreError> {
        let store = self.engine.store();
        let recent = store.conversation(ticket, None, MAX_RECENT_MESSAGES).await?;
        let written = recent.into_iter().rev().find(|message| {
            message.direction == Direction::ToAgent && message.source.is_some_and(|place| place.chat == chat)
        });
        if let Some(message) = written {
            return Ok(message.thread);
        }
        let ticket = store.ticket(ticket).await?.filter(|ticket| ticket.customer_chat == chat);
        Ok(ticket.and_then(|ticket| ticket.description.thread))
    }

    /// Returns the ticket that a message to its agent is about.
    async fn ticket_in(&self, message: &Message) -> Result<Option<TicketId>, StoreError> {
        let of_message = match message {
            Message::Card(CardKey::Task(ticket, _))
            | Message::Refresh(CardKey::Task(ticket, _))
            | Message::Redraw { card: CardKey::Task(ticket, _), .. } => return Ok(Some(*ticket)),
            Message::Notice(
                Notice::NewTask { ticket, .. }
                | Notice::TaskResumed { ticket, .. }
                | Notice::TaskNudged { ticket, .. }
                | Notice::TaskPassedOn { ticket }
                | Notice::DescriptionPart { ticket, .. }
                | Notice::File { ticket, .. }
                | Notice::Album { ticket, .. }
                | Notice::TaskCancelled { ticket }
                | Notice::TaskWithdrawn { ticket, .. }
                | Notice::CustomerUnreachable { ticket }
                | Notice::PartUndelivered { ticket },
            )
            | Message::Relay {
                part: RelayPart::AlbumHeader(ticket, _) | RelayPart::Album(ticket, _),
                to_agent: true,
            } => {
                return Ok(Some(*ticket));
            }
            Message::Relay { part: RelayPart::Message(id), to_agent: true }
            | Message::Notice(
                Notice::MessageFailed { message: id } | Notice::ReactedLikeMark { message: id },
            ) => *id,
            _ => return Ok(None),
        };
        Ok(self.engine.store().message(of_message).await?.and_then(|message| message.ticket))
    }

    /// Returns the action that brings a topic's name up to date and closes it if the agent let the ticket go.
    pub(super) async fn topic_upkeep(
        &self,
        (id, agent): (TicketId, PersonId),
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let store = self.engine.store();
        let (Some(before), Some(ticket)) = (store.topic(id, agent).await?, store.ticket(id).await?) else {
            return Ok(TelegramAction::Nothing);
        };
        let is_held = ticket.holder() == Some(agent);
        let closed_at = if is_held { None } else { before.closed_at.or(Some(localizer.now)) };
        let name = match self.topic_name(&ticket, agent, localizer).await? {
            name if is_held || ticket.status() == Status::Completed => name,
            _ => before.name.clone(),
        };
        if name == before.name && closed_at == before.closed_at {
            return Ok(TelegramAction::Nothing);
        }
        let is_renamed = name != before.name;
        let topic = Topic { name, closed_at, ..before };
        Ok(TelegramAction::Topic(TopicAction::Rename { topic, is_renamed }, None))
    }

    /// Returns the action that deletes a topic, unless the agent holds the ticket again.
    pub(super) async fn topic_deletion(
        &self,
        (id, agent): (TicketId, PersonId),
    ) -> Result<TelegramAction, StoreError> {
        let store = self.engine.store();
        let is_held = store.ticket(id).await?.is_some_and(|ticket| ticket.holder() == Some(agent));
        let topic = store.topic(id, agent).await?.filter(|topic| !is_held && topic.closed_at.is_some());
        Ok(topic.map_or(TelegramAction::Nothing, |topic| {
            TelegramAction::Topic(TopicAction::Delete(topic.thread), None)
        }))
    }

    async fn topic_name(
        &self,
        ticket: &Ticket,
        agent: PersonId,
        localizer: &Localizer<'_>,
    ) -> Result<String, StoreError> {
        let view = self.views.ticket(ticket, agent).await?;
        // The agent's slot: unlike the position in their queue it stays, so that other topics keep their names.
        let slot = ticket.hold().map(|hold| hold.slot.0 + 1);
        Ok(render::topic_name(localizer, slot, &self.name(ticket.customer).await?, &view))
    }
}
