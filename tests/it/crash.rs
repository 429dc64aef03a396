//! Crash tests: the real program dies at a named point by SIGKILL, is started again, and has lost and doubled nothing.
mod actors;
mod balancer;
mod durable_state;
mod environment;
mod fleet;
mod load;
mod oracle;
mod points;
mod process;
mod proxy;
mod random_kills;
mod servers;
mod story;

pub(crate) use environment::Environment;
pub(crate) use process::DeskProcess;
pub(crate) use story::{Outcome, play};
