//! The inbox: each update is appended once and completed once. It becomes a dead letter if it cannot be
//! handled, and it survives outages.
mod dead_letters;
mod parser_panics;
mod quick_polls;
mod readiness;
mod repeats;
mod secrets;
mod start;
mod store_outage;
mod unclean;
mod unreadable_rows;
mod webhook;
