//! Signs of life that come at once share a transaction: what waits while one is on its way goes with the next, in the order
//! in which it came. So a heartbeat is whole in one round trip, and ten thousand at once don't take as many.
use super::{ALL, Server, failed, key, millis, of};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::engine::ports::PresenceError;
use redis::{Pipeline, pipe};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many may wait before callers do.
const QUEUE_CAPACITY: usize = 1_024;
/// How many share a transaction at most: some 300 kB, which keep the server from others for a few milliseconds.
const MAX_BATCH_CHANGES: usize = 512;

/// What becomes of one agent.
pub(super) struct PresenceWrite {
    pub(super) agent: PersonId,
    /// In whose sets they are, or out of which they go.
    pub(super) departments: Vec<DepartmentId>,
    /// Their record, and how long it lives; without one they leave.
    pub(super) record: Option<(String, Duration)>,
}

impl PresenceWrite {
    fn ttl(&self) -> Option<Duration> {
        self.record.as_ref().map(|(_, life)| *life)
    }
}

type Answer = oneshot::Sender<Result<(), PresenceError>>;

/// The way to the task that sends.
#[derive(Clone)]
pub(super) struct BatchWriter(mpsc::Sender<(PresenceWrite, Answer)>);

impl BatchWriter {
    /// Starts the task, which ends with the last clone of this.
    pub(super) fn start(server: Server) -> Self {
        let (steps, waiting) = mpsc::channel(QUEUE_CAPACITY);
        tokio::spawn(run(server, waiting));
        Self(steps)
    }

    /// Takes the step, with others.
    pub(super) async fn submit(&self, step: PresenceWrite) -> Result<(), PresenceError> {
        let gone = || PresenceError("nobody sends any more".to_owned());
        let (answer, heard) = oneshot::channel();
        self.0.send((step, answer)).await.map_err(|_| gone())?;
        heard.await.map_err(|_| gone())?
    }
}

async fn run(server: Server, mut waiting: mpsc::Receiver<(PresenceWrite, Answer)>) {
    let mut group = Vec::new();
    while waiting.recv_many(&mut group, MAX_BATCH_CHANGES).await > 0 {
        let (steps, answers): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        let done = server.run_pipeline(commands(&steps)).await;
        match done {
            // The server has answered, but not to all: each has its own fate.
            Err(error) if !error.is_io_error() && steps.len() > 1 => {
                for (step, answer) in steps.iter().zip(answers) {
                    let done = server.run_pipeline(commands(std::slice::from_ref(step))).await;
                    drop(answer.send(done.map_err(failed)));
                }
            }
            done => {
                let done = done.map_err(failed);
                if done.is_err() {
                    // Who came meanwhile has waited for the same silence: nobody waits for several in a row.
                    while let Ok((_, answer)) = waiting.try_recv() {
                        drop(answer.send(done.clone()));
                    }
                }
                for answer in answers {
                    // A caller who no longer waits has given up on the answer, not on the step.
                    drop(answer.send(done.clone()));
                }
            }
        }
    }
}

/// The commands of these steps, in their order. Neighbours of one kind name each set once.
fn commands(steps: &[PresenceWrite]) -> Pipeline {
    let mut pipe = pipe();
    for run in steps.chunk_by(|one, next| one.ttl() == next.ttl()) {
        let mut sets = BTreeMap::from([(ALL.to_owned(), Vec::new())]);
        for step in run {
            // The record first: a set that names somebody without a record is put right by whoever reads it.
            match &step.record {
                Some((text, life)) => {
                    pipe.cmd("SET").arg(key(step.agent)).arg(text).arg("PX").arg(millis(*life))
                }
                None => pipe.cmd("DEL").arg(key(step.agent)),
            };
            sets.entry(ALL.to_owned()).or_default().push(step.agent.to_string());
            for department in &step.departments {
                sets.entry(of(*department)).or_default().push(step.agent.to_string());
            }
        }
        let life = run.first().and_then(PresenceWrite::ttl);
        for (set, names) in sets {
            pipe.cmd(if life.is_some() { "SADD" } else { "SREM" }).arg(&set).arg(names);
            if let Some(life) = life {
                pipe.cmd("PEXPIRE").arg(&set).arg(millis(life.saturating_mul(2)));
            }
        }
    }
    pipe
}
