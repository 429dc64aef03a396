//! The bot: Telegram's updates in, messages out. The engine makes the changes.
//!
//! | file | content |
//! |---|---|
//! | `schema` | the tree: which update goes to which handler |
//! | `commands`, `callback` | parsed commands, typed button actions |
//! | `context`, `toast`, `invite_cache` | what handlers are given and return; the answer to a press |
//! | `inline`, `inline_mode` | canned replies as results of inline queries; whether there are any |
//! | `handlers/` | parse, call one method of the engine, answer |
//! | `cards/` | views of cards, their loader, the composer of deliveries, the refresher of live cards |
//! | `render`, `menu`, `mini_app`, `paging`, `identity` | views as Telegram's HTML and buttons; the command menu; the button of the web front end; pages of lists; names of people told apart |
pub mod callback;
pub mod cards;
pub mod commands;
pub mod context;
pub mod handlers;
mod identity;
pub mod inline;
pub mod inline_mode;
pub mod invite_cache;
pub mod menu;
pub mod mini_app;
pub mod outage_chats;
mod outage_notice;
mod paging;
pub mod render;
pub mod schema;
pub mod toast;
mod typing;
