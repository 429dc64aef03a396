//! The back ends that the configuration names: the queues on a MongoDB server or in the embedded file, presence in Redis or
//! in memory, and the way to other replicas where there can be some.
use super::ReplicaSetup;
use crate::config::storage::{RedisConfig, StorageConfig};
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Presence, Signals, Store};
use crate::engine::random::Random;
use crate::presence::{Memory, Redis};
use crate::signals::RedisSignals;
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

    /// Who this process is among those that share the store, and how it hears of them; `None` where it has the store to
    /// itself. Redis is quicker to tell; without it the store's own server does.
    pub fn replicas(
        &self,
        config: &StorageConfig,
        chance: &mut Random,
    ) -> anyhow::Result<Option<ReplicaSetup>> {
        let Self::Mongo(store) = self else { return Ok(None) };
        let signals: Arc<dyn Signals> = match (&config.redis, &config.mongodb) {
            (Some(redis), Some(desk)) => Arc::new(RedisSignals::open(&redis.address(), &desk.database)?),
            _ => Arc::new(store.signals()),
        };
        Ok(Some(ReplicaSetup { id: ReplicaId::from_random(chance.id()), signals }))
    }

    /// Finishes what was begun; what comes later is refused.
    pub async fn close(&self) {
        match self {
            Self::Embedded(store) => store.close().await,
            Self::Mongo(store) => store.close().await,
        }
    }
}

/// Presence as it is configured, and whether it ends with the process.
pub fn presence(redis: Option<&RedisConfig>) -> anyhow::Result<(Arc<dyn Presence>, bool)> {
    match redis {
        Some(redis) => {
            let presence = Redis::open(&redis.address());
            Ok((Arc::new(presence.context("presence can't be kept (REDIS_URL, REDIS_HOST)")?), false))
        }
        None => Ok((Arc::new(Memory::default()), true)),
    }
}
