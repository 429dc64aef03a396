//! Conversations of an agent: availability, assignment modes, the queue, ticket cards and the alias.
mod alias;
mod availability;
mod cards;
mod flapping;
mod modes;
mod open;
mod queue;
mod snooze;
