//! Questions of one kind, asked together: whatever comes while one is under way waits, and is the next one as a whole.
//!
//! To a server a question costs much and an answer little, so a busy desk asks few large questions where a quiet one asks
//! each at once. No answer is older than its question: nobody joins one that is under way.
use super::db::Db;
use crate::engine::ports::StoreError;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use tokio::sync::{mpsc, oneshot};

/// How many may wait for the next question before callers wait to be let in.
const WAITING: usize = 1_024;
/// How many are asked together at most: a question of so many keys is some 10 KB.
const MOST: usize = 256;

/// A kind of question: what stands behind each of some keys.
pub(super) trait Question: 'static {
    /// What is asked about.
    type Key: Clone + Eq + Hash + Send + Sync;
    /// What can be found there.
    type Found: Clone + Send + Sync;

    /// Asks about all of them. Of what is not there nothing is said.
    fn ask(
        db: &Db,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Found>, StoreError>> + Send;
}

type Asked<Q> = (<Q as Question>::Key, oneshot::Sender<Answer<Q>>);
type Answer<Q> = Result<Option<<Q as Question>::Found>, StoreError>;

/// Where questions of one kind are asked.
pub(super) struct Together<Q: Question> {
    asked: mpsc::Sender<Asked<Q>>,
}

impl<Q: Question> Together<Q> {
    /// Asks this database. What asks ends when nobody can ask any more.
    pub(super) fn new(db: &Db) -> Self {
        let (asked, waiting) = mpsc::channel(WAITING);
        drop(tokio::spawn(serve::<Q>(db.clone(), waiting)));
        Self { asked }
    }

    /// What stands behind a key.
    pub(super) async fn get(&self, key: Q::Key) -> Answer<Q> {
        let broken = || StoreError::Unavailable("a question broke off".to_owned());
        let (reply, answer) = oneshot::channel();
        self.asked.send((key, reply)).await.map_err(|_| broken())?;
        answer.await.map_err(|_| broken())?
    }
}

async fn serve<Q: Question>(db: Db, mut asked: mpsc::Receiver<Asked<Q>>) {
    let mut waiting = Vec::new();
    while asked.recv_many(&mut waiting, MOST).await > 0 {
        let keys: HashSet<_> = waiting.iter().map(|(key, _)| key.clone()).collect();
        let found = Q::ask(&db, keys.into_iter().collect()).await;
        for (key, reply) in waiting.drain(..) {
            let answer = found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone);
            // A caller who no longer waits has given up on the answer.
            drop(reply.send(answer));
        }
    }
}
