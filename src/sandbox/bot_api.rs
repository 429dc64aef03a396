//! Bot API of the sandbox: requests, validation, methods, replies.
pub(super) mod body;
pub(super) mod error;
pub(super) mod html;
pub(super) mod markup;
pub(super) mod methods;
pub(super) mod parse_mode;
pub(super) mod schema;
pub(super) mod server;
pub(super) mod wire;
