//! Handlers of the admin commands.
pub mod agents;
pub mod capacity;
pub mod choices;
mod department_cards;
mod department_lookup;
mod department_picker;
pub mod departments;
pub mod invite;
pub(super) mod matching;
pub mod name_prompts;
mod pickers;
pub mod reassign;
pub mod relocation;
