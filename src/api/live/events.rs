//! The live feed: one task follows the engine's feed, reads each changed record once, and broadcasts it to
//! all sockets. A socket that falls behind loses events and gets a new snapshot; the desk never waits for it.
use crate::api::Api;
use crate::api::http::person_permits::PersonPermits;
use crate::api::json::agent::AgentState;
use crate::api::json::enums::TicketStatus;
use crate::api::json::ticket::TicketBody;
use crate::domain::ids::{DepartmentId, MessageId, PersonId, TicketId};
use crate::engine::events::Event;
use crate::engine::ports::StoreError;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// How many events a socket may be behind before it needs a new snapshot.
const FEED_CAPACITY: usize = 1_024;
/// The shortest interval between two queue counts.
const STATS_INTERVAL: Duration = Duration::from_millis(200);
/// How long to wait after the store failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// One event, serialized once for all sockets.
#[derive(Debug, Clone)]
pub(in crate::api) enum LiveEvent {
    /// A ticket, at this version.
    Ticket {
        /// Agents of this department receive it.
        department: DepartmentId,
        /// The agent who holds or completed it; they receive it, too.
        agent: Option<PersonId>,
        /// The agent who held it before, and may not see it any more.
        former: Option<PersonId>,
        ticket: TicketId,
        version: u64,
        /// `None` if the next event describes the change.
        text: Option<Arc<str>>,
    },
    /// A message of a ticket's conversation.
    Message {
        /// Agents of the ticket's department receive it.
        department: DepartmentId,
        /// The agent who holds or completed the ticket; they receive it, too.
        agent: Option<PersonId>,
        text: Arc<str>,
    },
    /// An agent's state, for all sockets.
    Agent { agent: PersonId, text: Arc<str> },
    /// Queue statistics, an alert or a department, for all sockets.
    Shared { text: Arc<str> },
    /// Events were lost; sockets need a new snapshot.
    Lost,
}

/// How many sockets a person may have open: many pages on several devices.
const MAX_SOCKETS_PER_PERSON: usize = 50;

/// The broadcast of events to sockets.
#[derive(Debug)]
pub(in crate::api) struct LiveFeed {
    events: Sender<LiveEvent>,
    /// The open sockets of each person.
    pub(super) permits: PersonPermits,
    /// Cancelled when the desk shuts down.
    pub(in crate::api) closing: CancellationToken,
}

impl Default for LiveFeed {
    fn default() -> Self {
        Self {
            events: broadcast::channel(FEED_CAPACITY).0,
            permits: PersonPermits::new(MAX_SOCKETS_PER_PERSON),
            closing: CancellationToken::new(),
        }
    }
}

impl LiveFeed {
    /// Subscribes to the events from now on.
    pub(in crate::api) fn subscribe(&self) -> Receiver<LiveEvent> {
        self.events.subscribe()
    }

    /// Returns how many sockets are subscribed.
    pub(in crate::api) fn sockets(&self) -> usize {
        self.events.receiver_count()
    }

    fn publish(&self, event: LiveEvent) {
        // `send` errors only without subscribers.
        let _ = self.events.send(event);
    }
}

/// A frame that a socket sends.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Frame<T> {
    /// What happened.
    #[schema(example = "snapshot")]
    event: String,
    /// The state after it.
    data: T,
}

/// Returns the text of a frame.
pub(in crate::api) fn frame(event: &str, data: &impl Serialize) -> Arc<str> {
    json!(Frame { event: event.to_owned(), data }).to_string().into()
}

impl Api {
    /// Publishes the events of the engine until `stop`, then closes the sockets.
    pub async fn run_live(self: Arc<Self>, stop: CancellationToken) {
        let mut feed = self.engine.feed();
        let mut stats_at: Option<Instant> = None;
        loop {
            let stats_due = async {
                match stats_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let published = tokio::select! {
                event = feed.recv() => {
                    stats_at.get_or_insert(Instant::now() + STATS_INTERVAL);
                    match event {
                        Ok(event) => {
                            self.metrics.observe_event(event, self.clock.steady());
                            self.publish_event(event).await
                        }
                        Err(broadcast::error::RecvError::Lagged(_)) => {
                            self.metrics.reset_latency();
                            self.live.publish(LiveEvent::Lost);
                            Ok(())
                        }
                        Err(broadcast::error::RecvError::Closed) => break,
                    }
                }
                () = stats_due => {
                    stats_at = None;
                    self.publish_stats().await
                }
                () = stop.cancelled() => break,
            };
            if let Err(error) = published {
                tracing::warn!(%error, "failed to publish event; sockets get a new snapshot");
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => break }
                self.live.publish(LiveEvent::Lost);
            }
        }
        self.live.closing.cancel();
    }

