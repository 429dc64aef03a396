//! What a desk under test is set in: its clock, and what it is told to be.
use super::ADMIN;
use antri::clock::Clock;
use antri::domain::Time;
use antri::domain::policy::Settings;
use antri::engine::ports::Signals;
use antri::outbox::pace::Limits;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that stands still until it is wound.
#[derive(Clone)]
pub(crate) struct Wound(Arc<AtomicI64>);

impl Wound {
    pub(crate) fn new() -> Self {
        // 2025-12-04 13:52:53.600 in Jakarta, the moment of the ordered example.
        Self(Arc::new(AtomicI64::new(1_764_831_173_600_000)))
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn wind(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let wound = self.clone();
        Clock::from_fn(move || wound.now())
    }
}

/// What a test desk can be told to be.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) call_timeout: Duration,
    pub(crate) limits: Limits,
    /// `ADMIN_IDS`; with the usual one, that person has pressed Start.
    pub(crate) admin_ids: Vec<i64>,
    /// The most pages that the store may have: a full disk.
    pub(crate) max_pages: Option<u32>,
    /// Webhook mode with this secret; long polling when there is none.
    pub(crate) webhook: Option<&'static str>,
    /// The way to other replicas; alone on its store when there is none.
    pub(crate) signals: Option<Arc<dyn Signals>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            call_timeout: Duration::from_secs(10),
            limits: Limits::NONE,
            admin_ids: vec![ADMIN],
            max_pages: None,
            webhook: None,
            signals: None,
        }
    }
}
