//! Several processes on one store. All of them take updates in and answer the side API; the one that holds the lease works:
//! it handles what came in, assigns, looks after agents, and sends. When it ends or falls silent, another takes over.
//!
//! What the lease saves is doing things twice, not what is true: every write is conditional, so one who has lost the lease
//! without noticing can spoil nothing. Sending can't be undone, so before each call the holder looks at its own clock.
use super::{App, ReplicaSetup, tasks};
use crate::clock::Deadline;
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp, Signal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The lease of the one that works.
const LEADER_LEASE: &str = "work";
/// How long a lease has to look the same, by the steady clock of who waits for it, before it is taken from its holder: a
/// replica that was killed is replaced after that, one that ends properly at once. Short, because tickets wait meanwhile;
/// many times what a renewal takes.
const LEASE_TTL: Duration = Duration::from_secs(3);
/// How often the lease is renewed, and how long one try may take.
const RENEW_INTERVAL: Duration = Duration::from_millis(500);
/// How often those without it ask for it.
const ACQUIRE_INTERVAL: Duration = Duration::from_millis(500);
/// How long the holder relies on the lease, by its own steady clock: less than others leave it, for the last call.
const LEASE_VALIDITY: Duration = Duration::from_millis(2_500);
/// How often the holder looks at inbox and outbox without having been told to: a signal can be lost.
const FALLBACK_POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How often it reads all agents afresh, for the same reason, in looks.
const RELOAD_EVERY_N_POLLS: u32 = 15;
/// How long to wait before the other replicas are tried to be reached again.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Signals that wait to be taken in.
const SIGNAL_QUEUE_CAPACITY: usize = 256;

/// A lease that is another's, as it was looked at last, and since when it has looked like that.
#[derive(Default)]
struct LeaseObserver(Option<(LeaseStamp, Duration)>);

impl LeaseObserver {
    fn observe(&mut self, mark: LeaseStamp, now: Duration) {
        if self.0.is_none_or(|(last, _)| last != mark) {
            self.0 = Some((mark, now));
        }
    }

    /// What it looks like, when nobody has kept it for [`TTL`].
    fn stale(&self, now: Duration) -> Option<LeaseStamp> {
        self.0.filter(|(_, since)| now.saturating_sub(*since) >= LEASE_TTL).map(|(mark, _)| mark)
    }
}

/// Works whenever the lease is this replica's, until `stop`.
pub(super) async fn run_elections(app: &App, replicas: &ReplicaSetup, stop: &CancellationToken) {
    let talk = async { tokio::join!(publish_signals(app, replicas), receive_signals(app, replicas)) };
    let turns = async {
        let mut watch = LeaseObserver::default();
        while !stop.is_cancelled() {
            let asked = app.clock.steady();
            match try_acquire(app, replicas, watch.stale(asked)).await {
                Some(Lease::Mine(term)) => {
                    let deadline = Arc::new(Deadline::at(app.clock.clone(), asked + LEASE_VALIDITY));
                    lead(app, replicas, term, deadline, stop).await;
                }
                // Seen after the answer: it was kept before that.
                Some(Lease::Others(mark)) => watch.observe(mark, app.clock.steady()),
                None => {}
            }
            tokio::select! { () = tokio::time::sleep(ACQUIRE_INTERVAL) => {} () = stop.cancelled() => {} }
        }
    };
    tokio::select! { _ = talk => {} () = turns => {} }
}

/// Asks for the lease, new or again. `None` when nobody answers.
async fn try_acquire(app: &App, replicas: &ReplicaSetup, stale: Option<LeaseStamp>) -> Option<Lease> {
    let question = app.engine.store().acquire_lease(LEADER_LEASE, replicas.id, stale);
    match timeout(RENEW_INTERVAL, question).await {
        Ok(Ok(lease)) => Some(lease),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the lease can't be asked for");
            None
        }
        Err(_) => {
            tracing::warn!("nobody answers for the lease");
            None
        }
    }
}

