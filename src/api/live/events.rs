//! What happens, as events for sockets: one task follows the engine's feed, reads what changed once, and hands it to every
//! socket. Sockets that can't keep up lose events and read everything afresh; the desk never waits for them.
use crate::api::Api;
use crate::api::json::agent::AgentState;
use crate::api::json::enums::TicketStatus;
use crate::api::json::ticket::TicketBody;
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
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

/// How many events a socket may be behind before it reads everything afresh.
const FEED_CAPACITY: usize = 1_024;
/// At most this often the queue is counted.
const STATS_INTERVAL: Duration = Duration::from_millis(200);
/// How long to wait after the store failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// One event, put into words once for all sockets.
#[derive(Debug, Clone)]
pub(in crate::api) enum LiveEvent {
    /// A ticket, at this version.
    Ticket {
        /// Whose business it is: its department's, and its holder's.
        department: DepartmentId,
        agent: Option<PersonId>,
        /// Who had it before: it may be their business no more.
        former: Option<PersonId>,
        ticket: TicketId,
        version: u64,
        /// `None` where the next event tells it.
        text: Option<Arc<str>>,
    },
    /// An agent. Everybody's business.
    Agent { agent: PersonId, text: Arc<str> },
    /// The queue in numbers, an incident. Everybody's business.
    Shared { text: Arc<str> },
    /// Something was lost: read everything afresh.
    Lost,
}

/// Where sockets listen.
#[derive(Debug)]
pub(in crate::api) struct LiveFeed {
    events: Sender<LiveEvent>,
    /// Cancelled when the desk closes.
    pub(in crate::api) closing: CancellationToken,
}

impl Default for LiveFeed {
    fn default() -> Self {
        Self { events: broadcast::channel(FEED_CAPACITY).0, closing: CancellationToken::new() }
    }
}

impl LiveFeed {
    /// Listens from now on.
    pub(in crate::api) fn listen(&self) -> Receiver<LiveEvent> {
        self.events.subscribe()
    }

    /// How many sockets listen.
    pub(in crate::api) fn sockets(&self) -> usize {
        self.events.receiver_count()
    }

    fn publish(&self, event: LiveEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }
}

/// A frame as sockets send it.
pub(in crate::api) fn frame(event: &str, data: &impl Serialize) -> Arc<str> {
    json!({"event": event, "data": data}).to_string().into()
}

impl Api {
    /// Turns what happens into events until `stop`; then sockets are closed.
    pub async fn run_live(self: Arc<Self>, stop: CancellationToken) {
        let mut feed = self.engine.feed();
        let mut count_at: Option<Instant> = None;
        loop {
            let stats_due = async {
                match count_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let told = tokio::select! {
                event = feed.recv() => {
                    count_at.get_or_insert(Instant::now() + STATS_INTERVAL);
                    match event {
                        Ok(event) => {
                            self.metrics.follow(event, self.clock.steady());
                            self.publish_event(event).await
                        }
                        Err(broadcast::error::RecvError::Lagged(_)) => {
                            self.metrics.lose_track();
                            self.live.publish(LiveEvent::Lost);
                            Ok(())
                        }
                        Err(broadcast::error::RecvError::Closed) => break,
                    }
                }
                () = stats_due => {
                    count_at = None;
                    self.publish_stats().await
                }
                () = stop.cancelled() => break,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "an event could not be told; sockets start afresh");
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
            Event::Released { ticket, agent, .. } => (Some((ticket, "ticket_completed")), [agent, None]),
            Event::Agent(agent) => (None, [Some(agent), None]),
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
        let body = self.body(&ticket).await?;
        self.live.publish(LiveEvent::Ticket {
            department: ticket.department,
            agent: body.assigned_agent.map(PersonId),
            former,
            ticket: id,
            version: body.version,
            text: named(event, &body).map(|event| frame(event, &body)),
        });
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

    /// An agent as the store has them: while a round plans, the roster is ahead of it.
    async fn agent_state(&self, agent: PersonId) -> Result<Option<AgentState>, StoreError> {
        let Some(seat) = self.engine.seat(agent) else { return Ok(None) };
        let departments = self.engine.store().departments().await?;
        let held = self.engine.store().held_by(agent).await?.len();
        Ok(Some(AgentState::of(&seat, u16::try_from(held).unwrap_or(u16::MAX), &departments)))
    }
}

/// What an event is called, by what the ticket has come to since. `None` where the next event tells more.
fn named<'a>(event: &'a str, body: &TicketBody) -> Option<&'a str> {
    match (event, body.status) {
        ("ticket_completed", TicketStatus::Completed) => Some(event),
        ("ticket_completed", TicketStatus::Cancelled) => Some("ticket_updated"),
        // It went back to the queue, or on to somebody: that is told by an event of its own.
        ("ticket_completed", _) => None,
        _ => Some(event),
    }
}

/// Whose business tickets are: nobody else's than those departments', and one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) enum Scope {
    /// Everything: an admin.
    All,
    /// These departments, and what this agent holds.
    Some(BTreeSet<DepartmentId>, PersonId),
}

impl Scope {
    pub(in crate::api) fn holds(&self, department: DepartmentId, agent: Option<PersonId>) -> bool {
        match self {
            Self::All => true,
            Self::Some(departments, me) => departments.contains(&department) || agent == Some(*me),
        }
    }
}
