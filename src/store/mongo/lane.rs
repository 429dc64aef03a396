//! A lane of this process to the server, for what needs a transaction. Whatever waits for it shares one, so that many jobs
//! cost one wait for durability, and the process never overtakes itself.
//!
//! There are two: facts (`turn`) are what people wait for, and what became of deliveries and what is claimed next
//! (`dispatch`) is more work and can wait a little. They write different documents, so neither overtakes the other.
use crate::engine::ports::StoreError;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

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

    /// How far apart its turns begin at least, as things are: what comes meanwhile shares the next one.
    fn apart(&self) -> Duration {
        Duration::ZERO
    }

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
    let mut begun: Option<Instant> = None;
    while let Some(first) = waiting.recv().await {
        let apart = worker.apart();
        if let Some(last) = begun.filter(|last| last.elapsed() < apart) {
            tokio::time::sleep_until(last + apart).await;
        }
        begun = Some(Instant::now());
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Notes when its turns begin, and how many jobs share each. A turn takes no time.
    struct Diary(Arc<Mutex<Vec<(Duration, usize)>>>, Instant);

    impl Worker for Diary {
        type Job = Reply<()>;

        fn apart(&self) -> Duration {
            Duration::from_millis(10)
        }

        fn size(_: &Reply<()>) -> usize {
            1
        }

        async fn work(&mut self, jobs: Vec<Reply<()>>) {
            self.0.lock().unwrap().push((self.1.elapsed(), jobs.len()));
            for job in jobs {
                job.send(Ok(())).unwrap();
            }
        }

        async fn end(self) {}
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_soon_after_a_turn_shares_the_next() {
        let diary = Arc::default();
        let lane = Lane::start(Diary(Arc::clone(&diary), Instant::now()));
        let job = || lane.run(|reply| reply);
        job().await.unwrap();
        let (one, two) = tokio::join!(job(), job());
        assert!(one.is_ok() && two.is_ok());
        tokio::time::advance(Duration::from_millis(15)).await;
        job().await.unwrap();
        lane.close().await;
        let turns: Vec<_> = diary.lock().unwrap().iter().map(|(at, jobs)| (at.as_millis(), *jobs)).collect();
        assert_eq!(turns, [(0, 1), (10, 2), (25, 1)]);
    }
}
