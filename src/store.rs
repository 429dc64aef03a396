//! Durable stores with two back ends. SQLite is embedded: one file, no server. MongoDB is a server that
//! several desks can share.
mod fifo_guard;
#[cfg(feature = "servers")]
pub mod mongo;
mod personal_data;
mod round_robin;
mod search_words;
pub mod sqlite;
mod ttl_cache;
mod unreadable;

#[cfg(feature = "servers")]
pub use mongo::Mongo;
pub use sqlite::Sqlite;
