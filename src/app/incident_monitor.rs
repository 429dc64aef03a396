//! Looks for incidents: every so often, and as soon as a department is left by its last agent or gets its first.
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

/// Whoever looks.
pub(super) struct IncidentMonitor {
    engine: Arc<Engine>,
    clock: Clock,
    feed: Receiver<Event>,
    /// How much of what happened has been taken from the feed.
    taken: u64,
    /// How much of it has been looked at.
    watched: Arc<AtomicU64>,
    /// The departments with agents at the last look.
    staffed: BTreeSet<DepartmentId>,
}

impl IncidentMonitor {
    pub(super) fn new(app: &App) -> Self {
        let (engine, watched) = (Arc::clone(&app.engine), Arc::clone(&app.watched));
        let (feed, taken) = (engine.feed(), engine.events_published());
        watched.store(u64::MAX, Ordering::SeqCst);
        Self { engine, clock: app.clock.clone(), feed, taken, watched, staffed: BTreeSet::new() }
    }

    pub(super) async fn run(mut self, every: Duration, end: CancellationToken) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                happening = self.feed.recv() => {
                    let (taken, of_agents) = match happening {
                        Ok(happening) => (1, matches!(happening, Event::Agent(_))),
                        Err(RecvError::Lagged(missed)) => (missed, true),
                        Err(RecvError::Closed) => return,
                    };
                    self.taken += taken;
                    if of_agents && self.engine.staffed() != self.staffed {
                        self.check().await;
                    }
                }
                _ = ticks.tick() => self.check().await,
                () = end.cancelled() => return,
            }
            self.watched.store(self.taken, Ordering::SeqCst);
        }
    }

    async fn check(&mut self) {
        // As it is from before the look on: what changes meanwhile is told on the feed.
        self.staffed = self.engine.staffed();
        if let Err(error) = self.engine.check_incidents(self.clock.now()).await {
            tracing::warn!(%error, "incidents can't be looked for now");
        }
    }
}
