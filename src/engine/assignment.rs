//! Assignment of tickets to agents: the pure planner, the roster of agents, and the rounds that commit its plans.
#[cfg(test)]
pub(super) mod model_tests;
pub(super) mod pending_work;
pub mod planner;
pub mod roster;
pub mod rounds;
