//! A batch writer for presence. Writes that arrive while a transaction is in flight form the next batch, in
//! their order of arrival. A heartbeat takes one round trip, and ten thousand simultaneous ones share a few.
use super::{ALL_AGENTS, Server, department_key, millis, presence_error, record_key};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::engine::ports::PresenceError;
use redis::{Pipeline, pipe};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait in the queue; further callers wait for room.
const QUEUE_CAPACITY: usize = 1_024;
/// Writes per transaction: about 300 kB, which block the server for a few milliseconds.
const MAX_BATCH_WRITES: usize = 512;

/// A write of the presence of one agent.
pub(super) struct PresenceWrite {
    pub(super) agent: PersonId,
    /// The departments whose sets the agent is added to, or removed from.
    pub(super) departments: Vec<DepartmentId>,
    /// The record and its TTL; `None` removes the agent.
    pub(super) record: Option<(String, Duration)>,
}

impl PresenceWrite {
    fn ttl(&self) -> Option<Duration> {
        self.record.as_ref().map(|(_, ttl)| *ttl)
    }
}

type Reply = oneshot::Sender<Result<(), PresenceError>>;

/// A handle to the task that sends the batches.
#[derive(Clone)]
pub(super) struct BatchWriter(mpsc::Sender<(PresenceWrite, Reply)>);

impl BatchWriter {
    /// Spawns the task. It ends when the last clone of the handle is dropped.
    pub(super) fn start(server: Server) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE_CAPACITY);
        tokio::spawn(run(server, queue));
        Self(sender)
    }

    /// Queues a write for the next batch and returns its result.
    pub(super) async fn submit(&self, write: PresenceWrite) -> Result<(), PresenceError> {
        let closed = || PresenceError("the batch writer has stopped".to_owned());
        let (reply, result) = oneshot::channel();
        self.0.send((write, reply)).await.map_err(|_| closed())?;
        result.await.map_err(|_| closed())?
    }
}

async fn run(server: Server, mut queue: mpsc::Receiver<(PresenceWrite, Reply)>) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, MAX_BATCH_WRITES).await > 0 {
        let (writes, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let mut result = server.run_pipeline(commands(&writes)).await;
        // The server responded with an error: perhaps a set's key holds another type. The writes may be
        // repeated.
        if result.as_ref().is_err_and(|error| !error.is_io_error())
            && matches!(server.restore_foreign_sets(sets(&writes)).await, Ok(true))
        {
            result = server.run_pipeline(commands(&writes)).await;
        }
        match result {
            // The server responded with an error, so each write is sent alone and gets its own result.
            Err(error) if !error.is_io_error() && writes.len() > 1 => {
                for (write, reply) in writes.iter().zip(replies) {
                    let result = server.run_pipeline(commands(std::slice::from_ref(write))).await;
                    drop(reply.send(result.map_err(presence_error)));
                }
            }
            result => {
                let result = result.map_err(presence_error);
                if result.is_err() {
                    // Writes that were queued meanwhile fail too, so no caller waits for several timeouts in
                    // a row.
                    while let Ok((_, reply)) = queue.try_recv() {
                        drop(reply.send(result.clone()));
                    }
                }
                for reply in replies {
                    // A caller that was dropped does not cancel its write.
                    drop(reply.send(result.clone()));
                }
            }
        }
    }
}

/// Returns the keys of the sets that `writes` change.
fn sets(writes: &[PresenceWrite]) -> BTreeSet<String> {
    let departments = writes.iter().flat_map(|write| &write.departments).copied().map(department_key);
    departments.chain([ALL_AGENTS.to_owned()]).collect()
}

/// Returns the commands of `writes`, in order. Adjacent writes with equal TTLs share one command per set.
fn commands(writes: &[PresenceWrite]) -> Pipeline {
    let mut pipe = pipe();
    for chunk in writes.chunk_by(|one, next| one.ttl() == next.ttl()) {
        let mut sets = BTreeMap::from([(ALL_AGENTS.to_owned(), Vec::new())]);
        for write in chunk {
            // The record precedes the sets. A read of a set removes members without a record.
            match &write.record {
                Some((text, ttl)) => {
                    pipe.cmd("SET").arg(record_key(write.agent)).arg(text).arg("PX").arg(millis(*ttl))
                }
                None => pipe.cmd("DEL").arg(record_key(write.agent)),
            };
            sets.entry(ALL_AGENTS.to_owned()).or_default().push(write.agent.to_string());
            for department in &write.departments {
                sets.entry(department_key(*department)).or_default().push(write.agent.to_string());
            }
        }
        let ttl = chunk.first().and_then(PresenceWrite::ttl);
        for (set, agents) in sets {
            pipe.cmd(if ttl.is_some() { "SADD" } else { "SREM" }).arg(&set).arg(agents);
            if let Some(ttl) = ttl {
                pipe.cmd("PEXPIRE").arg(&set).arg(millis(ttl.saturating_mul(2)));
            }
        }
    }
    pipe
}
