//! Operations on agents: availability, heartbeats, presence, membership.
mod absence;
mod admins;
mod alias;
pub mod availability;
pub mod heartbeat;
mod invites;
pub mod membership;
pub(super) mod observation_window;
pub mod overrides;
mod preferences;
pub(super) mod presence_monitor;
pub mod presence_policy;
mod reachability;
pub mod settings;
mod working_hours;
