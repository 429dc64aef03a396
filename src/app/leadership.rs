//! Several processes on one store. All of them take updates in and answer the side API; the one that holds the lease works:
//! it handles what came in, assigns, looks after agents, and sends. When it ends or falls silent, another takes over.
//!
//! What the lease saves is doing things twice, not what is true: every write is conditional, so one who has lost the lease
//! without noticing can spoil nothing. Sending can't be undone, so before each call the holder looks at its own clock.
use super::{App, Replicas, tasks};
use crate::clock::Deadline;
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseMark, Signal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The lease of the one that works.
const WORK: &str = "work";
/// How long a lease has to look the same, by the steady clock of who waits for it, before it is taken from its holder: a
/// replica that was killed is replaced after that, one that ends properly at once. Short, because tickets wait meanwhile;
/// many times what a renewal takes.
const TTL: Duration = Duration::from_secs(3);
/// How often the lease is renewed, and how long one try may take.
const RENEW: Duration = Duration::from_millis(500);
/// How often those without it ask for it.
const ASK: Duration = Duration::from_millis(500);
/// How long the holder relies on the lease, by its own steady clock: less than others leave it, for the last call.
const RELY: Duration = Duration::from_millis(2_500);
/// How often the holder looks at inbox and outbox without having been told to: a signal can be lost.
const LOOK: Duration = Duration::from_secs(1);
/// How often it reads all agents afresh, for the same reason, in looks.
const AFRESH: u32 = 15;
/// How long to wait before the other replicas are tried to be reached again.
const PAUSE: Duration = Duration::from_secs(1);
/// Signals that wait to be taken in.
const WAITING: usize = 256;

/// A lease that is another's, as it was looked at last, and since when it has looked like that.
#[derive(Default)]
struct Watch(Option<(LeaseMark, Duration)>);

impl Watch {
    fn see(&mut self, mark: LeaseMark, now: Duration) {
        if self.0.is_none_or(|(last, _)| last != mark) {
            self.0 = Some((mark, now));
        }
    }

    /// What it looks like, when nobody has kept it for [`TTL`].
    fn stale(&self, now: Duration) -> Option<LeaseMark> {
        self.0.filter(|(_, since)| now.saturating_sub(*since) >= TTL).map(|(mark, _)| mark)
    }
}

/// Works whenever the lease is this replica's, until `stop`.
pub(super) async fn take_turns(app: &App, replicas: &Replicas, stop: &CancellationToken) {
    let talk = async { tokio::join!(tell(app, replicas), listen(app, replicas)) };
    let turns = async {
        let mut watch = Watch::default();
        while !stop.is_cancelled() {
            let asked = app.clock.steady();
            match ask(app, replicas, watch.stale(asked)).await {
                Some(Lease::Mine(term)) => {
                    let deadline = Arc::new(Deadline::at(app.clock.clone(), asked + RELY));
                    turn(app, replicas, term, deadline, stop).await;
                }
                // Seen after the answer: it was kept before that.
                Some(Lease::Others(mark)) => watch.see(mark, app.clock.steady()),
                None => {}
            }
            tokio::select! { () = tokio::time::sleep(ASK) => {} () = stop.cancelled() => {} }
        }
    };
    tokio::select! { _ = talk => {} () = turns => {} }
}

/// Asks for the lease, new or again. `None` when nobody answers.
async fn ask(app: &App, replicas: &Replicas, stale: Option<LeaseMark>) -> Option<Lease> {
    let question = app.engine.store().lease(WORK, replicas.id, stale);
    match timeout(RENEW, question).await {
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
async fn keep(app: &App, replicas: &Replicas, term: u64, deadline: &Deadline) {
    loop {
        tokio::time::sleep(RENEW).await;
        // From before the question on: it may have been answered at once, and the answer been long on its way.
        let asked = app.clock.steady();
        match ask(app, replicas, None).await {
            Some(Lease::Mine(now)) if now == term => deadline.set(asked + RELY),
            // Another's, or this one's again after another's: what is in memory is of yesterday.
            Some(_) => return deadline.set(Duration::ZERO),
            // Without an answer the turn goes on beyond the deadline, though nothing is sent any more: nothing can be
            // committed either, nobody else can take it, and somebody has to tell the people who ask.
            None => {}
        }
    }
}

/// One turn: from the lease to its loss, or to `stop`.
async fn turn(app: &App, replicas: &Replicas, term: u64, deadline: Arc<Deadline>, stop: &CancellationToken) {
    tracing::info!(term, replica = %replicas.id, "this replica works");
    let over = stop.child_token();
    let keep = async {
        keep(app, replicas, term, &deadline).await;
        tracing::warn!(term, "the lease is lost; this replica waits for its turn");
        over.cancel();
        std::future::pending::<()>().await;
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
