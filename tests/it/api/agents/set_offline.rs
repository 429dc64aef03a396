//! An admin sets an agent offline: only from the status that they saw, and once.
use crate::api::{BUDI, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::json;

#[tokio::test]
async fn an_admin_sets_an_agent_offline_from_the_status_that_they_saw() {
    let desk = desk().await;
    let agent = format!("/api/agents/{}", id(&desk, BUDI).await);
    let path = format!("{agent}/set-offline");
    desk.say(BUDI, "/online").await;
    let body = json!({"customer_telegram_id": SARI, "description": "satu"});
    desk.post(ADMIN, "/api/tickets", body.clone()).await.data();
    for shown in ["busy", "away", "offline"] {
        desk.post(ADMIN, &path, json!({"shown": shown})).await.refused(409, "status_changed");
    }
    desk.post(BUDI, &path, json!({"shown": "online"})).await.refused(403, "forbidden");
    assert_eq!(desk.get(ADMIN, &agent).await.data()["status"], "online");

    let set = desk.post(ADMIN, &path, json!({"shown": "online"})).await;
    assert_eq!(
        (&set.data()["status"], &set.data()["is_online"], &set.data()["current_tickets"]),
        (&json!("offline"), &json!(false), &json!(1))
    );
    // A second press changes nothing and says nothing.
    desk.post(ADMIN, &path, json!({"shown": "online"})).await.data();
    assert_eq!(desk.count(BUDI, "Admin menjadikan Anda offline"), 1);
    assert_eq!(desk.post(ADMIN, "/api/tickets", body).await.data()["status"], "queued");
    let sari = format!("/api/agents/{}/set-offline", id(&desk, SARI).await);
    desk.post(ADMIN, &sari, json!({"shown": "online"})).await.refused(404, "agent_not_found");
    // The agent comes back as always.
    desk.say(BUDI, "/online").await;
    assert_eq!(desk.get(ADMIN, &agent).await.data()["current_tickets"], 2);
}
