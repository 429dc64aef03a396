//! Who is there. Kept in Redis, or, embedded, in memory; what memory forgets in a restart, the store's last activities bring
//! back.
pub mod memory;
pub mod redis;

pub use memory::Memory;
pub use redis::Redis;
