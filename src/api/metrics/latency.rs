//! Latency of assignments, measured from the feed: how long a ticket waits, and how long the desk takes to
//! assign it. An assignment becomes possible when the ticket waits and its agent is ready, at the later of
//! the two times.
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::events::Event;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many waiting tickets are tracked; the wait of further tickets is not measured.
const MAX_TRACKED_TICKETS: usize = 100_000;

pub(super) struct Latency {
    waits: Histogram,
    assignments: Histogram,
    tracked: Mutex<Tracked>,
}

#[derive(Default)]
struct Tracked {
    /// The steady time at which each ticket began to wait.
    waiting: HashMap<TicketId, Duration>,
    /// The steady time at which each agent last got a free slot.
    ready: HashMap<PersonId, Duration>,
}

impl Default for Latency {
    fn default() -> Self {
        Self {
            waits: Histogram::new([
                0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0,
            ]),
            assignments: super::seconds_histogram(),
            tracked: Mutex::default(),
        }
    }
}

impl Latency {
    pub(super) fn observe(&self, event: Event, now: Duration) {
        let mut tracked = self.tracked();
        match event {
            Event::Queued { ticket, .. } if tracked.waiting.len() < MAX_TRACKED_TICKETS => {
                tracked.waiting.entry(ticket).or_insert(now);
            }
            Event::Assigned { ticket, agent, from, .. } => {
                let waited = tracked.waiting.remove(&ticket);
                if let Some(waited) = waited {
                    self.waits.observe(now.saturating_sub(waited).as_secs_f64());
                }
                if from.is_none()
                    && let Some(possible) = waited.max(tracked.ready.get(&agent).copied())
                {
                    self.assignments.observe(now.saturating_sub(possible).as_secs_f64());
                }
            }
            Event::Ended { ticket, .. }
            | Event::Released { ticket, .. }
            | Event::Relocated { ticket, .. } => {
                tracked.waiting.remove(&ticket);
                tracked.ready.extend(event.agents().map(|agent| (agent, now)));
            }
            Event::Agent(agent) => {
                tracked.ready.insert(agent, now);
            }
            Event::Queued { .. }
            | Event::Updated { .. }
            | Event::Message { .. }
            | Event::Department(_)
            | Event::Naming
            | Event::Alert { .. } => {}
        }
    }

    pub(super) fn reset(&self) {
        *self.tracked() = Tracked::default();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "How long tickets waited until an agent had them";
        registry.register("queue_wait_seconds", help, self.waits.clone());
        let help = "How long the desk took to assign once ticket and agent were ready";
        registry.register("assignment_seconds", help, self.assignments.clone());
    }

    fn tracked(&self) -> MutexGuard<'_, Tracked> {
        self.tracked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
