//! Commands on tickets: opening, ticket steps of the holder, reassignment, priority,
//! reopening, rating, and undo of a cancellation.
mod amend;
pub mod no_answer;
pub mod open;
pub mod priority;
pub mod rating;
pub mod reassign;
pub mod relocate;
pub mod reopen;
pub mod snooze;
pub mod steps;
pub mod undo;
