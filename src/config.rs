//! What the desk is told by its environment: one struct per topic, each field with the variable it comes from.
//!
//! Read once, at the start. A bad value is never replaced by the default: [`Config::load`] collects everything that is wrong
//! and reports it together. What is secret is a [`secrecy::SecretString`], which `Debug` does not show, and is not repeated
//! in errors either.
pub mod desk;
pub mod env;
pub mod http;
pub mod log;
pub mod presence;
pub mod storage;
pub mod telegram;

pub use env::{ConfigError, Env};

/// Everything the environment says. `Config::default()` is what an empty environment gives.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The bot and how its updates come in.
    pub telegram: telegram::TelegramConfig,
    /// The desk itself: admins, language, time zone, first values of the settings.
    pub desk: desk::DeskConfig,
    /// Where things are kept.
    pub storage: storage::StorageConfig,
    /// How presence is kept alive.
    pub presence: presence::PresenceConfig,
    /// The side API.
    pub http: http::HttpConfig,
    /// What is logged, and how.
    pub log: log::LogConfig,
}

impl Config {
    /// Reads all of it. The error lists everything that is wrong, one line each.
    pub fn load(env: &Env) -> Result<Self, ConfigError> {
        let mut read = env::Reader::new(env);
        let config = Self {
            telegram: telegram::TelegramConfig::read(&mut read),
            desk: desk::DeskConfig::read(&mut read),
            storage: storage::StorageConfig::read(&mut read),
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
