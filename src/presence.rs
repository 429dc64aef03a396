//! Presence records in Redis or, for an embedded desk, in memory. After a restart, records in memory are
//! restored from the last activities in the store.
mod clients;
pub mod memory;
pub mod redis;

pub use memory::Memory;
pub use redis::RedisPresence;
