//! The one lane of this process to the server for what needs a transaction. Whatever waits for it shares one, so that many
//! facts cost one wait for durability, and the process never overtakes itself.
use super::facts::{Fact, Fate};
use super::outbox::{Catch, Claim, Reclaim};
use super::session::Session;
use super::turn::{Done, Turn};
use super::tx;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::{Claimed, Outcome, StoreError};
use chrono::TimeDelta;
use std::collections::{HashMap, VecDeque};
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

async fn serve(session: Session, mut waiting: mpsc::Receiver<Job>) {
    let mut worker = Worker { session, hands: Hands::default() };
    while let Some(first) = waiting.recv().await {
        let mut size = first.size();
        let mut jobs = vec![first];
        while size < GROUP
            && let Ok(job) = waiting.try_recv()
        {
            size += job.size();
            jobs.push(job);
        }
        worker.group(jobs).await;
    }
    worker.session.close().await;
}

/// What shares a transaction. Each caller waits for their own answer, so none of them can rest on another of the same group.
#[derive(Default)]
struct Batch {
    facts: Vec<Fact>,
    tellers: Vec<Reply<Fate>>,
    outcomes: Vec<(u64, Outcome)>,
    settled_at: Time,
    settlers: Vec<Reply<()>>,
    claim: Option<(usize, Time, Reply<Vec<Claimed>>)>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.settlers.is_empty() && self.claim.is_none()
    }

    /// The same in the smallest parts, unless it is one.
    fn parts(&mut self) -> Vec<Self> {
        let parts =
            self.facts.len() + usize::from(!self.settlers.is_empty()) + usize::from(self.claim.is_some());
        if parts <= 1 {
            return Vec::new();
        }
        let facts = self.facts.drain(..).zip(self.tellers.drain(..));
        let mut parts: Vec<_> = facts
            .map(|(fact, teller)| Self { facts: vec![fact], tellers: vec![teller], ..Self::default() })
            .collect();
        let claim = self.claim.take();
        parts.push(std::mem::take(self));
        parts.push(Self { claim, ..Self::default() });
        parts.retain(|part| !part.is_empty());
        parts
    }
}

/// The deliveries that this process has claimed and not settled, as far as it knows.
struct Hands {
    held: HashMap<u64, ChatId>,
    /// A claim has ended without an answer: there may be more.
    doubt: bool,
    /// Microseconds since 1970 at which, as far as is known, the first chat goes that waits for its time.
    soonest: i64,
    /// When that was looked at last.
    looked: Time,
}

impl Default for Hands {
    fn default() -> Self {
        Self { held: HashMap::new(), doubt: false, soonest: i64::MIN, looked: Time::UNIX_EPOCH }
    }
}

/// How long it is believed when the next chat goes that waits for its time, if nothing here says otherwise.
const BELIEVED: TimeDelta = TimeDelta::seconds(1);

/// What the lane works with.
struct Worker {
    session: Session,
    hands: Hands,
}

