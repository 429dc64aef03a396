//! Conversations of an agent: availability, assignment modes, the queue and ticket cards.
mod availability;
mod canned;
mod cards;
mod flapping;
mod inline;
mod last_word;
mod modes;
mod open;
mod queue;
mod reactions;
mod snooze;
