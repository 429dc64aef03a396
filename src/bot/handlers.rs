//! Update handlers, grouped by audience. Each parses the update, calls one method of the engine and answers
//! in the same chat.
pub mod admin;
pub mod agent;
pub mod agent_tickets;
pub mod alias;
pub mod cancel;
pub mod common;
pub mod conversation;
pub mod customer;
pub mod draft_messages;
pub mod feedback;
pub mod focus;
pub mod reactions;
pub mod records;
pub mod refusals;
pub mod settings;
pub mod statistics;
pub mod tickets;
pub mod topics;
pub mod web;