impl Worker {
    /// Does jobs that waited together.
    async fn group(&mut self, jobs: Vec<Job>) {
        let (mut batch, mut claims, mut reclaims) = (Batch::default(), VecDeque::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Fact(fact, reply) => {
                    batch.facts.push(fact);
                    batch.tellers.push(reply);
                }
                Job::Settle(some, now, reply) => {
                    batch.outcomes.extend(some);
                    batch.settled_at = batch.settled_at.max(now);
                    batch.settlers.push(reply);
                }
                Job::Claim(limit, now, reply) => claims.push_back((limit, now, reply)),
                Job::Reclaim(reply) => reclaims.push(reply),
            }
        }
        if reclaims.is_empty() {
            batch.claim = claims.pop_front();
        }
        self.work(batch).await;
        for reply in reclaims {
            self.reclaim(reply).await;
        }
        for claim in claims {
            self.work(Batch { claim: Some(claim), ..Batch::default() }).await;
        }
    }

    async fn reclaim(&mut self, reply: Reply<u64>) {
        // Whoever worked before may have been killed in the middle of something.
        if let Err(error) = self.session.end_others().await {
            tracing::warn!(%error, "what another process may have left open ends by itself within a minute");
        }
        // From here on nothing is anybody's.
        self.hands = Hands { doubt: true, ..Hands::default() };
        drop(reply.send(tx::run(&mut self.session, &Reclaim).await));
    }

    /// Does a batch in one transaction; each part by itself where one of them rests on something that can't be understood.
    async fn work(&mut self, batch: Batch) {
        let mut batches = VecDeque::from([batch]);
        while let Some(mut batch) = batches.pop_front().filter(|batch| !batch.is_empty()) {
            let result = self.turn(&batch).await;
            if matches!(result, Err(StoreError::Corrupt(_))) {
                let parts = batch.parts();
                if !parts.is_empty() {
                    batches.extend(parts);
                    continue;
                }
            }
            self.answer(batch, result);
        }
    }

    async fn turn(&mut self, batch: &Batch) -> Result<Done, StoreError> {
        let hands = &self.hands;
        // Of what is not in these hands (any more) nobody here has anything to say.
        let held = |(id, outcome): &(u64, Outcome)| Some((*hands.held.get(id)?, *id, outcome.clone()));
        let outcomes: Vec<_> = batch.outcomes.iter().filter_map(held).collect();
        let claim = batch.claim.as_ref().map(|(limit, now, _)| Claim {
            limit: *limit,
            now: *now,
            held: &hands.held,
            doubt: hands.doubt,
            look: now.timestamp_micros() >= hands.soonest || (*now - hands.looked).abs() >= BELIEVED,
        });
        let (db, process) = (self.session.db().clone(), self.session.process.clone());
        let turn = Turn {
            db: &db,
            facts: &batch.facts,
            outcomes: &outcomes,
            settled_at: batch.settled_at,
            claim,
            process: &process,
        };
        tx::run(&mut self.session, &turn).await
    }

    /// Tells everybody what came of it, and keeps in mind what is in hand now.
    fn answer(&mut self, batch: Batch, result: Result<Done, StoreError>) {
        let Batch { facts, tellers, outcomes, settlers, claim, .. } = batch;
        let (fates, settled, caught) = match result {
            Ok(Done { fates, catch, soonest, looked }) => {
                self.hands.soonest = if looked { i64::MAX } else { self.hands.soonest };
                self.hands.soonest = self.hands.soonest.min(soonest.unwrap_or(i64::MAX));
                for (id, _) in &outcomes {
                    self.hands.held.remove(id);
                }
                (fates.into_iter().map(Ok).collect(), Ok(()), Ok((catch, looked)))
            }
            Err(error) => (vec![Err(error.clone()); facts.len()], Err(error.clone()), Err(error)),
        };
        // A caller who no longer waits has given up on the answer, not on the work.
        for (teller, fate) in tellers.into_iter().zip::<Vec<_>>(fates) {
            drop(teller.send(fate));
        }
        for settler in settlers {
            drop(settler.send(settled.clone()));
        }
        if let Some((_, now, reply)) = claim {
            self.hand_over(now, reply, caught);
        }
    }

    /// Hands over what was claimed; what can't be handed over is looked for next time.
    fn hand_over(
        &mut self,
        now: Time,
        reply: Reply<Vec<Claimed>>,
        caught: Result<(Catch, bool), StoreError>,
    ) {
        let hands = &mut self.hands;
        match caught {
            Ok((catch, looked)) => {
                hands.doubt = catch.strays;
                hands.looked = if looked { now } else { hands.looked };
                let ids: Vec<_> = catch.claimed.iter().map(|claimed| (claimed.id, claimed.chat)).collect();
                match reply.send(Ok(catch.claimed)) {
                    Ok(()) => hands.held.extend(ids),
                    Err(_) => hands.doubt = true,
                }
            }
            Err(error) => {
                hands.doubt = true;
                drop(reply.send(Err(error)));
            }
        }
    }
}
