//! Presence records in Redis or, for an embedded desk, in memory. After a restart, records in memory are
//! restored from the last activities in the store.
mod clients;
pub mod memory;
#[cfg(feature = "servers")]
pub mod redis;

pub use memory::Memory;
#[cfg(feature = "servers")]
pub use redis::RedisPresence;
