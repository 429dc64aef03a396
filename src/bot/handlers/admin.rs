//! Handlers of the admin commands.
pub mod admins;
pub mod agents;
pub mod capacity;
pub mod choices;
pub mod dead_letters;
mod department_cards;
mod department_lookup;
mod department_picker;
pub mod departments;
mod identity;
pub mod invite;
pub mod invites;
mod matching;
pub mod name_prompts;
mod pickers;
pub mod reassign;
pub mod relocation;
