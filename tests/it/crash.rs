//! Crash tests: the real program is killed with SIGKILL at named failpoints and at random moments, or its
//! servers fail. After a restart nothing is lost and nothing is done twice.
mod actors;
mod balancer;
mod durable_state;
mod environment;
mod faulty_telegram;
mod files;
mod fleet;
mod freezes;
mod hostile_clients;
mod load;
mod oracle;
mod points;
mod process;
mod proxy;
mod random_kills;
mod relay;
mod servers;
mod startup;
mod story;
mod webhooks;

pub(crate) use environment::Environment;
pub(crate) use process::DeskProcess;
pub(crate) use story::{Outcome, play};
