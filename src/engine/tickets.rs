//! Commands on tickets: opening, ticket steps of the holder, reassignment, priority.
mod amend;
pub mod open;
pub mod priority;
pub mod reassign;
pub mod relocate;
pub mod steps;
