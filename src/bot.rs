//! The bot: what people see and press. Commands and presses in, words out; the deeds are the engine's.
pub mod callback;
pub mod menu;
pub mod render;
pub mod view;
