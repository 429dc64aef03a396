//! The side API of a whole desk over real HTTP: permissions of each role, answers, and the messages that
//! follow in the chats.
mod abuse;
mod access;
mod agents;
mod alerts;
mod clients;
mod contract;
mod expiry;
mod fuzz;
mod live;
pub(crate) mod login;
mod many_sockets;
mod metrics;
mod middleware;
mod presence;
mod queue;
mod sessions;
mod settings;
mod side_api_examples;
mod socket;
mod tickets;

/// A customer.
const SARI: i64 = 1;
/// An agent.
const BUDI: i64 = 2;
/// Another agent.
const CITRA: i64 = 3;

use crate::support::Desk;

/// Returns a desk with a customer and two offline agents.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.agent(CITRA, "Citra").await;
    desk
}

/// Returns the id of the person with this Telegram id.
async fn id(desk: &Desk, person: i64) -> String {
    desk.person_by_telegram_id(person).await.id.to_string()
}
