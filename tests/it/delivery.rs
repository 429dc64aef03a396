//! Delivery when Telegram rejects, hangs, limits, or is unreachable: each message is sent once and in order,
//! and other chats are not blocked.
mod answers;
mod classes;
mod clock_jumps;
mod deletions;
mod faults;
mod incidents;
mod people;
mod rate_limit;
mod ticket_rate;
mod undelivered;
mod unreachable_agents;
mod waits;
mod webhooks;
