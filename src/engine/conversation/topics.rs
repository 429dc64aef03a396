//! Upkeep of topics: they are renamed as their tickets change, and deleted some time after the agent has let
//! the ticket go.
use crate::domain::Time;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::notice::{Message, Outgoing};
use crate::domain::policy::Settings;
use crate::domain::ticket::topic::Topic;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use chrono::TimeDelta;

/// The most topics that one sweep deletes.
const MAX_DELETED_TOPICS: usize = 100;

impl Engine {
    /// Enqueues the upkeep of the topics of these tickets in these agents' chats.
    pub async fn refresh_topics(
        &self,
        places: &[(TicketId, PersonId)],
        now: Time,
    ) -> Result<(), EngineError> {
        let mut topics = Vec::new();
        for (ticket, agent) in places {
            topics.extend(self.store.topic(*ticket, *agent).await?);
        }
        let upkeep = |topic: Topic| Message::Topic { ticket: topic.ticket, agent: topic.agent };
        self.enqueue_for(topics, upkeep, now).await
    }

    /// Enqueues the upkeep of all topics that are not closed, after a start or when events were missed.
    pub async fn refresh_all_topics(&self, now: Time) -> Result<(), EngineError> {
        let upkeep = |topic: Topic| Message::Topic { ticket: topic.ticket, agent: topic.agent };
        self.enqueue_for(self.store.active_topics().await?, upkeep, now).await
    }

    /// Enqueues the deletion of topics that were closed long enough ago.
    pub(in crate::engine) async fn sweep_topics(
        &self,
        settings: &Settings,
        now: Time,
    ) -> Result<(), EngineError> {
        let kept = TimeDelta::from_std(settings.topic_retention).unwrap_or(TimeDelta::MAX);
        let Some(before) = now.checked_sub_signed(kept) else { return Ok(()) };
        let topics = self.store.closed_topics(before, MAX_DELETED_TOPICS).await?;
        let deletion = |topic: Topic| Message::DeleteTopic { ticket: topic.ticket, agent: topic.agent };
        self.enqueue_for(topics, deletion, now).await
    }

    async fn enqueue_for(
        &self,
        topics: Vec<Topic>,
        message: impl Fn(Topic) -> Message,
        now: Time,
    ) -> Result<(), EngineError> {
        if topics.is_empty() {
            return Ok(());
        }
        let out = topics.into_iter().map(|topic| Outgoing { chat: topic.chat, message: message(topic) });
        self.store.enqueue(out.collect(), now).await?;
        self.wake_outbox();
        Ok(())
    }
}
