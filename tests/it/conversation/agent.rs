//! Conversations of an agent: availability, assignment modes, the queue, ticket cards and the alias.
mod alias;
mod availability;
mod away;
mod canned;
mod cards;
mod flapping;
mod focus;
mod inline;
mod last_word;
mod modes;
mod no_answer;
mod open;
mod pick_up;
mod queue;
mod reactions;
mod snooze;
mod topics;
