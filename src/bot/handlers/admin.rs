//! Handlers of the admin commands.
pub mod agents;
pub mod capacity;
pub mod department_picker;
pub mod departments;
pub mod invite;
pub mod name_prompts;
pub(super) mod pickers;
pub mod reassign;
