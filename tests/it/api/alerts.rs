//! Incidents: admins are told once when they begin, in Telegram and on sockets, and once when they are over.
use super::socket::Page;
use super::{BUDI, SARI, desk};
use crate::support::{ADMIN, Desk, Ill};
use antri::domain::alert::Alert;
use antri::engine::alarm::Beats;
use chrono::TimeDelta;
use serde_json::json;

/// The next look.
async fn look(desk: &Desk) {
    look_with(desk, Beats::default()).await;
}

async fn look_with(desk: &Desk, beats: Beats) {
    desk.app().engine.look_for_incidents(beats, desk.now()).await.unwrap();
    desk.settle().await;
}

#[tokio::test]
async fn a_critical_department_that_nobody_serves_is_told_at_once_and_once() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let (admin, engine) = (desk.known(ADMIN).await, desk.app().engine.clone());
    let department = engine.store().departments().await.unwrap().remove(0).id;
    let critical = antri::engine::desk::DeskEdit::SetCritical(true);
    engine.edit_department(&admin, department, &critical).await.unwrap();
    let mut page = Page::of(&desk, BUDI).await;
    // Nobody has to look: that the agent left is reason enough.
    desk.say(BUDI, "/offline").await;
    desk.hears(ADMIN, "🚨 Tidak ada agen yang online di Umum").await;
    let told = page.until(|event| event["event"] == "alert").await;
    assert_eq!((&told["data"]["alert"], &told["data"]["cleared"]), (&json!("nobody_online"), &json!(false)));
    assert_eq!(told["data"]["department"], "Umum");
    for _ in 0..3 {
        desk.clock.wind(TimeDelta::minutes(10));
        look(&desk).await;
    }
    assert_eq!(desk.count(ADMIN, "🚨"), 1);
    desk.say(BUDI, "/online").await;
    desk.hears(ADMIN, "✅ Sudah ada lagi agen yang online di Umum").await;
    let told = page.until(|event| event["event"] == "alert").await;
    assert_eq!(told["data"]["cleared"], true);
    look(&desk).await;
    assert_eq!(desk.count(ADMIN, "✅ Sudah ada lagi"), 1);
    assert_eq!(desk.count(BUDI, "🚨"), 0, "who is no admin is not told");
}

#[tokio::test]
async fn a_ticket_that_waits_too_long_and_a_department_left_alone_are_told() {
    let desk = desk().await;
    desk.ticket(SARI, "halo").await;
    look(&desk).await;
    desk.clock.wind(TimeDelta::seconds(299));
    look(&desk).await;
    assert_eq!(desk.count(ADMIN, "🚨"), 0);
    desk.clock.wind(TimeDelta::seconds(1));
    look(&desk).await;
    assert_eq!(desk.count(ADMIN, "🚨"), 1);
    desk.clock.wind(TimeDelta::seconds(600));
    look(&desk).await;
    assert!(desk.has(ADMIN, "menunggu lebih dari 15 menit"));
    desk.say(BUDI, "/online").await;
    look(&desk).await;
    assert!(desk.has(ADMIN, "✅ Tidak ada lagi tiket"));
    assert_eq!((desk.count(ADMIN, "🚨"), desk.app().engine.incidents().await), (2, Vec::new()));
}

#[tokio::test]
async fn heartbeats_that_fail_are_told_by_the_minute() {
    let desk = desk().await;
    look(&desk).await;
    desk.clock.wind(TimeDelta::seconds(60));
    let mut beats = Beats { ok: 10, failed: 3 };
    look_with(&desk, beats).await;
    for (ok, failed, wanted) in [(96, 4, 0), (96, 5, 0), (94, 6, 1), (0, 50, 1), (10, 0, 0)] {
        beats = Beats { ok: beats.ok + ok, failed: beats.failed + failed };
        desk.clock.wind(TimeDelta::seconds(60));
        look_with(&desk, beats).await;
        let raised = desk.app().engine.incidents().await;
        assert_eq!(
            raised.iter().filter(|alert| **alert == Alert::HeartbeatsFail).count(),
            wanted,
            "{ok} {failed}"
        );
    }
    assert_eq!(desk.count(ADMIN, "heartbeat agen yang gagal"), 1);
    assert_eq!(desk.count(ADMIN, "Heartbeat agen diterima kembali"), 1);
}

/// Words can't be kept while the store is away: sockets are told at once, and Telegram as soon as it is back.
#[tokio::test]
async fn a_store_out_of_reach_is_told() {
    let desk = desk().await;
    let mut page = Page::of(&desk, ADMIN).await;
    desk.trouble.begin(|method| ["depths", "admins"].contains(&method).then_some(Ill::Away));
    assert!(desk.app().engine.look_for_incidents(Beats::default(), desk.now()).await.is_err());
    let told = page.until(|event| event["event"] == "alert").await;
    assert_eq!(told["data"]["alert"], "store_away");
    desk.trouble.end();
    look(&desk).await;
    assert_eq!((desk.count(ADMIN, "🚨 Basis data"), desk.count(ADMIN, "✅ Basis data")), (1, 1));
}
