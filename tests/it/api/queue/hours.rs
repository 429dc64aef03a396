//! Business hours of departments and absences of agents, as the side API shows them.
use super::super::{BUDI, desk};
use crate::support::ADMIN;
use antri::domain::schedule::grammar::parse_plan;
use antri::engine::departments::HoursEdit;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn departments_show_their_business_hours() {
    let desk = desk().await;
    let reply = desk.get(BUDI, "/api/departments").await;
    let department = &reply.data()[0];
    assert_eq!((&department["hours"], &department["open"]), (&json!(null), &json!(true)));
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, Arc::clone(&desk.app().engine));
    let id = engine.store().departments().await.unwrap().remove(0).id;
    // It is Thursday.
    let edits = [
        HoursEdit::Plan(parse_plan("fri 22-2").unwrap().plan, Some(chrono_tz::Asia::Makassar)),
        HoursEdit::AddHolidays([chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()].into()),
    ];
    for edit in &edits {
        engine.edit_hours(&admin, id, (edit, None), desk.now()).await.unwrap();
    }
    let reply = desk.get(BUDI, "/api/departments").await;
    let department = &reply.data()[0];
    let weekly = json!([
        {"day": "friday", "from": "22:00", "to": "24:00"},
        {"day": "saturday", "from": "00:00", "to": "02:00"},
    ]);
    let hours = json!({"time_zone": "Asia/Makassar", "weekly": weekly, "holidays": ["2026-01-01"]});
    assert_eq!(department["hours"], hours);
    assert_eq!(department["open"], json!(false));
    assert_eq!(department["opens_at"], json!("2025-12-05T14:00:00Z"));
}

#[tokio::test]
async fn agents_show_the_end_of_their_absence() {
    let desk = desk().await;
    desk.say(BUDI, "/away 1h").await;
    let reply = desk.get(ADMIN, "/api/agent-status/workload").await;
    let agents = reply.data()["agents"].as_array().unwrap().clone();
    let until = |name: &str| {
        let agent = agents.iter().find(|agent| agent["agent_name"] == json!(name)).unwrap();
        agent["away_until"].as_str().map(|at| at.parse::<antri::domain::Time>().unwrap())
    };
    let shown = until("Budi").unwrap();
    assert!(
        (shown - desk.now() - chrono::TimeDelta::hours(1)).abs() < chrono::TimeDelta::seconds(2),
        "{shown}"
    );
    assert_eq!(until("Citra"), None);
}
