//! The audit log of a ticket: what happened, who did it, and why the engine chose the agent.
use crate::api::{BUDI, CITRA, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn an_admin_reads_the_life_of_a_ticket() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let body = json!({"customer_telegram_id": SARI, "description": "Modem mati"});
    let ticket = desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].clone();
    let path = |rest: &str| format!("/api/tickets/{}/{rest}", ticket.as_str().unwrap());
    desk.post(BUDI, &path("start"), Value::Null).await.data();
    let urgent = json!({"priority": "urgent"});
    desk.patch(ADMIN, &format!("/api/queue/{}", ticket.as_str().unwrap()), urgent).await.data();
    let citra = json!({"agent_id": id(&desk, CITRA).await});
    let reassign = format!("/api/queue/{}/reassign", ticket.as_str().unwrap());
    desk.post(ADMIN, &reassign, citra).await.data();
    desk.post(ADMIN, &reassign, json!({"agent_id": null})).await.data();

    let reply = desk.get(ADMIN, &path("audit")).await;
    let events = reply.data()["events"].as_array().unwrap();
    let actions: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions[..4], ["opened", "assigned", "started", "reprioritised"]);
    assert_eq!(actions[4..6], ["reassigned", "released"]);
    assert_eq!((&events[0]["actor"], &events[1]["actor"]), (&json!("Sari"), &Value::Null));
    let decision = &events[1]["decision"];
    assert_eq!(
        (&events[1]["agent"], &decision["considered"], &decision["strategy"], &decision["max"]),
        (&json!("Budi"), &json!(["Budi"]), &json!("round_robin"), &json!(5))
    );
    let offline = json!({"reason": "offline", "count": 1, "names": ["Citra"]});
    assert_eq!(decision["skipped"], json!([offline]));
    assert_eq!((&events[3]["from"], &events[3]["to"]), (&json!("normal"), &json!("urgent")));
    assert_eq!((&events[4]["from"], &events[4]["to"]), (&json!("Budi"), &json!("Citra")));
    assert_eq!((&events[5]["reason"], &events[5]["agent"]), (&json!("admin"), &json!("Citra")));
    let page = desk.get(ADMIN, &path("audit?offset=1&limit=1")).await;
    assert_eq!(page.data()["events"], json!([events[1]]));
    assert_eq!(page.data()["total"], events.len());
    desk.get(ADMIN, &path("audit?limit=0")).await.refused(400, "bad_query");
    desk.get(BUDI, &path("audit")).await.refused(403, "forbidden");
}
