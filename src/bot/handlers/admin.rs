//! Handlers of the admin commands.
pub mod agents;
pub mod bans;
pub mod capacity;
pub mod choices;
mod department_cards;
mod department_lookup;
mod department_picker;
pub mod departments;
pub mod invite;
pub(super) mod matching;
pub mod name_prompts;
pub(super) mod pickers;
pub mod reassign;
pub mod relocation;
pub mod replies;
