//! Operations on tickets: opening, ticket steps of the holder, reassignment, priority,
//! cancellation by an admin, reopening, rating, undo of a cancellation, and search.
mod amend;
pub(in crate::engine) mod cancel;
pub mod no_answer;
pub mod open;
pub mod priority;
pub mod rating;
pub mod reassign;
pub mod relocate;
pub mod reopen;
pub mod search;
pub mod snooze;
pub mod steps;
pub mod undo;
