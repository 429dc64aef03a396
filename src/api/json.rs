//! JSON bodies of the side API.
pub(super) mod agent;
pub(super) mod audit;
pub(super) mod enums;
pub(super) mod hours;
pub(super) mod message;
pub(super) mod ticket;
