//! The settings endpoint: reading, changing and validation.
use super::{BUDI, SARI, desk};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn an_admin_reads_and_changes_the_settings() {
    let desk = desk().await;
    let usual = json!({
        "strategy": "round_robin", "offline_behaviour": "keep", "mode": "auto", "rollout_percent": 100,
        "default_capacity": 5, "grace_period": 300, "agent_idle_timeout": 1_800,
        "reopen_window": 259_200, "no_answer_time": 0, "agent_naming": "alias", "topic_retention": 86_400, "wait_alert": 900,
        "unstaffed_alert": 300, "summary_hour": null,
    });
    assert_eq!(without_version(desk.get(ADMIN, "/api/settings").await.data()), usual);
    let wanted = json!({
        "strategy": "least_loaded", "offline_behaviour": "reassign_all", "mode": "manual", "rollout_percent": 50,
        "default_capacity": 7, "grace_period": 60, "agent_idle_timeout": 600,
        "reopen_window": 3_600, "no_answer_time": 900, "agent_naming": "hidden", "topic_retention": 0, "wait_alert": 1_800,
        "unstaffed_alert": 60, "summary_hour": 0,
    });
    assert_eq!(without_version(desk.patch(ADMIN, "/api/settings", wanted.clone()).await.data()), wanted);
    let back = desk.patch(ADMIN, "/api/settings", json!({"strategy": "random"})).await;
    assert_eq!((&back.data()["strategy"], &back.data()["mode"]), (&json!("random"), &json!("manual")));
    assert_eq!(back.data()["summary_hour"], 0, "an absent field stays");
    assert_eq!(desk.get(ADMIN, "/api/settings").await.data(), back.data());
    let off = desk.patch(ADMIN, "/api/settings", json!({"summary_hour": null})).await;
    assert_eq!(off.data()["summary_hour"], json!(null));
}

/// Returns the settings alone.
fn without_version(settings: &Value) -> Value {
    let mut settings = settings.clone();
    let version = settings.as_object_mut().unwrap().remove("version");
    assert!(version.unwrap().is_u64());
    settings
}

#[tokio::test]
async fn a_change_of_other_settings_than_those_that_the_admin_saw_is_refused() {
    let desk = desk().await;
    let seen = desk.get(ADMIN, "/api/settings").await.data()["version"].as_u64().unwrap();
    let change = |mode: &str| json!({"version": seen, "mode": mode});
    let changed = desk.patch(ADMIN, "/api/settings", change("dual")).await;
    assert!(changed.data()["version"].as_u64().unwrap() > seen);
    desk.patch(ADMIN, "/api/settings", change("manual")).await.refused(409, "stale");
    assert_eq!(desk.get(ADMIN, "/api/settings").await.data(), changed.data());
    // Without a version the last change wins.
    assert_eq!(desk.patch(ADMIN, "/api/settings", json!({"mode": "auto"})).await.data()["mode"], "auto");
}

#[tokio::test]
async fn switching_to_auto_mode_assigns_waiting_tickets_at_once() {
    let desk = desk().await;
    desk.patch(ADMIN, "/api/settings", json!({"mode": "manual"})).await.data();
    desk.say(BUDI, "/online").await;
    desk.post(ADMIN, "/api/tickets", json!({"customer_telegram_id": SARI, "description": "x"})).await.data();
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 0);
    desk.patch(ADMIN, "/api/settings", json!({"mode": "auto"})).await.data();
    assert_eq!(desk.get(BUDI, "/api/queue/my-queue").await.data()["count"], 1);
}

#[tokio::test]
async fn invalid_settings_are_refused_and_change_nothing() {
    let desk = desk().await;
    let before = desk.get(ADMIN, "/api/settings").await;
    for bad in [
        json!({"rollout_percent": 101}),
        json!({"default_capacity": 0}),
        json!({"default_capacity": 101}),
        json!({"grace_period": 0}),
        json!({"agent_idle_timeout": 604_801}),
        json!({"reopen_window": 0}),
        json!({"wait_alert": 0}),
        json!({"unstaffed_alert": 604_801}),
        json!({"topic_retention": 604_801}),
        json!({"no_answer_time": 604_801}),
        json!({"summary_hour": 24}),
    ] {
        desk.patch(ADMIN, "/api/settings", bad).await.refused(422, "bad_setting");
    }
    for bad in [
        json!({"strategy": "none"}),
        json!({"agent_naming": "nick"}),
        json!({"rollout_percent": 300}),
        json!({"version": "new"}),
        json!(null),
    ] {
        desk.patch(ADMIN, "/api/settings", bad).await.refused(422, "bad_body");
    }
    desk.patch(BUDI, "/api/settings", json!({"mode": "auto"})).await.refused(403, "forbidden");
    assert_eq!(desk.get(ADMIN, "/api/settings").await.data(), before.data());
}
