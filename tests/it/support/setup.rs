//! What a desk under test is told to be.
use super::{ADMIN, http};
use antri::config::http::HttpConfig;
use antri::domain::policy::Settings;
use antri::domain::quota::Quota;
use antri::engine::ports::{Presence, Signals};
use antri::outbox::rate_limit::RateLimits;
use std::sync::Arc;
use std::time::Duration;

/// What a test desk can be told to be.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) call_timeout: Duration,
    pub(crate) limits: RateLimits,
    pub(crate) quota: Quota,
    pub(crate) sweep_every: Duration,
    /// `ADMIN_IDS`; with the usual one, that person has pressed Start.
    pub(crate) admin_ids: Vec<i64>,
    /// The most pages that the store may have: a full disk.
    pub(crate) max_pages: Option<u32>,
    /// Webhook mode with this secret; long polling when there is none.
    pub(crate) webhook: Option<&'static str>,
    /// The side API's settings.
    pub(crate) http: HttpConfig,
    /// Who is there, if that is kept elsewhere than in the back ends.
    pub(crate) presence: Option<Arc<dyn Presence>>,
    /// How long a presence record outlives its last heartbeat.
    pub(crate) presence_ttl: Duration,
    /// The way to other replicas; alone on its store when there is none.
    pub(crate) signals: Option<Arc<dyn Signals>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            call_timeout: Duration::from_secs(10),
            limits: RateLimits::NONE,
            quota: Quota::NONE,
            sweep_every: Duration::from_secs(3_600),
            admin_ids: vec![ADMIN],
            max_pages: None,
            webhook: None,
            http: http(),
            presence: None,
            presence_ttl: Duration::from_secs(300),
            signals: None,
        }
    }
}
