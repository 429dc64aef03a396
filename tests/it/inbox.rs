//! What comes in: taken once, handled to its end once, put aside when it can't be, and never lost, whatever is away.
mod dead_letters;
mod repeats;
mod secrets;
mod store_outage;
mod webhook;
