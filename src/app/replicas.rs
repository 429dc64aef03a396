//! Several processes on one store. All of them take updates in and answer the side API; the one that holds the lease works:
//! it handles what came in, assigns, looks after agents, and sends. When it ends or falls silent, another takes over.
//!
//! What the lease saves is doing things twice, not what is true: every write is conditional, so one who has lost the lease
//! without noticing can spoil nothing. Sending can't be undone, so before each call the holder looks at its own clock.
use super::{App, Replicas, tasks};
use crate::clock::Deadline;
use crate::domain::ids::ReplicaId;
use crate::engine::ports::Signal;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The lease of the one that works.
const WORK: &str = "work";
/// How long a lease outlives its last renewal: a replica that was killed is replaced after that, one that ends properly at
/// once. Short, because tickets wait meanwhile; many times what a renewal takes.
const TTL: Duration = Duration::from_secs(3);
/// How often the lease is renewed, and how long one try may take.
const RENEW: Duration = Duration::from_millis(500);
/// How often those without it ask for it.
const ASK: Duration = Duration::from_millis(500);
/// How long the holder relies on the lease: less than it lasts, for the clocks' difference and the last call.
const RELY: Duration = Duration::from_millis(2_500);
/// How often the holder looks at inbox and outbox without having been told to: a signal can be lost.
const LOOK: Duration = Duration::from_secs(1);
/// How often it reads all agents afresh, for the same reason, in looks.
const AFRESH: u32 = 15;
/// How long to wait before the other replicas are tried to be reached again.
const PAUSE: Duration = Duration::from_secs(1);
/// Signals that wait to be taken in.
const WAITING: usize = 256;

/// Works whenever the lease is this replica's, until `stop`.
pub(super) async fn take_turns(app: &App, replicas: &Replicas, stop: &CancellationToken) {
    let talk = async { tokio::join!(tell(app, replicas), listen(app, replicas)) };
    let turns = async {
        while !stop.is_cancelled() {
            let deadline = Arc::new(Deadline::never(app.clock.clone()));
            match renew(app, replicas, &deadline).await {
                Some(term) => turn(app, replicas, term, deadline, stop).await,
                None => {
                    tokio::select! { () = tokio::time::sleep(ASK) => {} () = stop.cancelled() => {} }
                }
            }
        }
    };
    tokio::select! { _ = talk => {} () = turns => {} }
}

/// Asks for the lease, new or again, and moves the deadline. `None` when it is another's or nobody answers.
async fn renew(app: &App, replicas: &Replicas, deadline: &Deadline) -> Option<u64> {
    // From before the question on: it may have been answered at once, and the answer been long on its way.
    let asked = app.clock.steady();
    let question = app.engine.store().lease(WORK, replicas.id, TTL, app.clock.now());
    match timeout(RENEW, question).await {
        Ok(Ok(term)) => {
            if term.is_some() {
                deadline.set(asked + RELY);
            }
            term
        }
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

/// One turn: from the lease to its loss, or to `stop`.
async fn turn(app: &App, replicas: &Replicas, term: u64, deadline: Arc<Deadline>, stop: &CancellationToken) {
    tracing::info!(term, replica = %replicas.id, "this replica works");
    let over = stop.child_token();
    let keep = async {
        loop {
            tokio::time::sleep(RENEW).await;
            // Another's answer or none: until the deadline it is ours all the same.
            if renew(app, replicas, &deadline).await.is_none_or(|now| now != term) && deadline.has_passed() {
                tracing::warn!(term, "the lease is lost; this replica waits for its turn");
                over.cancel();
                return std::future::pending().await;
            }
        }
    };
    let work = async {
        let begun = tokio::select! { begun = begin(app) => begun, () = over.cancelled() => return };
        if let Err(error) = begun {
            tracing::error!(%error, "the work can't be begun");
            return;
        }
        tokio::join!(tasks::work(app, Arc::clone(&deadline), &over), look(app, &over));
    };
    tokio::select! { () = work => {} () = keep => {} }
    if !deadline.has_passed()
        && let Err(error) = app.engine.store().end_lease(WORK, replicas.id).await
    {
        tracing::warn!(%error, "the lease is not given back; it runs out");
    }
}

/// Reads the desk as the others have left it, and makes good what they left half done.
async fn begin(app: &App) -> anyhow::Result<()> {
    app.engine.start().await?;
    app.mend().await
}

/// Looks for what no signal told of.
async fn look(app: &App, over: &CancellationToken) {
    let mut looks = 0;
    loop {
        tokio::select! { () = tokio::time::sleep(LOOK) => {} () = over.cancelled() => return }
        app.inbox.look();
        app.engine.deliver_soon();
        looks += 1;
        if looks % AFRESH == 0
            && let Err(error) = app.engine.start().await
        {
            tracing::error!(%error, "the agents can't be read afresh");
        }
    }
}

/// Tells the others what there is to tell.
async fn tell(app: &App, replicas: &Replicas) {
    let Some(telling) = app.engine.telling() else { return std::future::pending().await };
    loop {
        let signal = telling.next().await;
        if let Err(error) = replicas.signals.send(&signal).await {
            tracing::warn!(%error, "a signal is lost; the others find out by themselves");
        }
    }
}

/// Takes in what the others tell.
async fn listen(app: &App, replicas: &Replicas) {
    let (heard, mut signals) = mpsc::channel(WAITING);
    let hear = async {
        while let Some(signal) = signals.recv().await {
            take_in(app, replicas, signal).await;
        }
    };
    let listen = async {
        loop {
            // What was said before this replica listened is lost on it: it reads everything afresh.
            let missed = heard.clone();
            let afresh = Signal { more: true, updates: true, ..Signal::of(ReplicaId(Uuid::nil())) };
            let ready = move || drop(missed.try_send(afresh));
            let error = replicas.signals.listen(heard.clone(), Box::new(ready)).await;
            tracing::warn!(%error, "signals can't be heard; listening again");
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::join!(hear, listen);
}

async fn take_in(app: &App, replicas: &Replicas, signal: Signal) {
    if signal.from == replicas.id {
        return;
    }
    if signal.updates {
        app.inbox.look();
    }
    if let Err(error) = app.engine.hear(signal).await {
        tracing::error!(%error, "what another replica told can't be followed yet");
    }
}
