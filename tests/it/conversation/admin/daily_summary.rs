//! The daily summary: once a day to each admin, at the hour of the settings.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;

/// An admin whose Telegram is in English.
const EVE: i64 = 901;

/// A busy day whose end is at this hour, with a second admin.
async fn after_a_day(hour: u32) -> Desk {
    let desk = with_agent().await;
    desk.person(EVE, "Eve", "en").await;
    desk.say(ADMIN, "/addadmin @eve").await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.clock.advance(TimeDelta::minutes(4));
    desk.say(BUDI, "Kami periksa").await;
    desk.press(BUDI, "✅").await;
    desk.press(SARI, "4 ⭐").await;
    let now = desk.now().with_timezone(&desk.app().engine.config().zone);
    let until =
        TimeDelta::hours(i64::from(24 + hour)) - now.time().signed_duration_since(chrono::NaiveTime::MIN);
    desk.clock.advance(until - TimeDelta::minutes(1));
    desk
}

/// Has the leader evaluate whether the summary is due.
async fn evaluate(desk: &Desk) {
    desk.app().engine.send_daily_summary(desk.now()).await.unwrap();
    desk.settle().await;
}

async fn set_hour(desk: &Desk, hour: Option<u8>) {
    desk.change_settings(|settings| settings.summary_hour = hour).await;
}

#[tokio::test]
async fn a_morning_summary_tells_each_admin_of_yesterday_once() {
    let desk = after_a_day(8).await;
    set_hour(&desk, Some(8)).await;
    evaluate(&desk).await;
    assert!(!desk.has(ADMIN, "☀️"), "not before the hour");
    desk.clock.advance(TimeDelta::minutes(1));
    for _ in 0..2 {
        evaluate(&desk).await;
    }
    desk.clock.advance(TimeDelta::hours(15));
    evaluate(&desk).await;
    assert_eq!((desk.count(ADMIN, "☀️"), desk.count(EVE, "☀️")), (1, 1), "once a day");
    assert!(!desk.has(BUDI, "☀️") && !desk.has(SARI, "☀️"));
    let summaries = [ADMIN, EVE].map(|admin| desk.shown(admin, desk.find(admin, "☀️").message_id));
    insta::assert_snapshot!("daily_summary", summaries.join("\n---\n"));
    desk.press(EVE, "Last 7 days").await;
    assert!(desk.last(EVE).text.contains("Statistics"), "{:?}", desk.last(EVE));
    desk.clock.advance(TimeDelta::hours(9));
    evaluate(&desk).await;
    assert_eq!(desk.count(ADMIN, "☀️"), 2, "the next day");
}

#[tokio::test]
async fn an_evening_summary_is_of_the_same_day() {
    let desk = after_a_day(18).await;
    set_hour(&desk, Some(18)).await;
    desk.ticket(SARI, "Tagihan salah").await;
    desk.clock.advance(TimeDelta::minutes(1));
    evaluate(&desk).await;
    let summary = desk.find(ADMIN, "☀️").text;
    assert!(summary.contains("Dibuat: 1") && summary.contains("Selesai: 0"), "{summary}");
}

#[tokio::test]
async fn without_an_hour_there_is_no_summary() {
    let desk = after_a_day(8).await;
    desk.clock.advance(TimeDelta::hours(1));
    evaluate(&desk).await;
    assert!(!desk.has(ADMIN, "☀️"));
    assert_eq!(desk.app().engine.send_daily_summary(desk.now()).await.unwrap(), None);
}

#[tokio::test]
async fn the_hour_is_set_by_buttons() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/settings").await;
    desk.press(ADMIN, "☀️ Ringkasan harian").await;
    desk.press(ADMIN, "18").await;
    assert_eq!(desk.app().engine.store().settings().await.unwrap().summary_hour, Some(18));
    desk.press(ADMIN, "☀️ Ringkasan harian").await;
    desk.press(ADMIN, "mati").await;
    assert_eq!(desk.app().engine.store().settings().await.unwrap().summary_hour, None);
}
