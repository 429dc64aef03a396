//! Agent settings over the API: capacity and automatic assignment.
mod departments;
mod profile;
mod set_offline;
mod whole;

use super::{BUDI, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::json;

#[tokio::test]
async fn a_changed_capacity_or_auto_assignment_starts_assignment() {
    let desk = desk().await;
    let path = format!("/api/agents/{}", id(&desk, BUDI).await);
    let off = desk.patch(ADMIN, &path, json!({"max_tickets": 1, "auto_assignment_enabled": false})).await;
    assert_eq!(
        (&off.data()["max_tickets"], &off.data()["auto_assignment_enabled"]),
        (&json!(1), &json!(false))
    );
    desk.say(BUDI, "/online").await;
    for n in 0..3 {
        desk.post(ADMIN, "/api/tickets", json!({"customer_telegram_id": SARI, "description": n.to_string()}))
            .await
            .data();
    }
    let held = async || desk.get(ADMIN, &path).await.data()["current_tickets"].as_u64().unwrap();
    assert_eq!(held().await, 0);
    desk.patch(ADMIN, &path, json!({"auto_assignment_enabled": true})).await.data();
    assert_eq!(held().await, 1);
    desk.patch(ADMIN, &path, json!({"max_tickets": 3})).await.data();
    assert_eq!(held().await, 3);
    // A capacity below the number of held tickets takes none away.
    let cut = desk.patch(ADMIN, &path, json!({"max_tickets": 2})).await;
    assert_eq!((&cut.data()["current_tickets"], &cut.data()["percent"]), (&json!(3), &json!(150)));
    assert_eq!(desk.patch(ADMIN, &path, json!({})).await.data()["max_tickets"], 2);
    // 3.0 is a whole number in JSON.
    assert_eq!(desk.patch(ADMIN, &path, json!({"max_tickets": 3.0})).await.data()["max_tickets"], 3);
}

#[tokio::test]
async fn invalid_agent_changes_are_refused() {
    let desk = desk().await;
    let path = format!("/api/agents/{}", id(&desk, BUDI).await);
    for bad in [json!({"max_tickets": 0}), json!({"max_tickets": 101})] {
        desk.patch(ADMIN, &path, bad).await.refused(422, "bad_capacity");
    }
    for bad in [
        json!({"max_tickets": -1}),
        json!({"max_tickets": 1.5}),
        json!({"max_tickets": 1e300}),
        json!({"max_tickets": "5"}),
        json!({"role": "admin"}),
    ] {
        desk.patch(ADMIN, &path, bad).await.refused(422, "bad_body");
    }
    // The customer is no agent.
    let sari = format!("/api/agents/{}", id(&desk, SARI).await);
    desk.get(ADMIN, &sari).await.refused(404, "agent_not_found");
    desk.patch(ADMIN, &sari, json!({"max_tickets": 2})).await.refused(404, "agent_not_found");
    assert_eq!(desk.get(ADMIN, &path).await.data()["max_tickets"], 5);
}
