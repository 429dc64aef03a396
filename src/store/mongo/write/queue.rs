//! A write queue with group commit.
//!
//! Callers send commands over a bounded channel. One task takes everything that is waiting, runs it in a
//! single transaction and replies to each caller. The store has two queues, for the commands of tickets and
//! all other records, and for the outbox. Where both write the same message, the loser of the conflict reads again.
use crate::engine::ports::StoreError;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How many commands wait in the channel before callers wait to send.
const QUEUE_CAPACITY: usize = 1024;
/// A batch takes commands until it has this many changes: enough to share the wait for durability, few enough
/// that the first caller does not wait long.
const MAX_BATCH_CHANGES: usize = 512;

/// The reply channel of a command.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// The writer behind a queue: it takes the commands that waited together.
pub(crate) trait BatchWriter: Send + 'static {
    /// A command with its reply channel.
    type Command: Send + 'static;

    /// Returns how many changes a command adds to a batch.
    fn size(command: &Self::Command) -> usize;

    /// Writes a batch and replies to every caller.
    fn write(&mut self, batch: Vec<Self::Command>) -> impl Future<Output = ()> + Send;

    /// Releases what the writer holds. No command follows.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// The sending half of a write queue.
pub(crate) struct WriteQueue<C> {
    commands: Mutex<Option<mpsc::Sender<C>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<C: Send + 'static> WriteQueue<C> {
    /// Starts the task of a queue.
    pub(crate) fn start(writer: impl BatchWriter<Command = C>) -> Self {
        let (commands, waiting) = mpsc::channel(QUEUE_CAPACITY);
        let task = tokio::spawn(run(writer, waiting));
        Self { commands: Mutex::new(Some(commands)), task: Mutex::new(Some(task)) }
    }

    /// Sends a command and waits for its result. `command` takes the reply channel.
    pub(crate) async fn send<T>(&self, command: impl FnOnce(Reply<T>) -> C) -> Result<T, StoreError> {
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        let (reply, result) = oneshot::channel();
        commands.ok_or_else(closed)?.send(command(reply)).await.map_err(|_| closed())?;
        result.await.map_err(|_| StoreError::Unavailable("a write was interrupted".to_owned()))?
    }

    /// Finishes the commands that wait; later ones are refused.
    pub(crate) async fn close(&self) {
        drop(self.commands.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            drop(task.await);
        }
    }
}

async fn run<W: BatchWriter>(mut writer: W, mut waiting: mpsc::Receiver<W::Command>) {
    while let Some(first) = waiting.recv().await {
        let mut size = W::size(&first);
        let mut batch = vec![first];
        while size < MAX_BATCH_CHANGES
            && let Ok(command) = waiting.try_recv()
        {
            size += W::size(&command);
            batch.push(command);
        }
        writer.write(batch).await;
    }
    writer.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    /// Records the sizes of its batches. Each takes a second.
    struct Recorder(Arc<Mutex<Vec<usize>>>);

    impl BatchWriter for Recorder {
        type Command = (usize, Reply<()>);

        fn size((size, _): &(usize, Reply<()>)) -> usize {
            *size
        }

        async fn write(&mut self, batch: Vec<(usize, Reply<()>)>) {
            self.0.lock().unwrap().push(batch.len());
            tokio::time::sleep(Duration::from_secs(1)).await;
            for (_, reply) in batch {
                reply.send(Ok(())).unwrap();
            }
        }

        async fn close(self) {}
    }

    #[tokio::test(start_paused = true)]
    async fn commands_that_wait_together_share_a_batch_up_to_its_size() {
        let batches = Arc::default();
        let queue = WriteQueue::start(Recorder(Arc::clone(&batches)));
        let send = |size| queue.send(move |reply| (size, reply));
        let first = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::join!(send(1), send(MAX_BATCH_CHANGES), send(1))
        };
        let (alone, together) = tokio::join!(send(1), first);
        assert!(alone.is_ok() && together.0.is_ok() && together.1.is_ok() && together.2.is_ok());
        queue.close().await;
        assert_eq!(*batches.lock().unwrap(), [1, 2, 1]);
        let refused = send(1).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
}
