//! Controls for tests and the demo: faults, rate limits, the request journal, inspection of the state.
pub(super) mod faults;
pub(super) mod inspect;
pub(super) mod journal;
pub(super) mod listener;
pub(super) mod rate_limit;
