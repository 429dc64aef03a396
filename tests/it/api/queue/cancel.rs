//! Cancellation by an admin: whom it tells, and what takes the place of a held ticket.
use super::tickets;
use crate::api::{BUDI, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn an_admin_cancels_a_held_and_a_waiting_ticket() {
    let desk = desk().await;
    desk.patch(ADMIN, &format!("/api/agents/{}", id(&desk, BUDI).await), json!({"max_tickets": 1}))
        .await
        .data();
    desk.say(BUDI, "/online").await;
    let all = tickets(&desk, 3).await;
    let cancel = async |by: i64, number: &str| {
        desk.post(by, &format!("/api/queue/{number}/cancel"), Value::Null).await
    };
    for other in [BUDI, SARI] {
        cancel(other, &all[0]).await.refused(403, "forbidden");
    }
    let held = async || {
        let mine = desk.get(BUDI, "/api/queue/my-queue").await;
        mine.data()["queue"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["ticket_number"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(held().await, [json!(all[0])]);

    // The holder and the customer are told, and the next ticket takes the place.
    assert_eq!(cancel(ADMIN, &all[0]).await.data()["status"], "cancelled");
    assert_eq!(held().await, [json!(all[1])]);
    assert!(desk.has(BUDI, &format!("Tiket {} dibatalkan admin", all[0])));
    assert!(desk.has(SARI, &format!("Tiket {} dibatalkan oleh tim kami", all[0])));
    // A waiting one leaves the queue; nobody gets it.
    assert_eq!(cancel(ADMIN, &all[2]).await.data()["status"], "cancelled");
    assert!(desk.has(SARI, &format!("Tiket {} dibatalkan oleh tim kami", all[2])));
    assert_eq!(desk.get(ADMIN, "/api/queue").await.data()["total"], 0);
    cancel(ADMIN, &all[2]).await.refused(409, "wrong_state");
    desk.post(BUDI, &format!("/api/tickets/{}/complete", all[1]), Value::Null).await.data();
    cancel(ADMIN, &all[1]).await.refused(409, "wrong_state");
    assert_eq!(held().await, [] as [Value; 0]);
}
