//! Where the desk keeps what must not be lost. The embedded back end is one SQLite file and needs no server; the other is a
//! MongoDB server, which several desks can share.
mod fifo_guard;
pub mod mongo;
pub mod sqlite;
mod ttl_cache;

pub use mongo::Mongo;
pub use sqlite::Sqlite;
