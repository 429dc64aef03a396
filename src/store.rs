//! Store back ends. The embedded one is a SQLite file and needs no server. The other is a MongoDB server, which several
//! replicas can share.
mod fifo_guard;
pub mod mongo;
pub mod sqlite;
mod ttl_cache;

pub use mongo::Mongo;
pub use sqlite::Sqlite;
