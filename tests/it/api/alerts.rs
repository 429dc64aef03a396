//! Incidents: admins are told once when they begin, in Telegram and on sockets, and once when they are over.
use super::socket::Page;
use super::{BUDI, CITRA, SARI, desk};
use crate::replicas::Wire;
use crate::support::{ADMIN, Desk, Options, StoreFault, UnreachablePresence};
use antri::domain::alert::Alert;
use antri::engine::departments::DepartmentEdit;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The next look, so much later.
async fn look(desk: &Desk, later: i64) {
    desk.clock.advance(TimeDelta::seconds(later));
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
}

/// What is the matter, as the admins were told.
async fn told(desk: &Desk) -> BTreeSet<Alert> {
    desk.app().engine.store().incidents().await.unwrap().told()
}

/// How often the admin was told that something begins, and that something is over.
fn heard(desk: &Desk) -> (usize, usize) {
    let over = ["Kembali ada agen", "Tidak ada lagi tiket", "Heartbeat", "Basis data", "Redis"];
    (desk.count(ADMIN, "🚨"), over.iter().map(|words| desk.count(ADMIN, &format!("✅ {words}"))).sum())
}

async fn alert_on(page: &mut Page) -> Value {
    page.until(|event| event["event"] == "alert").await["data"].clone()
}

/// From now on the only department can't be without an agent.
async fn make_critical(desk: &Desk) {
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, Arc::clone(&desk.app().engine));
    let department = engine.store().departments().await.unwrap().remove(0).id;
    engine.edit_department(&admin, department, &DepartmentEdit::SetCritical(true)).await.unwrap();
}

#[tokio::test]
async fn an_unstaffed_critical_department_alerts_at_once_and_only_once() {
    let desk = desk().await;
    for agent in [BUDI, CITRA] {
        desk.say(agent, "/online").await;
    }
    make_critical(&desk).await;
    let mut page = Page::of(&desk, BUDI).await;
    assert_eq!(page.alerts, BTreeSet::new());
    desk.say(CITRA, "/offline").await;
    look(&desk, 600).await;
    assert_eq!(heard(&desk), (0, 0), "somebody is left");
    // Nobody has to look: that the last one left is reason enough.
    desk.say(BUDI, "/offline").await;
    desk.wait_for_message(ADMIN, "🚨 Tidak ada agen yang online di Umum").await;
    let begun = alert_on(&mut page).await;
    let department = desk.app().engine.store().departments().await.unwrap().remove(0).id;
    let wanted = json!({"alert": "nobody_online", "department_id": department, "department": "Umum",
        "cleared": false});
    assert_eq!(begun, wanted);
    let umum = BTreeSet::from([("nobody_online".to_owned(), Some("Umum".to_owned()))]);
    assert_eq!(Page::of(&desk, ADMIN).await.alerts, umum, "who joins later knows it, too");
    for _ in 0..3 {
        look(&desk, 600).await;
    }
    assert_eq!(heard(&desk), (1, 0));
    desk.say(BUDI, "/online").await;
    desk.wait_for_message(ADMIN, "✅ Kembali ada agen yang online di Umum").await;
    assert_eq!(alert_on(&mut page).await["cleared"], true);
    look(&desk, 5).await;
    assert_eq!(heard(&desk), (1, 1));
    assert_eq!((page.alerts, desk.count(BUDI, "🚨")), (BTreeSet::new(), 0), "who is no admin is not told");
}

