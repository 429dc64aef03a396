//! Contents of messages through the real inbox: whatever Telegram sends, nothing that a person wrote is lost,
//! and service messages are met with silence.
mod api_types;
mod delivery;
mod edits;
mod fuzz;
mod generated;
mod inputs;
mod presses;
mod relayed;
mod threads;

use crate::support::Desk;

/// The customer of the inputs.
const ANI: i64 = 77_001;
/// The agent who gets the tickets.
const BUDI: i64 = 11;

/// Returns a desk with the customer and an online agent.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(ANI, "Ani", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk
}
