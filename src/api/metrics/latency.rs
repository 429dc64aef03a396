//! How long tickets wait, and how long the desk itself takes to assign one. Told from the feed: an assignment became possible
//! when the ticket was waiting and its agent ready, at the later of the two.
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::events::Event;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many waiting tickets are remembered; the wait of those beyond is not measured.
const MAX_TRACKED_TICKETS: usize = 100_000;

pub(super) struct Latency {
    waits: Histogram,
    assignments: Histogram,
    since: Mutex<Since>,
}

#[derive(Default)]
struct Since {
    /// When each ticket began to wait.
    waiting: HashMap<TicketId, Duration>,
    /// When each agent last came to have room.
    ready: HashMap<PersonId, Duration>,
}

impl Default for Latency {
    fn default() -> Self {
        Self {
            waits: Histogram::new([
                0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0,
            ]),
            assignments: super::seconds(),
            since: Mutex::default(),
        }
    }
}

impl Latency {
    pub(super) fn follow(&self, happening: Event, now: Duration) {
        let mut since = self.since();
        match happening {
            Event::Queued { ticket, .. } if since.waiting.len() < MAX_TRACKED_TICKETS => {
                since.waiting.entry(ticket).or_insert(now);
            }
            Event::Assigned { ticket, agent, from, .. } => {
                let waited = since.waiting.remove(&ticket);
                if let Some(waited) = waited {
                    self.waits.observe(now.saturating_sub(waited).as_secs_f64());
                }
                if from.is_none()
                    && let Some(possible) = waited.max(since.ready.get(&agent).copied())
                {
                    self.assignments.observe(now.saturating_sub(possible).as_secs_f64());
                }
            }
            Event::Released { ticket, agent, .. } => {
                since.waiting.remove(&ticket);
                since.ready.extend(agent.map(|agent| (agent, now)));
            }
            Event::Agent(agent) => {
                since.ready.insert(agent, now);
            }
            Event::Queued { .. } | Event::Updated { .. } | Event::Alert { .. } => {}
        }
    }

    pub(super) fn forget(&self) {
        *self.since() = Since::default();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "How long tickets waited until an agent had them";
        registry.register("queue_wait_seconds", help, self.waits.clone());
        let help = "How long the desk took to assign once ticket and agent were ready";
        registry.register("assignment_seconds", help, self.assignments.clone());
    }

    fn since(&self) -> MutexGuard<'_, Since> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