    async fn publish_event(&self, event: Event) -> Result<(), StoreError> {
        if self.live.events.receiver_count() == 0 {
            return Ok(());
        }
        let (ticket, agents) = match event {
            Event::Queued { ticket, .. } => (Some((ticket, "ticket_queued")), [None, None]),
            Event::Assigned { ticket, agent, from, .. } => {
                (Some((ticket, "ticket_assigned")), [Some(agent), from])
            }
            Event::Updated { ticket, .. } => (Some((ticket, "ticket_updated")), [None, None]),
            Event::Ended { ticket, agent, .. } => (Some((ticket, "ticket_completed")), [agent, None]),
            Event::Released { ticket, agent } => (Some((ticket, "ticket_released")), [Some(agent), None]),
            Event::Relocated { .. } | Event::Naming => (None, [None, None]),
            Event::Agent(agent) => (None, [Some(agent), None]),
            Event::Message { ticket, message, is_new } => {
                let event = if is_new { "message_created" } else { "message_updated" };
                return self.publish_message(ticket, message, event).await;
            }
            Event::Department(id) => return self.publish_department(id).await,
            Event::Alert { alert, over } => {
                let text = frame("alert", &self.alert_body(alert, over).await);
                self.live.publish(LiveEvent::Shared { text });
                return Ok(());
            }
        };
        if let Some((ticket, event)) = ticket {
            let [agent, from] = agents;
            let former = if event == "ticket_assigned" { from } else { agent };
            self.publish_ticket(ticket, event, former).await?;
        }
        for agent in agents.into_iter().flatten().collect::<BTreeSet<_>>() {
            self.publish_agent(agent).await?;
        }
        Ok(())
    }

    async fn publish_ticket(
        &self,
        id: TicketId,
        event: &str,
        former: Option<PersonId>,
    ) -> Result<(), StoreError> {
        let Some(ticket) = self.engine.store().ticket(id).await? else { return Ok(()) };
        let body = self.ticket_body(&ticket).await?;
        self.live.publish(LiveEvent::Ticket {
            department: ticket.department,
            agent: body.assigned_agent.map(PersonId),
            former,
            ticket: id,
            version: body.version,
            text: frame_event(event, &body).map(|event| frame(event, &body)),
        });
        Ok(())
    }

    async fn publish_message(
        &self,
        ticket: TicketId,
        message: MessageId,
        event: &str,
    ) -> Result<(), StoreError> {
        let store = self.engine.store();
        let (Some(ticket), Some(message)) = (store.ticket(ticket).await?, store.message(message).await?)
        else {
            return Ok(());
        };
        let text = frame(event, &self.message_body(&message, ticket.status()).await?);
        let (department, agent) = (ticket.department, ticket.agent());
        self.live.publish(LiveEvent::Message { department, agent, text });
        Ok(())
    }

    async fn publish_department(&self, id: DepartmentId) -> Result<(), StoreError> {
        let departments = self.engine.store().departments().await?;
        if let Some(department) = departments.iter().find(|department| department.id == id) {
            let text = frame("department_changed", &self.department_body(department));
            self.live.publish(LiveEvent::Shared { text });
        }
        Ok(())
    }

    async fn publish_agent(&self, agent: PersonId) -> Result<(), StoreError> {
        let text = match self.agent_state(agent).await? {
            Some(state) => frame("agent_status", &state),
            None => frame("agent_status", &json!({"agent_id": agent, "removed": true})),
        };
        self.live.publish(LiveEvent::Agent { agent, text });
        Ok(())
    }

    async fn publish_stats(&self) -> Result<(), StoreError> {
        if self.live.events.receiver_count() > 0 {
            let departments = self.engine.store().departments().await?;
            let stats = self.queue_stats(&self.engine.seats(), &departments).await?;
            self.live.publish(LiveEvent::Shared { text: frame("queue_stats", &stats) });
        }
        Ok(())
    }

    /// Returns an agent's state with the tickets that the store has. While a round plans, the roster is ahead
    /// of the store.
    async fn agent_state(&self, agent: PersonId) -> Result<Option<AgentState>, StoreError> {
        let Some(seat) = self.engine.seat(agent) else { return Ok(None) };
        let departments = self.engine.store().departments().await?;
        let held = self.engine.store().held_by(agent).await?.len();
        let held = u16::try_from(held).unwrap_or(u16::MAX);
        Ok(Some(AgentState::of(&seat, held, &departments, self.engine.config().zone)))
    }
}

/// Returns the event of a frame, by the ticket's current status. `None` if the next event describes the
/// change.
fn frame_event<'a>(event: &'a str, body: &TicketBody) -> Option<&'a str> {
    match (event, body.status) {
        ("ticket_completed", TicketStatus::Completed) => Some(event),
        ("ticket_completed", TicketStatus::Cancelled) => Some("ticket_updated"),
        // The ticket was reopened meanwhile or went back to the queue, which publishes its own event.
        ("ticket_completed" | "ticket_released", _) => None,
        _ => Some(event),
    }
}

/// The tickets that a person may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) enum Scope {
    /// All tickets, for an admin.
    All,
    /// The tickets of these departments, and those that this agent holds.
    Some(BTreeSet<DepartmentId>, PersonId),
}

impl Scope {
    /// Returns whether a ticket of this department and agent is in the scope.
    pub(in crate::api) fn includes(&self, department: DepartmentId, agent: Option<PersonId>) -> bool {
        match self {
            Self::All => true,
            Self::Some(departments, person) => departments.contains(&department) || agent == Some(*person),
        }
    }
}
