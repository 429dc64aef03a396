//! What a ticket desk is made of: ids, people, departments, tickets, policy, and what is told to whom.
//!
//! Types and transitions only. Nothing here knows Telegram, a database, the clock or chance; a transition takes the
//! old value, returns the new one or says why not, and the caller decides what to do with it.
pub mod alert;
pub mod card;
pub mod department;
pub mod draft;
pub mod event;
pub mod ids;
pub mod invite;
pub mod notice;
pub mod number;
pub mod person;
pub mod policy;
pub mod presence;
pub mod quota;
pub mod text;
pub mod ticket;

/// A moment in UTC. Stored and compared at a resolution of one microsecond.
pub type Time = chrono::DateTime<chrono::Utc>;
