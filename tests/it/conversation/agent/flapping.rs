//! Presence that flaps: everybody concerned reads one word when it has settled, not one per change.
use crate::conversation::{BUDI, CITRA, SARI, TOM, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::policy::OfflineBehaviour;
use antri::engine::departments::DepartmentEdit;
use chrono::TimeDelta;
use serde_json::Value;

/// Sends the agent off and back ten times within five seconds.
async fn flap(desk: &Desk) {
    for _ in 0..10 {
        for path in ["go-offline", "go-online"] {
            desk.post(BUDI, &format!("/api/agent-status/{path}"), Value::Null).await.data();
            desk.app().engine.check_incidents(desk.now()).await.unwrap();
            desk.settle().await;
            desk.clock.advance(TimeDelta::milliseconds(250));
        }
    }
}

/// Returns the number of messages that were sent to each of the chats.
fn sent<const N: usize>(desk: &Desk, chats: [i64; N]) -> [usize; N] {
    chats.map(|chat| desk.calls("sendMessage", chat).len())
}

#[tokio::test]
async fn an_agent_who_flaps_costs_each_customer_one_word_and_one_when_it_has_settled() {
    for (behaviour, is_released, with_other) in [
        (OfflineBehaviour::Keep, 0, false),
        (OfflineBehaviour::ReassignAll, 1, false),
        (OfflineBehaviour::ReassignAll, 1, true),
    ] {
        let desk = with_agent().await;
        desk.person(TOM, "Tom", "en").await;
        desk.agent(CITRA, "Citra").await;
        desk.change_settings(|settings| settings.offline_behaviour = behaviour).await;
        desk.ticket(SARI, "satu").await;
        desk.ticket(TOM, "two").await;
        if with_other {
            desk.say(CITRA, "/online").await;
        }
        let chats = [SARI, TOM, BUDI, CITRA];
        let before = sent(&desk, chats);
        flap(&desk).await;
        let during = sent(&desk, chats);
        desk.clock.advance(TimeDelta::seconds(61));
        desk.app().engine.wake_assigner();
        desk.pass(TimeDelta::seconds(1)).await;
        let after = sent(&desk, chats);
        let label = format!("{behaviour:?}, {with_other}: {before:?} {during:?} {after:?}");
        for customer in 0..2 {
            assert!(during[customer] - before[customer] <= 2 * is_released, "{label}");
            assert!(after[customer] - before[customer] <= 2 * is_released, "{label}");
        }
        assert!(after[2] - before[2] <= 6 * is_released, "{label}\n{}", desk.transcript(BUDI));
    }
}

#[tokio::test]
async fn an_agent_who_flaps_before_a_long_queue_gets_one_load_of_tickets() {
    let desk = with_agent().await;
    desk.change_settings(|settings| settings.offline_behaviour = OfflineBehaviour::ReassignAll).await;
    desk.say(BUDI, "/offline").await;
    desk.clock.advance(TimeDelta::minutes(5));
    for customer in 101..113 {
        desk.person(customer, "Nama", "id").await;
        desk.ticket(customer, "menunggu").await;
    }
    flap(&desk).await;
    let calls = || desk.calls("sendMessage", BUDI);
    let is_task = |text: &str| text.contains("Tiket baru ditambahkan");
    let count = || calls().iter().filter(|call| call.params["text"].as_str().is_some_and(is_task)).count();
    let assigned = count();
    assert!(assigned <= 10, "the first and the second change are no flapping yet: {assigned}");
    let held = async || desk.get(BUDI, "/api/queue/my-queue").await.data()["count"].clone();
    assert_eq!(held().await, 5);
    // It settles offline: the tickets go back, though not at once.
    desk.post(BUDI, "/api/agent-status/go-offline", Value::Null).await.data();
    assert_eq!(held().await, 5);
    desk.pass(TimeDelta::seconds(5)).await;
    assert_eq!(held().await, 5);
    desk.pass(TimeDelta::seconds(5)).await;
    assert_eq!(held().await, 0);
    assert_eq!(count(), assigned);
}

#[tokio::test]
async fn a_critical_department_that_flaps_alerts_once_and_again_when_it_has_settled() {
    let desk = with_agent().await;
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, desk.app().engine.clone());
    let department = engine.store().departments().await.unwrap().remove(0).id;
    engine
        .edit_department(&admin, department, &DepartmentEdit::SetCritical(true), desk.clock.now())
        .await
        .unwrap();
    flap(&desk).await;
    assert_eq!((desk.count(ADMIN, "🚨"), desk.count(ADMIN, "✅ Kembali ada agen")), (1, 1));
    desk.post(BUDI, "/api/agent-status/go-offline", Value::Null).await.data();
    for (seconds, alerts) in [(0, 1), (29, 1), (1, 2), (600, 2)] {
        desk.clock.advance(TimeDelta::seconds(seconds));
        engine.check_incidents(desk.now()).await.unwrap();
        desk.settle().await;
        assert_eq!(desk.count(ADMIN, "🚨"), alerts, "after {seconds} s more");
    }
}
