//! Conversations of an agent: availability, assignment modes, the queue and ticket cards.
mod availability;
mod cards;
mod modes;
mod open;
mod queue;
