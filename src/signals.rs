//! Signals between the replicas on one store, over a Redis channel.
pub mod redis;

pub use redis::RedisSignals;
