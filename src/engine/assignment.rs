//! Assignment of tickets to agents: the pure planner, the roster of agents, and the pending work of the
//! assigner. Two paths commit the planner's assignments: rounds, and immediate assignment inside the opening
//! commit.
pub mod immediate;
#[cfg(test)]
pub(super) mod model_tests;
pub(super) mod pending_work;
mod pick_up;
pub mod planner;
pub(super) mod queue_heads;
pub mod returns;
pub mod roster;
pub mod rounds;
