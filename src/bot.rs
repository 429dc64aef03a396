//! The bot: what people see and press. Commands and presses in, words out; the deeds are the engine's.
//!
//! | file | what |
//! |---|---|
//! | `schema` | the tree: which update goes to which handler |
//! | `commands`, `callback` | what was typed, what was pressed |
//! | `context`, `toast` | what handlers take and give; the answer to a press |
//! | `handlers/` | parse, call one verb of the engine, answer |
//! | `facts`, `view`, `render` | what a card shows: loaded, plain, in words |
//! | `compose` | puts deliveries into words when they are sent |
//! | `live` | keeps cards in step with what happens |
pub mod callback;
pub mod cards;
pub mod commands;
pub mod context;
pub mod handlers;
pub mod invite_cache;
pub mod menu;
mod paging;
pub mod render;
pub mod schema;
pub mod toast;
