//! Back ends of a test desk: a temporary folder and memory or, with `ANTRI_TEST_BACKENDS=servers`, a database
//! of its own on the shared MongoDB server and a Redis server of its own.
use super::mongod;
use super::redis::RedisServer;
use antri::app::Storage;
use antri::engine::ports::{Presence, StoreError};
use antri::presence::{Memory, RedisPresence};
use antri::store::sqlite::Options;
use antri::store::{Mongo, Sqlite};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// The environment variable that chooses the back ends: `embedded` (the default) or `servers`.
const BACKENDS: &str = "ANTRI_TEST_BACKENDS";

pub(crate) enum Backends {
    Embedded(TempDir),
    Servers { database: String, redis: RedisServer },
}

impl Backends {
    pub(crate) fn from_env() -> Self {
        match std::env::var(BACKENDS).as_deref() {
            Ok("servers") => Self::servers(),
            Ok("embedded") | Err(_) => Self::embedded(),
            Ok(other) => panic!("{BACKENDS} is {other:?}, expected embedded or servers"),
        }
    }

    pub(crate) fn embedded() -> Self {
        Self::Embedded(tempfile::tempdir().unwrap())
    }

    pub(crate) fn servers() -> Self {
        Self::Servers { database: mongod::database(), redis: RedisServer::start() }
    }

    /// Returns the folder of the embedded store.
    pub(crate) fn dir(&self) -> &Path {
        match self {
            Self::Embedded(dir) => dir.path(),
            Self::Servers { .. } => panic!("a test of the embedded store runs on servers"),
        }
    }

    /// Opens the store. Only the embedded store has a disk of limited size.
    pub(crate) async fn store(&self, options: Options) -> Result<Storage, StoreError> {
        match self {
            Self::Embedded(dir) => {
                Sqlite::open_with(dir.path(), options).map(Arc::new).map(Storage::Embedded)
            }
            Self::Servers { database, .. } => {
                Mongo::open(&mongod::uri(), database).await.map(Arc::new).map(Storage::Mongo)
            }
        }
    }

    /// Returns presence as a new process finds it.
    pub(crate) fn presence(&self) -> Arc<dyn Presence> {
        match self {
            Self::Embedded(_) => Arc::new(Memory::default()),
            Self::Servers { redis, .. } => Arc::new(RedisPresence::open(&redis.url()).unwrap()),
        }
    }

    /// Returns true if presence ends with the process.
    pub(crate) fn presence_is_volatile(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }
}
