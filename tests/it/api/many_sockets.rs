//! Many sockets under load: pages that join during a burst of events, and a page that reads too slowly.
use super::socket::{Page, reported, with_token};
use super::{BUDI, CITRA, SARI, desk, id};
use crate::support::{ADMIN, Desk};
use antri::domain::ids::PersonId;
use antri::engine::error::EngineError;
use antri::engine::tickets::steps::Step;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpSocket;

const CUSTOMERS: i64 = 28;
const TICKETS_EACH: usize = 10;
/// The number of tickets that are completed; the others stay open.
const COMPLETED: usize = 245;

/// Opens the tickets of a customer through the API, one after the other.
async fn open_tickets(desk: &Desk, customer: i64) {
    for n in 0..TICKETS_EACH {
        let body = json!({"customer_telegram_id": customer, "description": format!("{customer} {n}")});
        assert_eq!(desk.ask(ADMIN, "POST", "/api/tickets", Some(body)).await.status, 201);
    }
}

/// Starts and completes the tickets of an agent until `COMPLETED` tickets are done.
async fn complete_tickets(desk: &Desk, agent: PersonId, done: &AtomicUsize) {
    let (engine, now) = (Arc::clone(&desk.app().engine), desk.now());
    while done.load(Ordering::SeqCst) < COMPLETED {
        for ticket in engine.store().held_by(agent).await.unwrap() {
            for step in [Step::Start, Step::Complete] {
                match engine.step(agent, ticket.id, step, None, now).await {
                    Ok(_) | Err(EngineError::Refused(..)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            if done.fetch_add(1, Ordering::SeqCst) + 1 >= COMPLETED {
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Opens a page once `after` tickets are completed.
async fn join_after(desk: &Desk, after: usize, done: &AtomicUsize) -> Page {
    while done.load(Ordering::SeqCst) < after {
        tokio::task::yield_now().await;
    }
    Page::of(desk, ADMIN).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_joins_during_a_thousand_events_converges_to_the_api_state() {
    let desk = desk().await;
    for customer in 0..CUSTOMERS {
        desk.person(1_000 + customer, "Sari", "id").await;
    }
    for agent in [BUDI, CITRA] {
        desk.say(agent, "/online").await;
    }
    let published_before = desk.app().engine.events_published();
    let (budi, citra) =
        (desk.person_by_telegram_id(BUDI).await.id, desk.person_by_telegram_id(CITRA).await.id);
    let done = AtomicUsize::new(0);
    let opening =
        futures::future::join_all((0..CUSTOMERS).map(|customer| open_tickets(&desk, 1_000 + customer)));
    let joining =
        futures::future::join_all([0, 1, 60, 150, 240].map(|after| join_after(&desk, after, &done)));
    let completing =
        async { tokio::join!(complete_tickets(&desk, budi, &done), complete_tickets(&desk, citra, &done)) };
    let (_, mut pages, _) = tokio::join!(opening, joining, completing);
    desk.settle().await;
    assert!(desk.app().engine.events_published() - published_before >= 1_000, "a thousand events");
    let agent = id(&desk, BUDI).await;
    let path = format!("/api/agents/{agent}");
    desk.patch(ADMIN, &path, json!({"auto_assignment_enabled": false})).await.data();
    let reported = reported(&desk).await;
    assert!(!reported.tickets.is_empty());
    for page in &mut pages {
        let is_last_change = |event: &serde_json::Value| {
            event["data"]["agent_id"] == agent.as_str() && event["data"]["auto_assignment_enabled"] == false
        };
        page.until(is_last_change).await;
        page.until(|event| event["event"] == "queue_stats").await;
        assert_eq!(page.picture, reported, "after {} events and {} snapshots", page.events, page.snapshots);
    }
}

/// The kernel buffers a few megabytes for a page that does not read. Tickets of maximum length fill that
/// buffer soon.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_page_gets_a_new_snapshot() {
    let desk = desk().await;
    let body = json!({"customer_telegram_id": SARI, "description": "😀".repeat(12_288)});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_id"].clone();
    let address = desk.app().addr;
    let small = TcpSocket::new_v4().unwrap();
    small.set_recv_buffer_size(4_096).unwrap();
    let token = desk.token(ADMIN).await;
    let mut page = Page::over(small.connect(address).await.unwrap(), with_token(address, &token)).await;
    assert_eq!(page.next().await.unwrap()["event"], "snapshot");
    let (engine, admin, now) =
        (Arc::clone(&desk.app().engine), desk.person_by_telegram_id(ADMIN).await, desk.now());
    let ticket = serde_json::from_value(ticket).unwrap();
    for n in 0..1_300 {
        let priority = [antri::domain::ticket::Priority::High, antri::domain::ticket::Priority::Low][n % 2];
        engine.set_priority(&admin, ticket, priority, now).await.unwrap();
    }
    desk.settle().await;
    page.until(|event| event["event"] == "snapshot").await;
    assert!(page.events < 1_300, "it got all {} of them", page.events);
    let agent = id(&desk, BUDI).await;
    let path = format!("/api/agents/{agent}");
    desk.patch(ADMIN, &path, json!({"auto_assignment_enabled": false})).await.data();
    page.until(|event| event["data"]["auto_assignment_enabled"] == false).await;
    page.until(|event| event["event"] == "queue_stats").await;
    assert_eq!(page.picture, reported(&desk).await);
}
