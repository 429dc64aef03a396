//! Conversations over real HTTP: what people write and press, and what they see. `support::Desk` requires an
//! answer to every message and press. The texts of the main stories are pinned in `snapshots/`.
mod abuse;
mod admin;
mod agent;
mod buttons;
mod call_budget;
mod customer;
mod every_command;
mod groups;
mod locale;
mod long_lists;
mod menus;
mod readers;
mod records;
mod relay;
mod repeated_updates;
mod side_api;
mod spinner;
mod stories;
mod ticket_command;
mod wording;

use crate::support::Desk;

/// A customer whose Telegram is in Indonesian.
const SARI: i64 = 1;
/// A customer whose Telegram is in English.
const TOM: i64 = 2;
/// The first agent.
const BUDI: i64 = 11;
/// The second agent.
const CITRA: i64 = 12;

/// Returns a desk with a customer and without agents.
async fn with_customer() -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk
}

/// Returns a desk with a customer and an online agent.
async fn with_agent() -> Desk {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk
}

/// Returns the ticket number in the newest message of this person that has one.
fn number(desk: &Desk, id: i64) -> String {
    let text = desk.find(id, "INC").text;
    let at = text.find("INC").unwrap();
    text[at..at + 20].to_owned()
}

/// Returns the numbers of all open tickets, in order of arrival.
async fn numbers(desk: &Desk) -> Vec<String> {
    let app = desk.app();
    let store = app.engine.store();
    let departments: Vec<_> = store.departments().await.unwrap().into_iter().map(|d| d.id).collect();
    let mut tickets = store.all_held().await.unwrap();
    tickets.extend(store.queue_page(&departments, 0, 100).await.unwrap());
    tickets.sort_by_key(|ticket| ticket.arrival);
    tickets.iter().map(|ticket| ticket.number.to_string()).collect()
}

/// Opens five tickets in sequence: as many as an agent can hold.
async fn five_tickets(desk: &Desk) {
    for n in 1..=5 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
}

/// Creates a second department, so that there is more than one category.
async fn second_department(desk: &Desk) {
    desk.department("Teknik").await;
}
