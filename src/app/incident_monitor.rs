//! The incident monitor: checks for incidents at an interval, and at once when the last agent of a department
//! leaves or its first agent comes online.
use super::App;
use crate::clock::Clock;
use crate::domain::ids::DepartmentId;
use crate::engine::Engine;
use crate::engine::events::Event;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// The task that follows the feed and checks for incidents.
pub(super) struct IncidentMonitor {
    engine: Arc<Engine>,
    clock: Clock,
    feed: Receiver<Event>,
    /// How many events were received from the feed.
    received: u64,
    /// How many of them were processed; read by [`App::is_idle`].
    processed: Arc<AtomicU64>,
    /// The departments with agents online at the last check.
    staffed: BTreeSet<DepartmentId>,
}

impl IncidentMonitor {
    pub(super) fn new(app: &App) -> Self {
        let (engine, processed) = (Arc::clone(&app.engine), Arc::clone(&app.events_monitored));
        let (feed, received) = (engine.feed(), engine.events_published());
        processed.store(u64::MAX, Ordering::SeqCst);
        Self { engine, clock: app.clock.clone(), feed, received, processed, staffed: BTreeSet::new() }
    }

    /// Runs until `stop`.
    pub(super) async fn run(mut self, interval: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = self.feed.recv() => {
                    let (received, concerns_agents) = match event {
                        Ok(event) => (1, matches!(event, Event::Agent(_))),
                        Err(RecvError::Lagged(missed)) => (missed, true),
                        Err(RecvError::Closed) => return,
                    };
                    self.received += received;
                    if concerns_agents && self.engine.staffed_departments() != self.staffed {
                        self.check().await;
                    }
                }
                _ = ticks.tick() => self.check().await,
                () = stop.cancelled() => return,
            }
            self.processed.store(self.received, Ordering::SeqCst);
        }
    }

    async fn check(&mut self) {
        // Read before the check: a change during the check arrives as an event.
        self.staffed = self.engine.staffed_departments();
        if let Err(error) = self.engine.check_incidents(self.clock.now()).await {
            tracing::warn!(%error, "failed to check for incidents");
        }
    }
}
