//! Delivery when Telegram refuses, hangs, limits, or is not there: told once, told in order, and nobody else waits for it.
mod faults;
mod pace;
mod people;
