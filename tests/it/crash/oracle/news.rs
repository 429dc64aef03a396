//! A lower bound of the news that customers read about tickets which waited, or went back to the queue.
//!
//! A notice whose state has passed before it is sent is left out, so a customer may miss some news. They do not miss
//! most of it: the agent acts only after a delivery of their own.
use super::{History, Row, ticket_in};
use crate::crash::environment::Environment;
use antri::domain::ids::TicketId;
use std::collections::{BTreeSet, HashMap};

/// A part of the card of a ticket that an agent has.
const ASSIGNED: &str = "sekarang ditangani";
/// A part of the card of a ticket that went back to the queue.
const REQUEUED: &str = "kembali ke antrian";

/// Checks that customers were told of the agents of tickets that waited, and of tickets that went back.
pub(super) fn check(environment: &Environment, tickets: &[Row], history: &History, label: &str) {
    for (news, due) in [(ASSIGNED, &history.waited), (REQUEUED, &history.released)] {
        let due: BTreeSet<_> = due.iter().filter(|(_, times)| **times > 0).map(|(id, _)| *id).collect();
        let told = due.intersection(&shown(environment, tickets, news)).count();
        assert!(
            told >= due.len() / 2,
            "{label}: of {} tickets only {told} customers read: {news}",
            due.len()
        );
    }
}

/// Returns the tickets whose customers read this, in a new message or on a card that was edited.
fn shown(environment: &Environment, tickets: &[Row], news: &str) -> BTreeSet<TicketId> {
    let tickets: HashMap<&str, &Row> = tickets.iter().map(|t| (t.number.as_str(), t)).collect();
    let requests = environment.sandbox.requests();
    let shown = requests.iter().filter(|request| {
        request.outcome == 200
            && (request.method == "sendMessage" || request.method == "editMessageText")
            && request.params["text"].as_str().is_some_and(|text| text.contains(news))
    });
    let to_customer = shown.filter_map(|request| {
        ticket_in(request, &tickets).filter(|ticket| request.params["chat_id"] == ticket.customer)
    });
    to_customer.map(|ticket| ticket.id).collect()
}
