//! State of the sandbox: people, chats, messages, files.
pub(super) mod files;
pub(super) mod groups;
pub(super) mod menus;
pub(super) mod message;
pub(super) mod people;
pub(super) mod presses;
pub(super) mod state;
