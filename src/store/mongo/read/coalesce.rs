//! Coalesces point reads into batched `$in` queries.
//!
//! Keys that arrive while a query is running form the next batch. A caller never joins a query that was
//! already sent, so a result is never older than its request. Nothing is kept between batches.
use crate::engine::ports::StoreError;
use crate::store::mongo::client::Db;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use tokio::sync::{mpsc, oneshot};

/// How many keys wait in the channel before callers wait to send.
const QUEUE_CAPACITY: usize = 1_024;
/// The most keys of one query: about 10 KB.
const MAX_BATCH_KEYS: usize = 256;

/// A query by many keys of one kind.
pub(crate) trait Loader: 'static {
    /// The key that is looked up.
    type Key: Clone + Eq + Hash + Send + Sync;
    /// The value that is found.
    type Value: Clone + Send + Sync;

    /// Returns the values of the keys that exist.
    fn load(
        db: &Db,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, StoreError>> + Send;
}

type Request<L> = (<L as Loader>::Key, oneshot::Sender<Response<L>>);
type Response<L> = Result<Option<<L as Loader>::Value>, StoreError>;

/// The sending half of a loader's task.
pub(crate) struct Coalescer<L: Loader> {
    requests: mpsc::Sender<Request<L>>,
}

impl<L: Loader> Coalescer<L> {
    /// Starts the loader's task, which ends when the coalescer is dropped.
    pub(crate) fn new(db: &Db) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE_CAPACITY);
        drop(tokio::spawn(run::<L>(db.clone(), waiting)));
        Self { requests }
    }

    /// Returns the value of a key, read after this call.
    pub(crate) async fn get(&self, key: L::Key) -> Response<L> {
        let interrupted = || StoreError::Unavailable("a read was interrupted".to_owned());
        let (reply, response) = oneshot::channel();
        self.requests.send((key, reply)).await.map_err(|_| interrupted())?;
        response.await.map_err(|_| interrupted())?
    }
}

async fn run<L: Loader>(db: Db, mut requests: mpsc::Receiver<Request<L>>) {
    let mut batch = Vec::new();
    while requests.recv_many(&mut batch, MAX_BATCH_KEYS).await > 0 {
        let keys: HashSet<_> = batch.iter().map(|(key, _)| key.clone()).collect();
        let found = L::load(&db, keys.into_iter().collect()).await;
        for (key, reply) in batch.drain(..) {
            let response = found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone);
            // The caller may have been dropped.
            drop(reply.send(response));
        }
    }
}
