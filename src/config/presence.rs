//! How presence is kept alive.
use super::env::Reader;
use std::time::Duration;

/// A day: beyond that a time-out is rather a mistake in the unit.
const MAX_SECONDS: u64 = 24 * 3_600;

/// The life of a presence record.
#[derive(Debug, Clone)]
pub struct PresenceConfig {
    /// `AGENT_STATUS_TTL`: how long a record outlives its last heartbeat, in seconds. Default 300.
    pub status_ttl: Duration,
    /// `HEARTBEAT_INTERVAL`: how often clients send a heartbeat, and the bot for agents online through Telegram, in seconds.
    /// Default 180; less than `AGENT_STATUS_TTL`.
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
