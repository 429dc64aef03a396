//! HTTP layer of the side API: authentication, extractors, errors, the envelope, middleware and rate limits.
pub(super) mod auth;
pub(super) mod envelope;
pub(super) mod error;
pub(super) mod extract;
pub(super) mod middleware;
pub(super) mod person_permits;
pub(super) mod rate_limit;
pub(super) mod session_cookie;