#[tokio::test]
async fn a_long_wait_and_an_unstaffed_department_raise_alerts() {
    let desk = desk().await;
    desk.ticket(SARI, "halo").await;
    look(&desk, 0).await;
    look(&desk, 299).await;
    assert_eq!(heard(&desk), (0, 0));
    look(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Tidak ada agen yang online di Umum"));
    look(&desk, 599).await;
    assert_eq!(heard(&desk), (1, 0));
    look(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Ada tiket di Umum yang sudah menunggu lebih dari 15 menit"));
    look(&desk, 600).await;
    assert_eq!(heard(&desk), (2, 0));
    desk.say(BUDI, "/online").await;
    look(&desk, 0).await;
    assert!(desk.has(ADMIN, "✅ Tidak ada lagi tiket yang menunggu terlalu lama di Umum"));
    assert_eq!((heard(&desk), told(&desk).await), ((2, 2), BTreeSet::new()));
}

/// The oldest is not the first of the queue when a newer one is more urgent.
#[tokio::test]
async fn the_wait_alert_uses_the_oldest_ticket_of_any_priority() {
    let desk = desk().await;
    let open = async |text: &str| {
        let body = json!({"customer_telegram_id": SARI, "description": text});
        desk.post(ADMIN, "/api/tickets", body).await.data()["ticket_number"].as_str().unwrap().to_owned()
    };
    open("yang lama").await;
    desk.clock.advance(TimeDelta::seconds(600));
    let urgent = open("yang mendesak").await;
    desk.patch(ADMIN, &format!("/api/queue/{urgent}"), json!({"priority": "urgent"})).await.data();
    look(&desk, 299).await;
    assert!(!desk.has(ADMIN, "15 menit"));
    look(&desk, 1).await;
    assert!(desk.has(ADMIN, "15 menit"), "{}", desk.transcript(ADMIN));
}

/// Of a department that is closed nobody is told that somebody is online in it again.
#[tokio::test]
async fn retiring_a_department_ends_its_incident_without_a_message() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.department("HSI").await;
    look(&desk, 0).await;
    look(&desk, 300).await;
    assert!(desk.has(ADMIN, "🚨 Tidak ada agen yang online di HSI"));
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, Arc::clone(&desk.app().engine));
    let departments = engine.store().departments().await.unwrap();
    let closed = departments.iter().find(|department| department.name == "HSI").unwrap().id;
    engine.edit_department(&admin, closed, &DepartmentEdit::SetRetired(true)).await.unwrap();
    look(&desk, 5).await;
    assert_eq!((heard(&desk), told(&desk).await), ((1, 0), BTreeSet::new()));
}

#[tokio::test]
async fn failed_heartbeats_alert_by_one_minute_windows() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let engine = Arc::clone(&desk.app().engine);
    // Taken, failed, and whether that is too much: at least five, at least one in twenty; two good windows end it.
    let windows =
        [(10, 3, 0), (96, 4, 0), (96, 5, 0), (95, 5, 1), (10, 0, 1), (0, 50, 1), (9, 0, 1), (9, 0, 0)];
    look(&desk, 60).await;
    for (taken, failed, wanted) in windows {
        for n in 0..taken + failed {
            engine.count_heartbeat(n < taken, desk.now());
        }
        look(&desk, 60).await;
        assert_eq!(told(&desk).await.len(), wanted, "{taken} {failed}");
    }
    assert_eq!(heard(&desk), (1, 1));
    assert!(desk.has(ADMIN, "🚨 Banyak heartbeat agen yang gagal"));
    assert!(desk.has(ADMIN, "✅ Heartbeat agen diterima kembali"));
}

