//! A ticket that its holder gives back: who may do it, and who gets it then.
use super::opened;
use crate::api::{BUDI, CITRA, SARI, desk, id};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn a_holder_gives_a_ticket_back_and_a_colleague_gets_it() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let number = opened(&desk, "satu").await;
    let ticket = format!("/api/tickets/{number}");
    let path = format!("{ticket}/give-back");
    desk.post(BUDI, &format!("{ticket}/start"), Value::Null).await.data();
    for other in [CITRA, ADMIN] {
        desk.post(other, &path, Value::Null).await.refused(403, "not_yours");
    }
    desk.post(SARI, &path, Value::Null).await.refused(403, "forbidden");
    let back = desk.post(BUDI, &path, Value::Null).await;
    assert_eq!(
        (&back.data()["status"], &back.data()["assigned_agent"], &back.data()["opened_at"]),
        (&json!("queued"), &Value::Null, &Value::Null)
    );
    desk.post(BUDI, &path, Value::Null).await.refused(409, "wrong_state");

    desk.say(CITRA, "/online").await;
    assert_eq!(desk.get(ADMIN, &ticket).await.data()["assigned_agent"], id(&desk, CITRA).await);
    assert!(desk.has(CITRA, &number));
    desk.post(BUDI, &path, Value::Null).await.refused(403, "not_yours");
    let audit = desk.get(ADMIN, &format!("{ticket}/audit")).await;
    let events = audit.data()["events"].as_array().unwrap();
    let released: Vec<_> = events.iter().filter(|event| event["action"] == "released").collect();
    assert_eq!(released.len(), 1);
    assert_eq!((&released[0]["actor"], &released[0]["reason"]), (&json!("Budi"), &json!("given_back")));
    // What has ended is nobody's to give back.
    desk.post(CITRA, &format!("{ticket}/complete"), Value::Null).await.data();
    desk.post(CITRA, &path, Value::Null).await.refused(409, "wrong_state");
}
