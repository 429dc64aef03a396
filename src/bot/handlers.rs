//! The handlers, by who they serve. Each parses, calls one verb of the engine and answers its own chat.
pub mod admin;
pub mod agent;
pub mod capacity;
pub mod common;
pub mod customer;
pub mod explain;
pub mod invite;
pub mod manage;
pub mod naming;
mod pick;
pub mod reassign;
pub mod serving;