/// What agents' clients get is what counts: a heartbeat that is refused is the client's fault, one that fails the desk's.
#[tokio::test]
async fn a_refused_heartbeat_does_not_count_as_failed() {
    let far = Arc::new(UnreachablePresence::default());
    let desk = Desk::with(Options { presence: Some(far.clone()), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    look(&desk, 60).await;
    let beat = async |body: Value| desk.post(BUDI, "/api/agent-status/heartbeat", body).await.status;
    for _ in 0..9 {
        assert_eq!(beat(json!({"status": "asleep"})).await, 422);
    }
    look(&desk, 60).await;
    assert_eq!(told(&desk).await, BTreeSet::new());
    far.cut_off(true);
    for _ in 0..5 {
        assert_eq!(beat(json!({})).await, 500);
    }
    look(&desk, 60).await;
    assert_eq!(told(&desk).await, BTreeSet::from([Alert::HeartbeatsFail]));
}

#[tokio::test]
async fn a_lasting_presence_outage_raises_an_alert() {
    let far = Arc::new(UnreachablePresence::default());
    let desk = Desk::with(Options { presence: Some(far.clone()), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    let mut page = Page::of(&desk, ADMIN).await;
    // Gone for a moment, twice: a server that starts anew is no incident.
    for _ in 0..2 {
        far.cut_off(true);
        look(&desk, 0).await;
        look(&desk, 9).await;
        far.cut_off(false);
        look(&desk, 1).await;
    }
    assert_eq!(heard(&desk), (0, 0));
    far.cut_off(true);
    look(&desk, 5).await;
    look(&desk, 10).await;
    look(&desk, 60).await;
    assert!(desk.has(ADMIN, "🚨 Redis"));
    assert_eq!(heard(&desk), (1, 0), "and nobody counts as gone because of it");
    far.cut_off(false);
    look(&desk, 5).await;
    look(&desk, 5).await;
    assert!(desk.has(ADMIN, "✅ Redis"));
    assert_eq!(heard(&desk), (1, 1));
    for cleared in [false, true] {
        let data = alert_on(&mut page).await;
        assert_eq!((&data["alert"], &data["cleared"]), (&json!("presence_away"), &json!(cleared)));
    }
}

/// Words can't be kept while the store is away: sockets are told then, and Telegram as soon as it is back.
#[tokio::test]
async fn a_store_outage_is_announced_on_sockets_and_in_telegram() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    look(&desk, 0).await;
    let mut page = Page::of(&desk, ADMIN).await;
    desk.faults.inject(|method| ["depths", "incidents"].contains(&method).then_some(StoreFault::Away));
    for later in [5, 9, 1, 60] {
        desk.clock.advance(TimeDelta::seconds(later));
        assert!(desk.app().engine.check_incidents(desk.now()).await.is_err());
    }
    desk.faults.clear();
    assert_eq!(heard(&desk), (0, 0));
    look(&desk, 5).await;
    assert_eq!((desk.count(ADMIN, "🚨 Basis data"), desk.count(ADMIN, "✅ Basis data")), (1, 1));
    look(&desk, 5).await;
    assert_eq!((heard(&desk), told(&desk).await), ((1, 1), BTreeSet::new()));
    for cleared in [false, true] {
        let data = alert_on(&mut page).await;
        assert_eq!((&data["alert"], &data["cleared"]), (&json!("store_away"), &json!(cleared)));
    }
}

/// The store does it, and nobody hears that it has.
#[tokio::test]
async fn a_lost_commit_answer_repeats_no_alert() {
    let desk = desk().await;
    look(&desk, 0).await;
    let mut page = Page::of(&desk, ADMIN).await;
    desk.clock.advance(TimeDelta::seconds(300));
    desk.faults.inject_next("commit", 1, StoreFault::AnswerLost);
    assert!(desk.app().engine.check_incidents(desk.now()).await.is_err());
    desk.faults.clear();
    for _ in 0..2 {
        look(&desk, 5).await;
    }
    assert_eq!(heard(&desk), (1, 0));
    assert_eq!(alert_on(&mut page).await["alert"], "nobody_online");
    desk.say(BUDI, "/online").await;
    look(&desk, 5).await;
    assert_eq!(heard(&desk), (1, 1));
    assert_eq!(alert_on(&mut page).await["cleared"], true);
}

#[tokio::test]
async fn a_restart_repeats_no_alert() {
    let desk = desk().await;
    look(&desk, 0).await;
    look(&desk, 200).await;
    desk.stop().await;
    desk.start().await;
    look(&desk, 100).await;
    assert_eq!(heard(&desk), (1, 0), "since before the restart");
    desk.stop().await;
    desk.start().await;
    look(&desk, 600).await;
    assert_eq!(heard(&desk), (1, 0));
    desk.say(BUDI, "/online").await;
    look(&desk, 0).await;
    assert_eq!(heard(&desk), (1, 1));
}

/// Several replicas: each socket is told, and the admins once, whoever works by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_announce_an_incident_once() {
    let desk = Desk::with(Options { signals: Some(Arc::new(Wire::default())), ..Options::default() }).await;
    let second = desk.start_replica().await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    make_critical(&desk).await;
    let mut page = Page::at(second.app.addr, &desk.token(ADMIN).await).await;
    desk.say(BUDI, "/offline").await;
    desk.wait_for_message(ADMIN, "🚨 Tidak ada agen yang online").await;
    assert_eq!(alert_on(&mut page).await["alert"], "nobody_online");
    // Those of the one that only answers requests count as well.
    let now = desk.now() + TimeDelta::seconds(60);
    for at in [desk.now(), now] {
        (0..5).for_each(|_| second.app.engine.count_heartbeat(false, at));
    }
    desk.until("the one that works to be told", async || {
        desk.app().engine.check_incidents(now).await.unwrap();
        told(&desk).await.contains(&Alert::HeartbeatsFail)
    })
    .await;
    desk.fail_over_to(second).end().await;
    desk.say(BUDI, "/online").await;
    desk.wait_for_message(ADMIN, "✅ Kembali ada agen").await;
    look(&desk, 200).await;
    assert_eq!((heard(&desk), told(&desk).await), ((2, 2), BTreeSet::new()));
}
