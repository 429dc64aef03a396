//! The statistics endpoint: the figures of a period, of one department, and bad queries.
use crate::api::{BUDI, SARI, desk};
use crate::support::ADMIN;
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn an_admin_reads_the_figures_of_a_period() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.pass(TimeDelta::minutes(20)).await;
    desk.press(BUDI, "✅").await;
    let reply = desk.get(ADMIN, "/api/statistics").await;
    let data = reply.data();
    let total = &data["total"];
    assert_eq!(
        (&total["created"], &total["completed"], &total["assigned"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(total["handling"]["count"], 1);
    assert!(total["handling"]["average"].as_f64().unwrap() >= 1_200.0, "{total}");
    assert_eq!(total["wait"]["count"], 1);
    assert_eq!(
        (&data["waiting"], &data["orphaned"], &data["longest_wait"]),
        (&json!(0), &json!(0), &json!(null))
    );
    let budi = &data["agents"][0];
    assert_eq!((&budi["name"], &budi["completed"]), (&json!("Budi"), &json!(1)));
    assert!((1..=20).contains(&budi["utilisation"].as_i64().unwrap()), "one of five slots: {budi}");
    let department = data["days"][0]["department_id"].as_str().unwrap();
    let one = desk.get(ADMIN, &format!("/api/statistics?days=1&department={department}")).await;
    assert_eq!(one.data()["total"], *total);
    assert_eq!(one.data()["first_day"], one.data()["last_day"]);
}

#[tokio::test]
async fn a_bad_query_is_refused() {
    let desk = desk().await;
    for bad in ["days=0", "days=367", "days=-1", "days=many", "department=4711", "colour=red"] {
        desk.get(ADMIN, &format!("/api/statistics?{bad}")).await.refused(400, "bad_query");
    }
    let unknown = "/api/statistics?department=550e8400-e29b-41d4-a716-446655440000";
    desk.get(ADMIN, unknown).await.refused(404, "department_not_found");
    desk.get(BUDI, "/api/statistics").await.refused(403, "forbidden");
}
