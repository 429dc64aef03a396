//! Controls for tests and the demo: faults, limits, the request journal, views of chats.
pub(super) mod faults;
pub(super) mod inspect;
pub(super) mod journal;
pub(super) mod limits;
pub(super) mod views;
