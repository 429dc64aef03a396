//! The MongoDB store as a back end, and what only a server can be: no replica set, of another version, without an index.
use super::Backend;
use crate::support::mongod;
use antri::engine::ports::Store;
use antri::store::Mongo;
use async_trait::async_trait;
use std::sync::Arc;

/// The store in a database of its own.
pub(crate) struct Served {
    store: Arc<Mongo>,
    database: String,
}

/// A name that no other test has.
fn database() -> String {
    format!("antri_test_{}", mongodb::bson::oid::ObjectId::new().to_hex())
}

async fn open(database: &str) -> Arc<Mongo> {
    Arc::new(Mongo::open(&mongod::uri(), database).await.unwrap())
}

#[async_trait]
impl Backend for Served {
    async fn fresh() -> Self {
        let database = database();
        Self { store: open(&database).await, database }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn reopen(self) -> Self {
        let Self { store, database } = self;
        store.close().await;
        Self { store: open(&database).await, database }
    }
}
