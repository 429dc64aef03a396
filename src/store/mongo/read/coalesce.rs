//! Coalesces point reads into batched `$in` queries.
//!
//! Keys that arrive while a query is running form the next batch. A caller never joins a query that was
//! already sent, so a result is never older than its request. Nothing is kept between batches. At 200 arrivals
//! per second on a busy server, plain reads made an assignment at least twice as slow.
use crate::engine::ports::StoreError;
use crate::store::mongo::client::Db;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use tokio::sync::{mpsc, oneshot};

/// How many keys wait in the channel before callers wait to send.
const QUEUE_CAPACITY: usize = 1_024;
/// The most keys of one query: about 10 KB.
const MAX_BATCH_KEYS: usize = 256;

/// The values of the keys that exist.
pub(crate) type Loaded<K, V> = Result<HashMap<K, V>, StoreError>;
type Response<V> = Result<Option<V>, StoreError>;

/// The sending half of a task that reads the values of keys.
pub(crate) struct Coalescer<K, V>(mpsc::Sender<(K, oneshot::Sender<Response<V>>)>);

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> Coalescer<K, V> {
    /// Starts the task, which ends when the coalescer is dropped. `load` returns the values of the keys that
    /// exist.
    pub(crate) fn new<F>(db: &Db, load: impl Fn(Db, Vec<K>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Loaded<K, V>> + Send + 'static,
    {
        let (requests, mut waiting) = mpsc::channel::<(K, oneshot::Sender<Response<V>>)>(QUEUE_CAPACITY);
        let db = db.clone();
        drop(tokio::spawn(async move {
            let mut batch = Vec::new();
            while waiting.recv_many(&mut batch, MAX_BATCH_KEYS).await > 0 {
                let keys: HashSet<_> = batch.iter().map(|(key, _)| key.clone()).collect();
                let found = load(db.clone(), keys.into_iter().collect()).await;
                for (key, reply) in batch.drain(..) {
                    let response = found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone);
                    // The caller may have been dropped.
                    drop(reply.send(response));
                }
            }
        }));
        Self(requests)
    }

    /// Returns the value of a key, read after this call.
    pub(crate) async fn get(&self, key: K) -> Response<V> {
        let interrupted = || StoreError::Unavailable("a read was interrupted".to_owned());
        let (reply, response) = oneshot::channel();
        self.0.send((key, reply)).await.map_err(|_| interrupted())?;
        response.await.map_err(|_| interrupted())?
    }
}
