//! The handlers, by who they serve. Each parses, calls one verb of the engine and answers its own chat.
pub mod admin;
pub mod agent;
pub mod common;
pub mod customer;
pub mod refusals;
