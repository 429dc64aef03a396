//! The engine: verbs that people and programs call, planned by pure functions and committed by conditional writes.
pub mod ports;
