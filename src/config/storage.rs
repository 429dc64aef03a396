//! Storage configuration: the store (SQLite or MongoDB) and presence (memory or Redis).
use super::env::Reader;
#[cfg(feature = "servers")]
use super::servers::{MongoConfig, RedisConfig};
use std::path::PathBuf;

/// Store and presence.
#[derive(Debug, Clone)]
pub struct StorageConfig {
    /// `DATA_DIR`: the directory of the embedded store. Created if it does not exist. Default `data`.
    pub data_dir: PathBuf,
    /// The MongoDB server that replaces the embedded store, if it is configured.
    #[cfg(feature = "servers")]
    pub mongodb: Option<MongoConfig>,
    /// The Redis server that replaces presence in memory, if it is configured.
    #[cfg(feature = "servers")]
    pub redis: Option<RedisConfig>,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            #[cfg(feature = "servers")]
            mongodb: None,
            #[cfg(feature = "servers")]
            redis: None,
        }
    }
}

impl StorageConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        if cfg!(not(feature = "servers")) {
            refuse_servers(read);
        }
        Self {
            data_dir: read.or("DATA_DIR", Self::default().data_dir, "a directory", |text| Some(text.into())),
            #[cfg(feature = "servers")]
            mongodb: MongoConfig::read(read),
            #[cfg(feature = "servers")]
            redis: RedisConfig::read(read),
        }
    }
}

/// Refuses the servers of a configuration, for a build that can't use them: the desk would silently store everything
/// elsewhere.
pub(super) fn refuse_servers(read: &mut Reader<'_>) {
    // A default is what every build does without a server, so it may stand.
    let settings = [
        ("MONGODB_URI", None),
        ("MONGODB_DB", Some("antri")),
        ("REDIS_URL", None),
        ("REDIS_HOST", None),
        ("REDIS_PORT", Some("6379")),
        ("REDIS_PASSWORD", None),
        ("REDIS_DB", Some("0")),
    ];
    for (name, default) in settings {
        if read.is_set(name) && !default.is_some_and(|default| read.has_value(name, default)) {
            read.problem(
                name,
                "set, but this program was built without MongoDB and Redis (--no-default-features)",
            );
        }
    }
}
