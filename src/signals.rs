//! How replicas on one store hear of each other: by a channel of Redis.
pub mod redis;

pub use redis::RedisSignals;
