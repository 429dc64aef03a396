//! A lane of this process to the server, for what needs a transaction. Whatever waits for it shares one, so that many jobs
//! cost one wait for durability, and the process never overtakes itself.
//!
//! There are two: facts (`turn`) are what people wait for, and what became of deliveries and what is claimed next
//! (`dispatch`) is more work and can wait a little. They write different documents, so neither overtakes the other.
use crate::engine::ports::StoreError;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How many jobs may wait for a lane before callers do.
const WAITING: usize = 1024;
/// A transaction takes jobs in until it has this many changes: enough to share the wait, few enough that the first in it is
/// not kept long.
const GROUP: usize = 512;

/// The way back to who waits for a job.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Who works at a lane.
pub(super) trait Worker: Send + 'static {
    /// What it does.
    type Job: Send + 'static;

    /// How much a job adds to a transaction.
    fn size(job: &Self::Job) -> usize;

    /// Does jobs that waited together, and tells everybody what came of it.
    fn work(&mut self, jobs: Vec<Self::Job>) -> impl Future<Output = ()> + Send;

    /// Nothing more will come.
    fn end(self) -> impl Future<Output = ()> + Send;
}

/// The way to a lane.
pub(super) struct Lane<J> {
    jobs: Mutex<Option<mpsc::Sender<J>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<J: Send + 'static> Lane<J> {
    /// Starts the lane.
    pub(super) fn start(worker: impl Worker<Job = J>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(serve(worker, waiting));
        Self { jobs: Mutex::new(Some(jobs)), task: Mutex::new(Some(task)) }
    }

    /// Has a job done. The job is made of the way back.
    pub(super) async fn run<T>(&self, job: impl FnOnce(Reply<T>) -> J) -> Result<T, StoreError> {
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

async fn serve<W: Worker>(mut worker: W, mut waiting: mpsc::Receiver<W::Job>) {
    while let Some(first) = waiting.recv().await {
        let mut size = W::size(&first);
        let mut jobs = vec![first];
        while size < GROUP
            && let Ok(job) = waiting.try_recv()
        {
            size += W::size(&job);
            jobs.push(job);
        }
        worker.work(jobs).await;
    }
    worker.end().await;
}