/// Keeps the lease of this term; returns when it is lost.
async fn renew(app: &App, replicas: &ReplicaSetup, term: u64, deadline: &Deadline) {
    loop {
        tokio::time::sleep(RENEW_INTERVAL).await;
        // From before the question on: it may have been answered at once, and the answer been long on its way.
        let asked = app.clock.steady();
        match try_acquire(app, replicas, None).await {
            Some(Lease::Mine(now)) if now == term => deadline.set(asked + LEASE_VALIDITY),
            // Another's, or this one's again after another's: what is in memory is of yesterday.
            Some(_) => return deadline.set(Duration::ZERO),
            // Without an answer the turn goes on beyond the deadline, though nothing is sent any more: nothing can be
            // committed either, nobody else can take it, and somebody has to tell the people who ask.
            None => {}
        }
    }
}

/// One turn: from the lease to its loss, or to `stop`.
async fn lead(
    app: &App,
    replicas: &ReplicaSetup,
    term: u64,
    deadline: Arc<Deadline>,
    stop: &CancellationToken,
) {
    tracing::info!(term, replica = %replicas.id, "this replica works");
    let over = stop.child_token();
    let keep = async {
        renew(app, replicas, term, &deadline).await;
        tracing::warn!(term, "the lease is lost; this replica waits for its turn");
        over.cancel();
        std::future::pending::<()>().await;
    };
    let work = async {
        let begun = tokio::select! { begun = on_elected(app) => begun, () = over.cancelled() => return };
        if let Err(error) = begun {
            tracing::error!(%error, "the work can't be begun");
            return;
        }
        tokio::join!(tasks::run_leader_tasks(app, Arc::clone(&deadline), &over), poll_fallback(app, &over));
    };
    tokio::select! { () = work => {} () = keep => {} }
    if !deadline.has_passed()
        && let Err(error) = app.engine.store().release_lease(LEADER_LEASE, replicas.id).await
    {
        tracing::warn!(%error, "the lease is not given back; it runs out");
    }
}

/// Reads the desk as the others have left it, and makes good what they left half done.
async fn on_elected(app: &App) -> anyhow::Result<()> {
    app.engine.start().await?;
    app.recover().await
}

/// Looks for what no signal told of.
async fn poll_fallback(app: &App, over: &CancellationToken) {
    let mut looks = 0;
    loop {
        tokio::select! { () = tokio::time::sleep(FALLBACK_POLL_INTERVAL) => {} () = over.cancelled() => return }
        app.inbox.wake();
        app.engine.wake_outbox();
        looks += 1;
        if looks % RELOAD_EVERY_N_POLLS == 0
            && let Err(error) = app.engine.start().await
        {
            tracing::error!(%error, "the agents can't be read afresh");
        }
    }
}

/// Tells the others what there is to tell.
async fn publish_signals(app: &App, replicas: &ReplicaSetup) {
    let Some(telling) = app.engine.signal_buffer() else { return std::future::pending().await };
    loop {
        let signal = telling.next().await;
        if let Err(error) = replicas.signals.send(&signal).await {
            tracing::warn!(%error, "a signal is lost; the others find out by themselves");
        }
    }
}

/// Takes in what the others tell.
async fn receive_signals(app: &App, replicas: &ReplicaSetup) {
    let (heard, mut signals) = mpsc::channel(SIGNAL_QUEUE_CAPACITY);
    let hear = async {
        while let Some(signal) = signals.recv().await {
            apply(app, replicas, signal).await;
        }
    };
    let listen = async {
        loop {
            // What was said before this replica listened is lost on it: it reads everything afresh.
            let missed = heard.clone();
            let afresh = Signal { reload_all: true, updates: true, ..Signal::new(ReplicaId(Uuid::nil())) };
            let ready = move || drop(missed.try_send(afresh));
            let error = replicas.signals.receive(heard.clone(), Box::new(ready)).await;
            tracing::warn!(%error, "signals can't be heard; listening again");
            tokio::time::sleep(RETRY_DELAY).await;
        }
    };
    tokio::join!(hear, listen);
}

async fn apply(app: &App, replicas: &ReplicaSetup, signal: Signal) {
    if signal.sender == replicas.id {
        return;
    }
    if signal.updates {
        app.inbox.wake();
    }
    if let Err(error) = app.engine.apply_signal(signal).await {
        tracing::error!(%error, "what another replica told can't be followed yet");
    }
}
