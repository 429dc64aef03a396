//! Configuration from environment variables. There is one struct per topic; the doc of each field names its
//! variable.
//!
//! The configuration is read once, at the start. An invalid value is never replaced by the default:
//! [`Config::load`] collects all problems and reports them together. Secrets are [`secrecy::SecretString`]s,
//! which neither `Debug` nor an error shows.
pub mod desk;
pub mod env;
pub mod http;
pub mod log;
pub mod presence;
pub mod retention;
#[cfg(feature = "servers")]
pub mod servers;
pub mod storage;
pub mod telegram;
pub mod webhooks;

pub use env::{ConfigError, Env};

/// The whole configuration. `Config::default()` equals the result of an empty environment.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The bot's account and how it receives updates.
    pub telegram: telegram::TelegramConfig,
    /// The desk: admins, language, time zone, initial values of its settings.
    pub desk: desk::DeskConfig,
    /// The store and presence.
    pub storage: storage::StorageConfig,
    /// How long records are kept.
    pub retention: retention::RetentionConfig,
    /// The lifetime of presence records.
    pub presence: presence::PresenceConfig,
    /// The side API.
    pub http: http::HttpConfig,
    /// The log's filter and format.
    pub log: log::LogConfig,
}

impl Config {
    /// Reads all variables. The error lists all problems, one per line.
    pub fn load(env: &Env) -> Result<Self, ConfigError> {
        let mut read = env::Reader::new(env);
        let config = Self {
            telegram: telegram::TelegramConfig::read(&mut read),
            desk: desk::DeskConfig::read(&mut read),
            storage: storage::StorageConfig::read(&mut read),
            retention: retention::RetentionConfig::read(&mut read),
            presence: presence::PresenceConfig::read(&mut read),
            http: http::HttpConfig::read(&mut read),
            log: log::LogConfig::read(&mut read),
        };
        read.finish()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
