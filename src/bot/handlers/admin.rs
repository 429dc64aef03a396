//! Handlers of the admin commands.
pub mod admins;
pub mod agents;
pub mod alerts;
pub mod bans;
pub mod capacity;
pub mod choices;
pub mod console;
pub mod dead_letters;
pub mod departments;
mod identity;
pub mod invite;
pub mod invites;
pub(super) mod matching;
pub mod name_prompts;
pub(super) mod pickers;
pub mod priority;
pub mod reassign;
pub mod replies;
