//! The back ends that the configuration selects: the store in MongoDB or in an embedded file, presence in
//! Redis or in memory, and signals between replicas that share a store.
use super::ReplicaSetup;
use crate::config::storage::StorageConfig;
#[cfg(feature = "servers")]
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Presence, Store};
use crate::engine::random::Random;
use crate::presence::Memory;
use crate::store::Sqlite;
#[cfg(feature = "servers")]
use crate::{engine::ports::Signals, presence::RedisPresence, signals::RedisSignals, store::Mongo};
use anyhow::Context;
use std::sync::Arc;

/// The configured store.
pub enum Storage {
    /// SQLite in one file under `DATA_DIR`.
    Embedded(Arc<Sqlite>),
    /// A MongoDB server, `MONGODB_URI`.
    #[cfg(feature = "servers")]
    Mongo(Arc<Mongo>),
}

impl Storage {
    /// Opens the configured store.
    pub async fn open(config: &StorageConfig) -> anyhow::Result<Self> {
        #[cfg(feature = "servers")]
        if let Some(server) = &config.mongodb {
            let store = Mongo::open(&server.uri, &server.database).await;
            return Ok(Self::Mongo(Arc::new(store.context("failed to open the store (MONGODB_URI)")?)));
        }
        let store = Sqlite::open(&config.data_dir);
        Ok(Self::Embedded(Arc::new(store.context("failed to open the store (DATA_DIR)")?)))
    }

    /// Returns the store as the port that the engine uses.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded(store) => store.clone(),
            #[cfg(feature = "servers")]
            Self::Mongo(store) => store.clone(),
        }
    }

    /// Returns a new replica id and the signals of a shared store; `None` for the embedded store, which has
    /// one process. Signals go through Redis if it is configured, since it is faster, else through the
    /// store's own server.
    #[cfg_attr(not(feature = "servers"), expect(unused_variables, reason = "only servers are configured"))]
    pub fn replicas(
        &self,
        config: &StorageConfig,
        random: &mut Random,
    ) -> anyhow::Result<Option<ReplicaSetup>> {
        match self {
            Self::Embedded(_) => Ok(None),
            #[cfg(feature = "servers")]
            Self::Mongo(store) => {
                let signals: Arc<dyn Signals> = match (&config.redis, &config.mongodb) {
                    (Some(redis), Some(mongodb)) => {
                        Arc::new(RedisSignals::open(&redis.address(), &mongodb.database)?)
                    }
                    _ => Arc::new(store.signals()),
                };
                Ok(Some(ReplicaSetup { id: ReplicaId::from_random(random.id()), signals }))
            }
        }
    }

    /// Finishes running commits and closes the store; later calls fail.
    pub async fn close(&self) {
        match self {
            Self::Embedded(store) => store.close().await,
            #[cfg(feature = "servers")]
            Self::Mongo(store) => store.close().await,
        }
    }
}

/// Opens the configured presence; the second value says whether it is lost with the process.
#[cfg_attr(not(feature = "servers"), expect(unused_variables, reason = "only servers are configured"))]
pub fn presence(config: &StorageConfig) -> anyhow::Result<(Arc<dyn Presence>, bool)> {
    #[cfg(feature = "servers")]
    if let Some(redis) = &config.redis {
        let presence = RedisPresence::open(&redis.address());
        return Ok((Arc::new(presence.context("failed to open presence (REDIS_URL, REDIS_HOST)")?), false));
    }
    Ok((Arc::new(Memory::default()), true))
}
