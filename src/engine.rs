//! Ticket engine: the operations that people and programs call. An operation reads what it needs,
//! plans with pure functions and commits a conditional write. After a lost race it reads and plans again.
//!
//! | module | content |
//! |---|---|
//! | `ports` | traits of the back ends, and the change that a commit takes |
//! | `assignment` | planner and roster (pure), rounds, pending work |
//! | `tickets` | operations on tickets: open, steps, reassign, priority |
//! | `agents` | availability, heartbeats, membership; presence policy (pure) and monitor |
//! | `conversation` | messages of customer and agent, and their relay |
//! | `people`, `sessions`, `departments`, `canned_replies`, `settings` | operations on these records |
//! | `dead_letters`, `undelivered` | what was given up: lists, retries, notices |
//! | `queries`, `statistics` | reads for clients that show the desk |
//! | `events` | in-process feed of committed changes |
//! | `replicas` | signals between several engines on one store |
//! | `incidents` | conditions, incidents, and their announcement |
//! | `sweep` | periodic check for lost wake-ups and lost presence |
//! | `random`, `error` | ids, codes and numbers; the error type |
pub mod agents;
pub mod assignment;
pub mod canned_replies;
pub mod conversation;
mod dead_letters;
pub mod departments;
pub mod error;
pub mod events;
pub mod incidents;
pub mod people;
pub mod ports;
pub mod queries;
pub mod random;
pub mod replicas;
pub mod sessions;
pub mod settings;
pub mod statistics;
pub mod sweep;
pub mod tickets;
mod undelivered;

use crate::domain::ids::{TelegramId, TicketId};
use crate::domain::person::Locale;
use crate::domain::policy::Strategy;
use assignment::pending_work::PendingWork;
use assignment::roster::Roster;
use chrono::TimeDelta;
use chrono_tz::Tz;
use error::EngineError;
use events::Event;
use ports::{Change, CommitError, Committed, Presence, Store};
use random::Random;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// Number of events by which a slow receiver of the feed may lag before it loses some.
const FEED_CAPACITY: usize = 4_096;
/// Number of attempts of an operation that loses its races, before it gives up. With 64 claimers of one
/// record each round of attempts has one winner, so this is ample for all of them.
const MAX_ATTEMPTS: u32 = 128;

/// Configuration of the engine.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The time zone of ticket numbers.
    pub zone: Tz,
    /// The language of people whose own language the desk does not have.
    pub default_locale: Locale,
    /// The people who are admins whatever the store says (`ADMIN_IDS`).
    pub admin_ids: Vec<TelegramId>,
    /// The TTL of a presence record after its last heartbeat (`AGENT_STATUS_TTL`).
    pub presence_ttl: Duration,
    /// How long a released ticket stays away from its former holder, if no other agent takes it.
    pub return_delay: TimeDelta,
}

/// Counters of events that should be rare.
#[derive(Debug, Default)]
pub struct FaultCounters {
    /// Tickets that the sweep found waiting although an agent was ready; each means a lost wake-up.
    pub sweep_finds: AtomicU64,
    /// Writes that lost a race and were planned again.
    pub conflicts: AtomicU64,
    /// Attempts to send a webhook that failed.
    pub webhook_failures: AtomicU64,
    /// Webhooks that were given up.
    pub dead_webhooks: AtomicU64,
    /// Tickets that their customers reopened.
    pub reopened: AtomicU64,
}

/// The engine. One per process; any number of processes may share a store.
pub struct Engine {
    store: Arc<dyn Store>,
    presence: Arc<dyn Presence>,
    config: EngineConfig,
    roster: Mutex<Roster>,
    random: Mutex<Random>,
    pending_work: Mutex<PendingWork>,
    /// Number of guards that are about to reload uncertain agents.
    reloading: AtomicUsize,
    /// Number of running assigners: at most one except in tests.
    assigners: AtomicUsize,
    /// Number of handlers that defer rounds.
    deferring: AtomicUsize,
    wake: Notify,
    deliveries: Notify,
    webhook_signal: Notify,
    /// Notified when an update is pending again.
    updates: Notify,
    /// Serialises rounds: two at once would only plan the same tickets twice. A change that puts a ticket
    /// back into the queue, or makes an agent ineligible, also takes the lock and so falls between two
    /// rounds. Within a round it could fail the assignment of the oldest ticket, and all tickets behind it
    /// would wait for the next batch. Changes of other replicas can still fall within a round. An immediate
    /// assignment waits for no round, because the store checks that its ticket is first in the queue.
    round: tokio::sync::Mutex<()>,
    /// Read-locked by an immediate assignment, write-locked by changes that people make between two rounds.
    immediate_assignment: tokio::sync::RwLock<()>,
    feed: broadcast::Sender<Event>,
    published: AtomicU64,
    /// The announced incidents.
    incident_state: tokio::sync::Mutex<incidents::IncidentState>,
    /// Counts of heartbeats.
    heartbeat_window: Mutex<incidents::HeartbeatWindow>,
    /// Signals for the other replicas, if there are any.
    signal_buffer: Option<replicas::SignalBuffer>,
    /// The departments with tickets that wait until they may return to a former holder.
    returns: Mutex<assignment::returns::Returns>,
    /// Tickets whose holders had no seat at the last load of the roster.
    orphaned: Mutex<Vec<TicketId>>,
    /// Which departments are open, as the cards of waiting tickets show.
    in_hours: Mutex<departments::DepartmentsInHours>,
    /// Since when signs of activity are received.
    observation_window: Mutex<agents::observation_window::ObservationWindow>,
    /// Keep the messages of each ticket in order.
    conversation_locks: conversation::ConversationLocks,
    /// Counters of events that should be rare.
    pub faults: FaultCounters,
}

