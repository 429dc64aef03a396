//! Chats of the sandbox: users, messages, files, callback queries, command menus.
pub(super) mod detect;
pub(super) mod entities;
pub(super) mod files;
pub(super) mod groups;
pub(super) mod inline;
pub(super) mod keyboard;
pub(super) mod menus;
pub(super) mod message;
pub(super) mod presses;
pub(super) mod raw;
pub(super) mod reactions;
pub(super) mod render;
pub(super) mod text;
pub(super) mod topics;
pub(super) mod user_messages;
pub(super) mod users;
pub(super) mod views;
