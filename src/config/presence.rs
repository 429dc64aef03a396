//! Presence configuration: the lifetime of records and the interval of heartbeats.
use super::env::Reader;
use std::time::Duration;

/// One day. A longer time-out is probably a mistake in the unit.
const MAX_SECONDS: u64 = 24 * 3_600;

/// Lifetime of a presence record, and interval of heartbeats.
#[derive(Debug, Clone)]
pub struct PresenceConfig {
    /// `AGENT_STATUS_TTL`: seconds that a presence record lasts after a heartbeat. Default 300.
    pub status_ttl: Duration,
    /// `HEARTBEAT_INTERVAL`: seconds between the heartbeats of a client. Default 180. Must be less than
    /// `AGENT_STATUS_TTL`.
    pub heartbeat_interval: Duration,
}

impl Default for PresenceConfig {
    fn default() -> Self {
        Self { status_ttl: Duration::from_secs(300), heartbeat_interval: Duration::from_secs(180) }
    }
}

impl PresenceConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let status_ttl = read.seconds("AGENT_STATUS_TTL", default.status_ttl, 1..=MAX_SECONDS);
        let heartbeat_interval =
            read.seconds("HEARTBEAT_INTERVAL", default.heartbeat_interval, 1..=MAX_SECONDS);
        if heartbeat_interval >= status_ttl {
            let (beat, ttl) = (heartbeat_interval.as_secs(), status_ttl.as_secs());
            let what = format!(
                "{beat} is not less than AGENT_STATUS_TTL ({ttl}): agents would expire between heartbeats"
            );
            read.problem("HEARTBEAT_INTERVAL", &what);
        }
        Self { status_ttl, heartbeat_interval }
    }
}
