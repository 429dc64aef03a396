//! Commands on agents: availability, heartbeats, presence, membership.
mod admins;
pub mod availability;
pub mod heartbeat;
mod invites;
pub mod membership;
pub(super) mod presence_monitor;
pub mod presence_policy;
mod reachability;
