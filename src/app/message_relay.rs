//! The message relay: brings the messages that wait for an agent to whoever gets their ticket.
use super::App;
use crate::clock::Clock;
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

/// How long to wait after the store failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The task that follows the feed and relays what is due.
pub(super) struct MessageRelay {
    engine: Arc<Engine>,
    feed: Receiver<Event>,
    /// How many events were received from the feed.
    received: u64,
    /// How many of them were processed; read by [`App::is_idle`].
    processed: Arc<AtomicU64>,
    /// True if nobody knows which tickets were assigned: after a start, and after a gap in the feed.
    must_catch_up: bool,
    clock: Clock,
    /// The topics whose tickets changed.
    topics: BTreeSet<(TicketId, PersonId)>,
}

impl MessageRelay {
    pub(super) fn new(app: &App) -> Self {
        let (engine, processed) = (Arc::clone(&app.engine), Arc::clone(&app.events_relayed));
        let (feed, received) = (engine.feed(), engine.events_published());
        processed.store(u64::MAX, Ordering::SeqCst);
        Self {
            engine,
            feed,
            received,
            processed,
            must_catch_up: true,
            clock: app.clock.clone(),
            topics: BTreeSet::new(),
        }
    }

    /// Runs until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        loop {
            let served = tokio::select! { served = self.step() => served, () = stop.cancelled() => return };
            match served {
                Ok(true) => self.processed.store(self.received, Ordering::SeqCst),
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "failed to relay waiting messages");
                    self.must_catch_up = true;
                    tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => return }
                }
            }
        }
    }

    /// Serves the events that are in the feed; waits for one if there is nothing to catch up with. Returns
    /// false when the engine is gone.
    async fn step(&mut self) -> Result<bool, EngineError> {
        let mut assigned = BTreeSet::new();
        if !self.must_catch_up {
            match self.feed.recv().await {
                Ok(event) => self.receive(event, &mut assigned),
                Err(RecvError::Lagged(missed)) => self.miss(missed),
                Err(RecvError::Closed) => return Ok(false),
            }
        }
        loop {
            match self.feed.try_recv() {
                Ok(event) => self.receive(event, &mut assigned),
                Err(TryRecvError::Lagged(missed)) => self.miss(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if self.must_catch_up {
            self.engine.relay_all_due().await?;
            self.engine.refresh_all_topics(self.clock.now()).await?;
            self.topics.clear();
            self.must_catch_up = false;
        } else {
            self.engine.relay_due(&assigned.into_iter().collect::<Vec<_>>()).await?;
            let topics: Vec<_> = std::mem::take(&mut self.topics).into_iter().collect();
            self.engine.refresh_topics(&topics, self.clock.now()).await?;
        }
        Ok(true)
    }

    fn receive(&mut self, event: Event, assigned: &mut BTreeSet<crate::domain::ids::TicketId>) {
        self.received += 1;
        match event {
            Event::Assigned { ticket, agent, from, .. } => {
                assigned.insert(ticket);
                self.topics.extend(from.into_iter().chain([agent]).map(|agent| (ticket, agent)));
            }
            Event::Ended { ticket, agent: Some(agent), .. }
            | Event::Released { ticket, agent }
            | Event::Updated { ticket, agent } => {
                self.topics.insert((ticket, agent));
            }
            _ => {}
        }
    }

    fn miss(&mut self, missed: u64) {
        self.received += missed;
        self.must_catch_up = true;
    }
}
