//! The engine: verbs that people and programs call. Each reads what it needs, or knows it from its last write, plans with pure
//! functions, and commits by a conditional write; when somebody else was first it reads and plans again.
//!
//! | file | what |
//! |---|---|
//! | `ports` | the two traits, and the change that they commit |
//! | `plan`, `roster` | who gets which ticket: pure |
//! | `watch` | is an agent still there: pure |
//! | `rounds`, `owed` | rounds of assignment, woken by events; what they owe |
//! | `opening`, `tickets`, `handover` | the verbs on a ticket |
//! | `priority` | how urgent a ticket is |
//! | `duty`, `heartbeat` | the verbs on an agent's availability; clients that send heartbeats |
//! | `settings` | the desk's settings |
//! | `look` | what programs that show the desk ask for |
//! | `people`, `standing`, `desk` | who is who and may do what; departments and categories |
//! | `replicas` | several engines on one store |
//! | `alarm` | incidents, and who is told of them |
//! | `sweep`, `lookout` | the safety net; what time brings about |
pub mod agents;
pub mod assignment;
pub mod departments;
pub mod error;
pub mod events;
pub mod incidents;
pub mod people;
pub mod ports;
pub mod queries;
pub mod random;
pub mod replicas;
pub mod settings;
pub mod sweep;
pub mod tickets;

use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use assignment::pending_work::PendingWork;
use assignment::roster::Roster;
use chrono_tz::Tz;
use error::EngineError;
use events::Event;
use ports::{Change, CommitError, Committed, Presence, Store};
use random::Random;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// How many happenings a slow reader of the feed may be behind before it loses some.
const FEED_CAPACITY: usize = 4_096;
/// How often a verb reads and plans again when somebody else was first, before it gives up. With 64 claimers of one record
/// each round of attempts has one winner, so this is ample for all of them.
const MAX_ATTEMPTS: u32 = 128;

/// What the engine needs to know beside its two ports.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The zone in which ticket numbers tell the time.
    pub zone: Tz,
    /// The language of people whose own is none of the desk's.
    pub default_locale: Locale,
    /// Who is an admin whatever the store says (`ADMIN_IDS`).
    pub admin_ids: Vec<TelegramId>,
    /// How long a presence record outlives its last heartbeat (`AGENT_STATUS_TTL`).
    pub presence_ttl: Duration,
}

/// Counts of what should be rare.
#[derive(Debug, Default)]
pub struct FaultCounters {
    /// Tickets that the sweep found waiting although an agent was ready: a lost wake-up each.
    pub sweep_finds: AtomicU64,
    /// Writes that lost against another one and were planned again.
    pub conflicts: AtomicU64,
}

/// The engine. One per process; any number of processes may share a store.
pub struct Engine {
    store: Arc<dyn Store>,
    presence: Arc<dyn Presence>,
    rules: Rules,
    roster: Mutex<Roster>,
    random: Mutex<Random>,
    pending_work: Mutex<PendingWork>,
    /// How many are about to clear doubts about people.
    reloading: AtomicUsize,
    /// How many assign here: at most one but in tests.
    assigners: AtomicUsize,
    /// How many handlers keep rounds back.
    deferring: AtomicUsize,
    wake: Notify,
    deliveries: Notify,
    /// Rounds come one after the other: two at once would only plan the same tickets twice. What puts a ticket back into
    /// the queue or takes an agent out of the choice comes between two rounds: within one, the oldest ticket's assignment
    /// could fail by it, and all that come behind would wait for the next batch. (Other replicas' changes can come within one.) A
    /// ticket that is given away as it is opened waits for no round, as the store checks that it is the first.
    round: tokio::sync::Mutex<()>,
    /// Read by whoever gives a new ticket away as it is opened, written by what people do between two rounds.
    immediate_assignment: tokio::sync::RwLock<()>,
    feed: broadcast::Sender<Event>,
    published: AtomicU64,
    /// What was told of incidents.
    incident_state: tokio::sync::Mutex<incidents::IncidentState>,
    /// How heartbeats fare.
    heartbeat_window: Mutex<incidents::HeartbeatWindow>,
    /// What the other replicas are to be told, if there are any.
    signal_buffer: Option<replicas::SignalBuffer>,
    /// Counts of what should be rare.
    pub faults: FaultCounters,
}

