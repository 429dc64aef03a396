//! Routes of the side API, one file per resource.
pub(super) mod agent_status;
pub(super) mod agents;
pub(super) mod audit;
pub(super) mod dead_letters;
pub(super) mod departments;
pub(super) mod files;
pub(super) mod health;
pub(super) mod login;
pub(super) mod messages;
pub(super) mod page_login;
pub(super) mod queue;
pub(super) mod replies;
pub(super) mod settings;
pub(super) mod statistics;
pub(super) mod tickets;
pub(super) mod webhook_deliveries;
pub(super) mod workload;