impl Engine {
    /// Returns an engine over these ports. [`Engine::start`] must be called before any other function.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        presence: Arc<dyn Presence>,
        config: EngineConfig,
        random: Random,
    ) -> Self {
        store.set_time_zone(config.zone);
        Self {
            store,
            presence,
            roster: Mutex::new(Roster::new(Strategy::default(), config.return_delay)),
            config,
            random: Mutex::new(random),
            pending_work: Mutex::default(),
            reloading: AtomicUsize::new(0),
            assigners: AtomicUsize::new(0),
            deferring: AtomicUsize::new(0),
            wake: Notify::new(),
            deliveries: Notify::new(),
            webhook_signal: Notify::new(),
            updates: Notify::new(),
            round: tokio::sync::Mutex::new(()),
            immediate_assignment: tokio::sync::RwLock::new(()),
            feed: broadcast::channel(FEED_CAPACITY).0,
            published: AtomicU64::new(0),
            incident_state: tokio::sync::Mutex::default(),
            heartbeat_window: Mutex::default(),
            signal_buffer: None,
            returns: Mutex::default(),
            orphaned: Mutex::default(),
            in_hours: Mutex::default(),
            observation_window: Mutex::default(),
            conversation_locks: conversation::ConversationLocks::default(),
            faults: FaultCounters::default(),
        }
    }

    /// Returns the store, for reads.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Returns a receiver of all events from now on.
    #[must_use]
    pub fn feed(&self) -> broadcast::Receiver<Event> {
        self.feed.subscribe()
    }

    /// Returns the number of events published so far.
    #[must_use]
    pub fn events_published(&self) -> u64 {
        self.published.load(Ordering::SeqCst)
    }

    /// Returns true if no round is requested or running.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        // Holding the lock ensures that no round begins and takes its departments off the list.
        self.round.try_lock().is_ok_and(|_no_round| !self.is_round_pending())
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// Waits until there may be a delivery to send.
    pub async fn wait_for_deliveries(&self) {
        self.deliveries.notified().await;
    }

    /// Waits until there may be a webhook to send.
    pub async fn wait_for_webhooks(&self) {
        self.webhook_signal.notified().await;
    }

    /// Wakes the assigner.
    pub fn wake_assigner(&self) {
        self.wake.notify_one();
    }

    /// Wakes the outbox worker after a delivery was enqueued.
    pub fn wake_outbox(&self) {
        self.deliveries.notify_one();
        self.webhook_signal.notify_one();
        if let Some(signals) = &self.signal_buffer {
            signals.deliveries_pending();
        }
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        lock(&self.roster)
    }

    fn random(&self) -> MutexGuard<'_, Random> {
        lock(&self.random)
    }

    fn publish(&self, event: Event) {
        self.publish_local(event);
        if let Some(signals) = &self.signal_buffer {
            signals.event(event);
        }
    }

    fn publish_local(&self, event: Event) {
        self.published.fetch_add(1, Ordering::SeqCst);
        // Having no receiver is no error.
        let _ = self.feed.send(event);
    }

    async fn commit_one(&self, change: Change) -> Result<Committed, CommitError> {
        let work = self.register(PendingWork::after_commit_of([&change]));
        let result = self.store.commit(vec![change]).await.pop();
        let result = result.unwrap_or_else(|| Err(ports::StoreError::Unavailable("no answer".into()).into()));
        // After an answer, the operation itself does the follow-up work without another await. After a store
        // error the change may be committed and only the answer lost, so the work stays registered.
        if !matches!(result, Err(CommitError::Store(_))) {
            work.done();
        }
        self.wake_outbox();
        if result == Err(CommitError::Conflict) {
            self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    /// Runs `attempt` until it does not lose a race, at most [`MAX_ATTEMPTS`] times.
    async fn retry<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<Attempt<T>, EngineError>>,
    {
        for _ in 0..MAX_ATTEMPTS {
            if let Attempt::Done(value) = attempt().await? {
                return Ok(value);
            }
            // Lets the winner finish. The order in which the losers retry is practically random.
            tokio::task::yield_now().await;
        }
        Err(EngineError::Contention)
    }
}

/// The result of one attempt of an operation.
enum Attempt<T> {
    Done(T),
    Lost,
}

impl<T> Attempt<T> {
    /// Maps the result of a commit to that of an attempt: after a conflict the operation is retried.
    fn of(committed: Result<Committed, CommitError>, value: T) -> Result<Self, EngineError> {
        match committed {
            Ok(_) => Ok(Self::Done(value)),
            Err(CommitError::Conflict | CommitError::WouldOvertake) => Ok(Self::Lost),
            Err(CommitError::Duplicate(key)) => Err(EngineError::Taken(key)),
            Err(CommitError::Admins) => Err(EngineError::LastAdmin),
            Err(CommitError::TooManyOpen) => Err(EngineError::TooManyOpen(tickets::open::MAX_OPEN_TICKETS)),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}

/// Locks a mutex, also after another thread panicked while holding it: the roster is a cache, and the random
/// source has no state that can be half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
