//! Cards: messages that the bot edits in place. Views are loaded from the store, composed and refreshed here.
pub mod composer;
pub mod refresher;
pub mod view_loader;
pub mod views;
