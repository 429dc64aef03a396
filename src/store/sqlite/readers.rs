//! A few connections that only read, used on tokio's blocking threads; as many at once as there are connections.
use super::schema;
use crate::engine::ports::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The pool.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens `connections` of them.
    pub(super) fn open(file: &Path, connections: usize) -> Result<Self, StoreError> {
        let idle = (0..connections).map(|_| schema::reader(file)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(connections)) })
    }

    /// Runs `query` in a read transaction, so that all it reads is of one moment.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| gone())?;
        let lent = Lent { conn: lock(&self.idle).pop(), home: self.idle.clone() };
        let read = tokio::task::spawn_blocking(move || {
            let lent = lent;
            let conn = lent.conn.as_ref().ok_or_else(gone)?;
            let found = conn.unchecked_transaction().and_then(|tx| query(&tx));
            drop(lent);
            drop(permit);
            Ok(found?)
        });
        read.await.map_err(|_| StoreError::Unavailable("a read broke off".to_owned()))?
    }
}

/// A connection on loan. It goes home even when the query panics.
struct Lent {
    conn: Option<Connection>,
    home: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        lock(&self.home).extend(self.conn.take());
    }
}

fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone() -> StoreError {
    StoreError::Unavailable("no connection is left to read with".to_owned())
}
