//! Leader election among the replicas of one desk. Every replica accepts updates and serves the side API. The
//! leader, which holds the lease, also handles updates, assigns tickets, monitors agents, and sends. A
//! standby takes over when the leader releases the lease or stops renewing it. The lease avoids duplicate
//! work; it is not needed for correctness. Every write is conditional, so a former leader that has not
//! noticed the loss cannot corrupt data. Telegram calls cannot be undone, so the leader checks its deadline
//! before each.
use super::received_signals::ReceivedSignals;
use super::{App, ReplicaSetup, tasks};
use crate::clock::Deadline;
use crate::engine::ports::{Lease, LeaseStamp, Signal, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The name of the leader's lease in the store.
const LEADER_LEASE: &str = "work";
/// How long a lease stamp must stay unchanged, by a standby's steady clock, before the standby takes the
/// lease. A killed leader is replaced after this time, a leader that stops properly at once. The value is
/// short, because tickets wait meanwhile, and still many times the duration of a renewal.
const LEASE_TTL: Duration = Duration::from_secs(3);
/// How often the leader renews the lease, and how long one attempt may take.
const RENEW_INTERVAL: Duration = Duration::from_millis(500);
/// How often a standby tries to acquire the lease.
const ACQUIRE_INTERVAL: Duration = Duration::from_millis(500);
/// How long the leader relies on a renewal, by its own steady clock. Shorter than [`LEASE_TTL`], to leave
/// time for the last Telegram call.
const LEASE_VALIDITY: Duration = Duration::from_millis(2_500);
/// How often the leader polls inbox and outbox without a signal, because signals can be lost.
const FALLBACK_POLL_INTERVAL: Duration = Duration::from_secs(1);
/// After how many polls the leader reloads all agents, because signals can be lost.
const RELOAD_EVERY_N_POLLS: u32 = 15;
/// How long to wait before subscribing to signals again.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The last lease stamp of another replica, and the steady time at which it was first observed.
#[derive(Default)]
struct LeaseObserver(Option<(LeaseStamp, Duration)>);

impl LeaseObserver {
    fn observe(&mut self, stamp: LeaseStamp, now: Duration) {
        if self.0.is_none_or(|(last, _)| last != stamp) {
            self.0 = Some((stamp, now));
        }
    }

    /// Returns the stamp if it has not changed for [`LEASE_TTL`].
    fn stale(&self, now: Duration) -> Option<LeaseStamp> {
        self.0.filter(|(_, since)| now.saturating_sub(*since) >= LEASE_TTL).map(|(stamp, _)| stamp)
    }
}

/// Leads whenever this replica acquires the lease, until `stop`.
pub(super) async fn run_elections(app: &App, replicas: &ReplicaSetup, stop: &CancellationToken) {
    let signals = async { tokio::join!(publish_signals(app, replicas), receive_signals(app, replicas)) };
    let elections = async {
        let mut observer = LeaseObserver::default();
        while !stop.is_cancelled() {
            let requested_at = app.clock.steady();
            match try_acquire(app, replicas, observer.stale(requested_at)).await {
                Some(Lease::Mine(term)) => {
                    let deadline = Arc::new(Deadline::at(app.clock.clone(), requested_at + LEASE_VALIDITY));
                    Box::pin(lead(app, replicas, term, deadline, stop)).await;
                }
                // The stamp was written before the answer arrived, so the time after the answer is the safe
                // one.
                Some(Lease::Others(stamp)) => observer.observe(stamp, app.clock.steady()),
                None => {}
            }
            tokio::select! { () = tokio::time::sleep(ACQUIRE_INTERVAL) => {} () = stop.cancelled() => {} }
        }
    };
    tokio::select! { _ = signals => {} () = elections => {} }
}

/// Acquires or renews the lease. Returns `None` if the store fails or does not answer in time.
async fn try_acquire(app: &App, replicas: &ReplicaSetup, stale: Option<LeaseStamp>) -> Option<Lease> {
    let request = app.engine.store().acquire_lease(LEADER_LEASE, replicas.id, stale);
    match timeout(RENEW_INTERVAL, request).await {
        Ok(Ok(lease)) => Some(lease),
        Ok(Err(error)) => {
            tracing::warn!(%error, "failed to acquire or renew the lease");
            None
        }
        Err(_) => {
            tracing::warn!("timed out acquiring or renewing the lease");
            None
        }
    }
}

/// Renews the lease of this term; returns when it is lost.
async fn renew(app: &App, replicas: &ReplicaSetup, term: u64, deadline: &Deadline) {
    loop {
        tokio::time::sleep(RENEW_INTERVAL).await;
        // The validity counts from before the request: the store may answer at once, and the answer arrive
        // late.
        let requested_at = app.clock.steady();
        match try_acquire(app, replicas, None).await {
            Some(Lease::Mine(current)) if current == term => deadline.set(requested_at + LEASE_VALIDITY),
            // Another replica has, or had, the lease: the roster and the caches of this one are stale.
            Some(_) => return deadline.set(Duration::ZERO),
            // Without an answer the term goes on beyond the deadline, though nothing is sent any more.
            // Nothing can be committed either, no replica can take the lease, and customers still need their
            // outage notices.
            None => {}
        }
    }
}

/// Leads for one term: until the lease is lost, or until `stop`.
async fn lead(
    app: &App,
    replicas: &ReplicaSetup,
    term: u64,
    deadline: Arc<Deadline>,
    stop: &CancellationToken,
) {
    tracing::info!(term, replica = %replicas.id, "acquired leadership");
    let term_over = stop.child_token();
    let renewal = async {
        renew(app, replicas, term, &deadline).await;
        tracing::warn!(term, "lost leadership; this replica is a standby now");
        term_over.cancel();
        std::future::pending::<()>().await;
    };
    let work = async {
        let elected =
            tokio::select! { elected = on_elected(app) => elected, () = term_over.cancelled() => return };
        if let Err(error) = elected {
            tracing::error!(%error, "failed to start leader tasks");
            return;
        }
        let leader_tasks = tasks::run_leader_tasks(app, Arc::clone(&deadline), &term_over);
        tokio::join!(leader_tasks, poll_fallback(app, &term_over));
    };
    tokio::select! { () = work => {} () = renewal => {} }
    if !deadline.has_passed()
        && let Err(error) = app.engine.store().release_lease(LEADER_LEASE, replicas.id).await
    {
        tracing::warn!(%error, "failed to release the lease; it expires by itself");
    }
}

/// Loads the state that the other replicas have written, and recovers the work that they left unfinished.
async fn on_elected(app: &App) -> anyhow::Result<()> {
    app.engine.start().await?;
    app.recover().await
}

/// Polls inbox and outbox, and reloads the agents, in case a signal was lost.
async fn poll_fallback(app: &App, term_over: &CancellationToken) {
    let mut polls = 0;
    loop {
        tokio::select! {
            () = tokio::time::sleep(FALLBACK_POLL_INTERVAL) => {}
            () = term_over.cancelled() => return,
        }
        app.inbox.wake();
        app.engine.wake_outbox();
        polls += 1;
        if polls % RELOAD_EVERY_N_POLLS == 0
            && let Err(error) = app.engine.start().await
        {
            tracing::error!(%error, "failed to reload agents");
        }
    }
}

/// Sends the signals of this replica's buffer to the other replicas.
async fn publish_signals(app: &App, replicas: &ReplicaSetup) {
    let Some(buffer) = app.engine.signal_buffer() else { return std::future::pending().await };
    loop {
        let signal = buffer.next().await;
        if let Err(error) = replicas.signals.send(&signal).await {
            tracing::warn!(%error, "failed to send signal; other replicas will poll for the change");
        }
    }
}

/// Subscribes to the signals of the other replicas, and applies them in order.
async fn receive_signals(app: &App, replicas: &ReplicaSetup) {
    let (sender, reload, mut received) = ReceivedSignals::new();
    let apply_all = async {
        while let Some(signal) = received.next().await {
            if let Err(error) = apply(app, replicas, signal).await {
                tracing::error!(%error, "failed to apply signal from replica; reloading everything");
                tokio::time::sleep(RETRY_DELAY).await;
                reload.request();
            }
        }
    };
    let subscribe = async {
        loop {
            // Signals sent before the subscription are lost to this replica, so it reloads everything once.
            let reload = reload.clone();
            let on_subscribed = move || reload.request();
            let error = replicas.signals.receive(sender.clone(), Box::new(on_subscribed)).await;
            tracing::warn!(%error, "lost the subscription to signals; subscribing again");
            tokio::time::sleep(RETRY_DELAY).await;
        }
    };
    tokio::join!(apply_all, subscribe);
}

async fn apply(app: &App, replicas: &ReplicaSetup, signal: Signal) -> Result<(), StoreError> {
    if signal.sender == replicas.id {
        return Ok(());
    }
    if signal.updates {
        app.inbox.wake();
    }
    app.engine.apply_signal(signal).await
}
