//! Domain types of a ticket desk: ids, people, departments, tickets, schedules, policies and notices.
//!
//! Types and transitions only. No type here knows Telegram, a database, the clock or randomness. A transition
//! takes the old value and returns the new one, or an error that says why it is refused.
pub mod alert;
pub mod card;
pub mod content;
pub mod day;
pub mod department;
pub mod draft;
pub mod event;
pub mod ids;
pub mod notice;
pub mod number;
pub mod person;
pub mod policy;
pub mod presence;
pub mod quota;
pub mod schedule;
pub mod statistics;
pub mod text;
pub mod ticket;
pub mod traffic;

/// A point in time in UTC. Stored and compared with a resolution of one microsecond.
pub type Time = chrono::DateTime<chrono::Utc>;
