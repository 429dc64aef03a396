//! Options of a desk under test.
use super::backends::Backends;
use super::{ADMIN, http};
use antri::app::MAX_REFRESH_INTERVAL;
use antri::bot::context::AnswerLimits;
use antri::config::http::HttpConfig;
use antri::domain::policy::Settings;
use antri::domain::quota::Quota;
use antri::engine::ports::{Presence, Signals};
use antri::outbox::rate_limit::RateLimits;
use std::sync::Arc;
use std::time::Duration;

/// The options of a desk; the default has no limits and long polling.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) call_timeout: Duration,
    pub(crate) limits: RateLimits,
    pub(crate) quota: Quota,
    pub(crate) sweep_every: Duration,
    /// The longest delay between two refreshes of live cards.
    pub(crate) max_refresh_interval: Duration,
    /// How long people wait without an answer. By default for ever: a slow machine changes no answer.
    pub(crate) answer_limits: AnswerLimits,
    /// `ADMIN_IDS`; if it holds `ADMIN`, that person has pressed Start.
    pub(crate) admin_ids: Vec<i64>,
    /// The page limit of the store, for tests of a full disk.
    pub(crate) max_pages: Option<u32>,
    /// The secret of webhook mode; long polling if there is none.
    pub(crate) webhook: Option<&'static str>,
    /// The side API's settings.
    pub(crate) http: HttpConfig,
    /// The back ends, if the environment does not choose them.
    pub(crate) backends: Option<fn() -> Backends>,
    /// Presence, if it is not in the back ends.
    pub(crate) presence: Option<Arc<dyn Presence>>,
    /// The TTL of a presence record.
    pub(crate) presence_ttl: Duration,
    /// The signals to other replicas; a single replica if there are none.
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
            max_refresh_interval: MAX_REFRESH_INTERVAL,
            answer_limits: AnswerLimits { press: Duration::MAX, update: Duration::MAX },
            admin_ids: vec![ADMIN],
            max_pages: None,
            webhook: None,
            http: http(),
            backends: None,
            presence: None,
            presence_ttl: Duration::from_secs(300),
            signals: None,
        }
    }
}
