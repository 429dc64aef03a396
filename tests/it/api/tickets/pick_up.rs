//! Pick-up over the API: where the mode allows it, once, and within the agent's capacity.
use crate::api::{BUDI, CITRA, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn an_agent_picks_up_a_waiting_ticket_once() {
    let desk = desk().await;
    desk.patch(ADMIN, "/api/settings", json!({"mode": "manual"})).await.data();
    desk.say(BUDI, "/online").await;
    desk.say(CITRA, "/online").await;
    let mut paths = Vec::new();
    for text in ["satu", "dua"] {
        let body = json!({"customer_telegram_id": SARI, "description": text});
        let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
        paths.push(format!("/api/queue/{}/pick-up", ticket.as_str().unwrap()));
    }
    let taken = desk.post(BUDI, &paths[0], Value::Null).await;
    assert_eq!(
        (&taken.data()["status"], &taken.data()["assigned_agent"]),
        (&json!("assigned"), &json!(id(&desk, BUDI).await))
    );
    desk.post(CITRA, &paths[0], Value::Null).await.refused(409, "wrong_state");
    let mine = desk.get(BUDI, "/api/queue/my-queue").await;
    assert_eq!((&mine.data()["assigned_today"], &mine.data()["completed_today"]), (&json!(1), &json!(0)));
    let budi = format!("/api/agents/{}", id(&desk, BUDI).await);
    desk.patch(ADMIN, &budi, json!({"max_tickets": 1})).await.data();
    desk.post(BUDI, &paths[1], Value::Null).await.refused(409, "agent_full");
    desk.post(ADMIN, &paths[1], Value::Null).await.refused(409, "not_an_agent");
    let load = desk.get(ADMIN, "/api/agent-status/workload").await;
    assert_eq!(load.data()["queue"]["mode"], "manual");
}

#[tokio::test]
async fn in_automatic_mode_only_an_agent_without_automatic_assignment_picks_up() {
    let desk = desk().await;
    let body = json!({"customer_telegram_id": SARI, "description": "satu"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    let path = format!("/api/queue/{}/pick-up", ticket.as_str().unwrap());
    desk.post(BUDI, &path, Value::Null).await.refused(409, "no_pick_up");
    let budi = format!("/api/agents/{}", id(&desk, BUDI).await);
    desk.patch(ADMIN, &budi, json!({"auto_assignment_enabled": false})).await.data();
    desk.post(BUDI, &path, Value::Null).await.data();
}
