//! Conversations: what people write and press, and what they see, over real HTTP. Every message and press in here has to
//! be answered (`support::Desk` sees to it), and what people read in the main stories is pinned in `snapshots/`.
mod abuse;
mod admin;
mod agent;
mod buttons;
mod customer;
mod groups;
mod locale;
mod long_lists;
mod menus;
mod repeated_updates;
mod spinner;
mod stories;
mod wording;

use crate::support::Desk;

/// A customer with an Indonesian Telegram.
const SARI: i64 = 1;
/// A customer with an English one.
const TOM: i64 = 2;
/// The first agent.
const BUDI: i64 = 11;
/// The second agent.
const CITRA: i64 = 12;

/// A desk with a customer and nobody to serve them yet.
async fn with_customer() -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk
}

/// A desk with a customer, and an agent who is online.
async fn with_agent() -> Desk {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk
}

/// The number in the newest message of somebody's that has one.
fn number(desk: &Desk, id: i64) -> String {
    let text = desk.find(id, "INC").text;
    let at = text.find("INC").unwrap();
    text[at..at + 20].to_owned()
}

/// The numbers of all open tickets, in the order in which they came.
async fn numbers(desk: &Desk) -> Vec<String> {
    let app = desk.app();
    let store = app.engine.store();
    let departments: Vec<_> = store.departments().await.unwrap().into_iter().map(|d| d.id).collect();
    let mut tickets = store.all_held().await.unwrap();
    tickets.extend(store.queue_page(&departments, 0, 100).await.unwrap());
    tickets.sort_by_key(|ticket| ticket.arrival);
    tickets.iter().map(|ticket| ticket.number.to_string()).collect()
}

/// Five tickets, one after the other: as many as an agent can hold.
async fn five_tickets(desk: &Desk) {
    for n in 1..=5 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
}

/// More categories than one: those of a second department.
async fn second_department(desk: &Desk) {
    desk.department("Teknik").await;
}
