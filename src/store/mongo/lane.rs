//! The one lane of this process to the server for what needs a transaction. Whatever waits for it shares one, so that many
//! facts cost one wait for durability, and the process never overtakes itself.
use super::facts::{Fact, Facts, Fate};
use super::outbox::{Claim, Reclaim, Settle};
use super::session::Session;
use super::tx;
use crate::domain::Time;
use crate::engine::ports::{Claimed, Outcome, StoreError};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How many jobs may wait for the lane before callers do.
const WAITING: usize = 1024;
/// A transaction takes jobs in until it has this many changes: enough to share the wait, few enough that the first in it is
/// not kept long.
const GROUP: usize = 512;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to do in a transaction.
pub(super) enum Job {
    Fact(Fact, Reply<Fate>),
    Settle(Vec<(u64, Outcome)>, Time, Reply<()>),
    Claim(usize, Time, Reply<Vec<Claimed>>),
    Reclaim(Reply<u64>),
}

impl Job {
    fn size(&self) -> usize {
        match self {
            Self::Fact(fact, _) => fact.size(),
            Self::Settle(outcomes, ..) => outcomes.len(),
            Self::Claim(limit, ..) => *limit,
            Self::Reclaim(_) => 1,
        }
    }
}

/// The way to the lane.
pub(super) struct Lane {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Lane {
    /// Starts the lane, whose transactions are all of this session.
    pub(super) fn start(session: Session) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(serve(session, waiting));
        Self { jobs: Mutex::new(Some(jobs)), task: Mutex::new(Some(task)) }
    }

    /// Has a job done. The job is made of the way back.
    pub(super) async fn run<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        let (reply, answer) = oneshot::channel();
        jobs.ok_or_else(closed)?.send(job(reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| StoreError::Unavailable("a write broke off".to_owned()))?
    }

    /// Finishes what waits; what comes later is refused.
    pub(super) async fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            drop(task.await);
        }
    }
}

/// The deliveries that this process has claimed and not settled, as far as it knows.
#[derive(Default)]
struct Hands {
    held: HashSet<u64>,
    /// A claim has ended without an answer: there may be more.
    doubt: bool,
}

impl Hands {
    /// Claims, and hands over what was claimed; what can't be handed over is looked for next time.
    async fn claim(
        &mut self,
        session: &mut Session,
        (limit, now): (usize, Time),
        reply: Reply<Vec<Claimed>>,
    ) {
        let process = &session.process.clone();
        let claim = Claim { limit, now, process, held: &self.held, doubt: self.doubt };
        match tx::run(session, &claim).await {
            Ok(found) => {
                self.doubt = found.strays;
                let ids: Vec<_> = found.claimed.iter().map(|claimed| claimed.id).collect();
                match reply.send(Ok(found.claimed)) {
                    Ok(()) => self.held.extend(ids),
                    Err(_) => self.doubt = true,
                }
            }
            Err(error) => {
                self.doubt = true;
                drop(reply.send(Err(error)));
            }
        }
    }
}

async fn serve(mut session: Session, mut waiting: mpsc::Receiver<Job>) {
    let mut hands = Hands::default();
    while let Some(first) = waiting.recv().await {
        let mut size = first.size();
        let mut jobs = vec![first];
        while size < GROUP
            && let Ok(job) = waiting.try_recv()
        {
            size += job.size();
            jobs.push(job);
        }
        group(&mut session, &mut hands, jobs).await;
    }
    session.close().await;
}

/// Does jobs that waited together: facts, then what became of deliveries, then new claims. Each caller waits for its own
/// answer, so none of them can rest on another of the same group.
async fn group(session: &mut Session, hands: &mut Hands, jobs: Vec<Job>) {
    let process = &session.process.clone();
    let (mut facts, mut tellers) = (Vec::new(), Vec::new());
    let (mut outcomes, mut settlers, mut settled_at) = (Vec::new(), Vec::new(), Time::UNIX_EPOCH);
    let (mut claims, mut reclaims) = (Vec::new(), Vec::new());
    for job in jobs {
        match job {
            Job::Fact(fact, reply) => {
                facts.push(fact);
                tellers.push(reply);
            }
            Job::Settle(some, now, reply) => {
                outcomes.extend(some);
                settled_at = settled_at.max(now);
                settlers.push(reply);
            }
            Job::Claim(limit, now, reply) => claims.push(((limit, now), reply)),
            Job::Reclaim(reply) => reclaims.push(reply),
        }
    }
    if !facts.is_empty() {
        answer(tellers, commit(session, process, &facts).await);
    }
    if !settlers.is_empty() {
        let ids: Vec<_> = outcomes.iter().map(|(id, _)| *id).collect();
        let settled = tx::run(session, &Settle { outcomes, now: settled_at, process }).await;
        if settled.is_ok() {
            hands.held.retain(|id| !ids.contains(id));
        }
        let many = settlers.len();
        answer(settlers, vec![settled; many]);
    }
    for reply in reclaims {
        // Whoever worked before may have been killed in the middle of something.
        if let Err(error) = session.end_others().await {
            tracing::warn!(%error, "what another process may have left open ends by itself within a minute");
        }
        // From here on nothing is anybody's.
        *hands = Hands { held: HashSet::new(), doubt: true };
        answer(vec![reply], vec![tx::run(session, &Reclaim).await]);
    }
    for (claim, reply) in claims {
        hands.claim(session, claim, reply).await;
    }
}

fn answer<T>(replies: Vec<Reply<T>>, results: Vec<Result<T, StoreError>>) {
    for (reply, result) in replies.into_iter().zip(results) {
        // A caller who no longer waits has given up on the answer, not on the work.
        drop(reply.send(result));
    }
}

/// Commits facts together; each by itself where one of them rests on something that can't be understood.
async fn commit(session: &mut Session, process: &str, facts: &[Fact]) -> Vec<Result<Fate, StoreError>> {
    let db = &session.db().clone();
    match tx::run(session, &Facts { db, these: facts, process }).await {
        Ok(fates) => fates.into_iter().map(Ok).collect(),
        Err(StoreError::Corrupt(_)) if facts.len() > 1 => {
            let mut each = Vec::with_capacity(facts.len());
            for fact in facts {
                let alone = Facts { db, these: std::slice::from_ref(fact), process };
                each.push(tx::run(session, &alone).await.map(|mut fates| fates.pop().unwrap_or(Fate::Done)));
            }
            each
        }
        Err(error) => vec![Err(error); facts.len()],
    }
}
