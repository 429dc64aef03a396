//! A hold with a time: when it ends by itself, which times are taken, and who may set one.
use super::opened;
use crate::api::{BUDI, CITRA, desk};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn a_hold_until_a_time_ends_by_itself() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let path = format!("/api/tickets/{}", opened(&desk, "satu").await);
    let snooze =
        async |by, until: Value| desk.post(by, &format!("{path}/hold"), json!({ "until": until })).await;
    assert_eq!(desk.get(BUDI, &path).await.data()["resume_at"], Value::Null);
    desk.post(BUDI, &format!("{path}/start"), Value::Null).await.data();
    // The clock of the desk says 06:52:53.6. A time of another zone is the same time.
    for (until, stored) in [
        ("2025-12-04T08:00:00Z", "2025-12-04T08:00:00Z"),
        ("2025-12-04T16:00:00.123456789+07:00", "2025-12-04T09:00:00.123456Z"),
        ("2026-01-03T06:52:53.6Z", "2026-01-03T06:52:53.600Z"),
    ] {
        let held = snooze(BUDI, json!(until)).await;
        let held = held.data();
        assert_eq!((&held["status"], &held["resume_at"]), (&json!("pending"), &json!(stored)));
    }
    for until in ["2025-12-04T06:52:53.6Z", "1999-01-01T00:00:00Z", "2026-01-03T06:52:53.600001Z"] {
        snooze(BUDI, json!(until)).await.refused(409, "bad_until");
        // Others learn only that it is not theirs.
        snooze(CITRA, json!(until)).await.refused(403, "not_yours");
    }
    for until in [json!("tomorrow"), json!(17), json!("2025-12-04T08:00:00")] {
        snooze(BUDI, until).await.refused(422, "bad_body");
    }
    snooze(CITRA, json!("2025-12-04T08:00:00Z")).await.refused(403, "not_yours");
    desk.post(BUDI, &format!("{path}/hold"), Value::Null).await.refused(409, "wrong_state");
    assert_eq!(desk.get(ADMIN, &path).await.data()["resume_at"], "2026-01-03T06:52:53.600Z");
    snooze(BUDI, json!("2025-12-04T08:00:00Z")).await.data();
    desk.clock.advance(chrono::TimeDelta::hours(2));
    desk.app().engine.resume_snoozed(desk.now()).await.unwrap();
    let back = desk.get(BUDI, &path).await;
    let back = back.data();
    assert_eq!((&back["status"], &back["resume_at"]), (&json!("in_progress"), &Value::Null));
}
