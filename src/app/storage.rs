//! The store that the configuration names: a MongoDB server, or the embedded file.
use crate::config::storage::StorageConfig;
use crate::engine::ports::Store;
use crate::store::{Mongo, Sqlite};
use anyhow::Context;
use std::sync::Arc;

/// The store that was chosen.
pub enum Storage {
    /// One file, `DATA_DIR`.
    Embedded(Arc<Sqlite>),
    /// A server, `MONGODB_URI`.
    Mongo(Arc<Mongo>),
}

impl Storage {
    /// Opens the store that is configured.
    pub async fn open(config: &StorageConfig) -> anyhow::Result<Self> {
        if let Some(server) = &config.mongodb {
            let store = Mongo::open(&server.uri, &server.database).await;
            Ok(Self::Mongo(Arc::new(store.context("the store can't be opened (MONGODB_URI)")?)))
        } else {
            let store = Sqlite::open(&config.data_dir);
            Ok(Self::Embedded(Arc::new(store.context("the store can't be opened (DATA_DIR)")?)))
        }
    }

    /// The store, as the desk knows it.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded(store) => store.clone(),
            Self::Mongo(store) => store.clone(),
        }
    }

    /// Finishes what was begun; what comes later is refused.
    pub async fn close(&self) {
        match self {
            Self::Embedded(store) => store.close().await,
            Self::Mongo(store) => store.close().await,
        }
    }
}