impl Engine {
    /// An engine over these ports. Call [`Engine::start`] before anything else.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, presence: Arc<dyn Presence>, rules: Rules, chance: Random) -> Self {
        Self {
            store,
            presence,
            rules,
            roster: Mutex::new(Roster::new(crate::domain::policy::Strategy::default())),
            random: Mutex::new(chance),
            pending_work: Mutex::default(),
            reloading: AtomicUsize::new(0),
            assigners: AtomicUsize::new(0),
            deferring: AtomicUsize::new(0),
            wake: Notify::new(),
            deliveries: Notify::new(),
            round: tokio::sync::Mutex::new(()),
            immediate_assignment: tokio::sync::RwLock::new(()),
            feed: broadcast::channel(FEED_CAPACITY).0,
            published: AtomicU64::new(0),
            incident_state: tokio::sync::Mutex::default(),
            heartbeat_window: Mutex::default(),
            signal_buffer: None,
            faults: FaultCounters::default(),
        }
    }

    /// The store, for reading what is to be shown.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Follows what happens from now on.
    #[must_use]
    pub fn feed(&self) -> broadcast::Receiver<Event> {
        self.feed.subscribe()
    }

    /// How much was told on the feed so far.
    #[must_use]
    pub fn events_published(&self) -> u64 {
        self.published.load(Ordering::SeqCst)
    }

    /// Whether no round is wanted and none is under way.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        // While the lock is held no round can begin, and with it take its departments off the list.
        self.round.try_lock().is_ok_and(|_no_round| !self.is_round_pending())
    }

    /// The rules it was built with.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Waits until there may be something to deliver.
    pub async fn deliveries_wanted(&self) {
        self.deliveries.notified().await;
    }

    /// Wakes the assigner.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Wakes the outbox: something was put into it.
    pub fn wake_outbox(&self) {
        self.deliveries.notify_one();
        if let Some(telling) = &self.signal_buffer {
            telling.deliveries_pending();
        }
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        lock(&self.roster)
    }

    fn random(&self) -> MutexGuard<'_, Random> {
        lock(&self.random)
    }

    fn publish(&self, happening: Event) {
        self.publish_local(happening);
        if let Some(telling) = &self.signal_buffer {
            telling.event(happening);
        }
    }

    fn publish_local(&self, happening: Event) {
        self.published.fetch_add(1, Ordering::SeqCst);
        // Nobody listening is fine: the feed is for those who look.
        let _ = self.feed.send(happening);
    }

    async fn commit_one(&self, change: Change) -> Result<Committed, CommitError> {
        let unheard = self.register(PendingWork::after_commit_of([&change]));
        let result = self.store.commit(vec![change]).await.pop();
        let result = result.unwrap_or_else(|| Err(ports::StoreError::Unavailable("no answer".into()).into()));
        // What follows from an answer, verbs do without another wait. When the store fails, only the answer may be lost.
        if !matches!(result, Err(CommitError::Store(_))) {
            unheard.done();
        }
        self.wake_outbox();
        if result == Err(CommitError::Conflict) {
            self.faults.conflicts.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    /// Runs `attempt` until it does not lose against another writer.
    async fn retry<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<Attempt<T>, EngineError>>,
    {
        for _ in 0..MAX_ATTEMPTS {
            if let Attempt::Done(value) = attempt().await? {
                return Ok(value);
            }
            // Lets the winner finish; the order in which the losers come back is as good as random.
            tokio::task::yield_now().await;
        }
        Err(EngineError::Contention)
    }
}

/// What one attempt of a verb came to.
enum Attempt<T> {
    Done(T),
    Lost,
}

impl<T> Attempt<T> {
    /// A commit's answer as an attempt's: a conflict is a reason to try again, not an error.
    fn of(committed: Result<Committed, CommitError>, value: T) -> Result<Self, EngineError> {
        match committed {
            Ok(_) => Ok(Self::Done(value)),
            Err(CommitError::Conflict | CommitError::WouldOvertake) => Ok(Self::Lost),
            Err(CommitError::Duplicate(key)) => Err(EngineError::Taken(key)),
            Err(CommitError::TooManyOpen) => Err(EngineError::TooManyOpen(tickets::open::MAX_OPEN_TICKETS)),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}

/// Locks, and goes on with what is there if another thread panicked meanwhile: the roster is a cache, chance has no state
/// that can be half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
