//! The side API of a whole desk, over real HTTP: what each role may, what each answer is, and what follows in the chats.
mod abuse;
mod access;
mod agents;
mod alerts;
mod contract;
mod expiry;
mod fuzz;
mod live;
mod login;
mod many_sockets;
mod metrics;
mod middleware;
mod presence;
mod queue;
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

/// A desk with a customer and two agents, who are offline.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.agent(CITRA, "Citra").await;
    desk
}

/// Somebody's id.
async fn id(desk: &Desk, person: i64) -> String {
    desk.person_by_telegram_id(person).await.id.to_string()
}
