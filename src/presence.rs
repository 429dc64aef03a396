//! Presence back ends: Redis, or the memory of this process. After a restart, the store's `last_activity` restores the
//! records that memory lost.
pub mod memory;
pub mod redis;

pub use memory::Memory;
pub use redis::Redis;
