//! Signal back ends: a Redis channel between the replicas on one store.
pub mod redis;

pub use redis::RedisSignals;
