//! Alerts of incidents: admins get one when an incident begins and one when it ends, in Telegram and on
//! sockets.
use super::socket::Page;
use super::{BUDI, CITRA, SARI, desk};
use crate::replicas::Wire;
use crate::support::{ADMIN, Desk, Options, StoreFault, UnreachablePresence};
use antri::domain::alert::Alert;
use antri::domain::policy::OfflineBehaviour;
use antri::engine::departments::DepartmentEdit;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Checks for incidents after this many seconds.
async fn check_after(desk: &Desk, seconds: i64) {
    desk.clock.advance(TimeDelta::seconds(seconds));
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
}

/// Returns the announced alerts, as they are stored.
async fn announced(desk: &Desk) -> BTreeSet<Alert> {
    desk.app().engine.store().incidents().await.unwrap().announced()
}

/// Returns how many messages about a begun and about an ended incident the admin has.
fn message_counts(desk: &Desk) -> (usize, usize) {
    let ended = ["Kembali ada agen", "Tidak ada lagi tiket", "Heartbeat", "Basis data", "Redis"];
    (desk.count(ADMIN, "🚨"), ended.iter().map(|words| desk.count(ADMIN, &format!("✅ {words}"))).sum())
}

/// Returns the next alert on this page.
async fn next_alert(page: &mut Page) -> Value {
    page.until(|event| event["event"] == "alert").await["data"].clone()
}

/// Marks the only department as critical.
async fn make_critical(desk: &Desk) {
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, Arc::clone(&desk.app().engine));
    let department = engine.store().departments().await.unwrap().remove(0).id;
    engine
        .edit_department(&admin, department, &DepartmentEdit::SetCritical(true), desk.clock.now())
        .await
        .unwrap();
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
    check_after(&desk, 600).await;
    assert_eq!(message_counts(&desk), (0, 0), "one agent is still online");
    // The offline change triggers the check itself.
    desk.say(BUDI, "/offline").await;
    desk.wait_for_message(ADMIN, "🚨 Tidak ada agen yang online di Umum").await;
    let begun = next_alert(&mut page).await;
    let department = desk.app().engine.store().departments().await.unwrap().remove(0).id;
    let wanted = json!({"alert": "nobody_online", "department_id": department, "department": "Umum",
        "cleared": false});
    assert_eq!(begun, wanted);
    let umum = BTreeSet::from([("nobody_online".to_owned(), Some("Umum".to_owned()))]);
    assert_eq!(Page::of(&desk, ADMIN).await.alerts, umum, "a later page has the alert in its snapshot");
    for _ in 0..3 {
        check_after(&desk, 600).await;
    }
    assert_eq!(message_counts(&desk), (1, 0));
    desk.say(BUDI, "/online").await;
    desk.wait_for_message(ADMIN, "✅ Kembali ada agen yang online di Umum").await;
    assert_eq!(next_alert(&mut page).await["cleared"], true);
    check_after(&desk, 5).await;
    assert_eq!(message_counts(&desk), (1, 1));
    assert_eq!((page.alerts, desk.count(BUDI, "🚨")), (BTreeSet::new(), 0), "an agent gets no alert message");
}

#[tokio::test]
async fn a_long_wait_and_an_unstaffed_department_raise_alerts() {
    let desk = desk().await;
    desk.ticket(SARI, "halo").await;
    check_after(&desk, 0).await;
    check_after(&desk, 299).await;
    assert_eq!(message_counts(&desk), (0, 0));
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Tidak ada agen yang online di Umum"));
    check_after(&desk, 599).await;
    assert_eq!(message_counts(&desk), (1, 0));
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Ada tiket di Umum yang sudah menunggu lebih dari 15 menit"));
    check_after(&desk, 600).await;
    assert_eq!(message_counts(&desk), (2, 0));
    desk.say(BUDI, "/online").await;
    check_after(&desk, 0).await;
    assert!(desk.has(ADMIN, "✅ Tidak ada lagi tiket yang menunggu terlalu lama di Umum"));
    assert_eq!((message_counts(&desk), announced(&desk).await), ((2, 2), BTreeSet::new()));
}

#[tokio::test]
async fn the_times_of_both_alerts_are_settings() {
    let desk = desk().await;
    desk.patch(ADMIN, "/api/settings", json!({"wait_alert": 120, "unstaffed_alert": 60})).await.data();
    desk.ticket(SARI, "halo").await;
    check_after(&desk, 0).await;
    check_after(&desk, 59).await;
    assert_eq!(message_counts(&desk), (0, 0));
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Tidak ada agen yang online di Umum"));
    check_after(&desk, 60).await;
    assert!(desk.has(ADMIN, "🚨 Ada tiket di Umum yang sudah menunggu lebih dari 2 menit"));
    // A longer time ends an alert that would not have begun.
    desk.patch(ADMIN, "/api/settings", json!({"wait_alert": 3_600})).await.data();
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "✅ Tidak ada lagi tiket yang menunggu terlalu lama di Umum"));
    check_after(&desk, 3_480).await;
    assert!(desk.has(ADMIN, "menunggu lebih dari 1 jam"), "{}", desk.transcript(ADMIN));
}

/// The oldest ticket is not the first of the queue when a newer one is more urgent.
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
    check_after(&desk, 299).await;
    assert!(!desk.has(ADMIN, "15 menit"));
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "15 menit"), "{}", desk.transcript(ADMIN));
}

/// The age of the oldest ticket is remembered for a minute, because reading it is slow on some servers.
#[tokio::test]
async fn a_ticket_that_returned_to_the_queue_alerts_within_a_minute() {
    let desk = desk().await;
    desk.change_settings(|s| s.offline_behaviour = OfflineBehaviour::ReassignWaiting).await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "yang lama").await;
    desk.say(BUDI, "/busy").await;
    check_after(&desk, 600).await;
    desk.ticket(SARI, "yang baru").await;
    check_after(&desk, 299).await;
    desk.say(BUDI, "/offline").await;
    check_after(&desk, 59).await;
    check_after(&desk, 1).await;
    assert!(desk.has(ADMIN, "🚨 Ada tiket di Umum yang sudah menunggu"), "{}", desk.transcript(ADMIN));
}

/// The incident of a retired department ends without the message that an agent is online again.
#[tokio::test]
async fn retiring_a_department_ends_its_incident_without_a_message() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.department("HSI").await;
    check_after(&desk, 0).await;
    check_after(&desk, 300).await;
    assert!(desk.has(ADMIN, "🚨 Tidak ada agen yang online di HSI"));
    let (admin, engine) = (desk.person_by_telegram_id(ADMIN).await, Arc::clone(&desk.app().engine));
    let departments = engine.store().departments().await.unwrap();
    let retired = departments.iter().find(|department| department.name == "HSI").unwrap().id;
    engine
        .edit_department(&admin, retired, &DepartmentEdit::SetRetired(true), desk.clock.now())
        .await
        .unwrap();
    check_after(&desk, 5).await;
    assert_eq!((message_counts(&desk), announced(&desk).await), ((1, 0), BTreeSet::new()));
}

#[tokio::test]
async fn failed_heartbeats_alert_by_one_minute_windows() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    let engine = Arc::clone(&desk.app().engine);
    // Accepted, failed, and the number of alerts. A window is bad with at least five failures and at least
    // one in twenty; two good windows end the incident.
    let windows =
        [(10, 3, 0), (96, 4, 0), (96, 5, 0), (95, 5, 1), (10, 0, 1), (0, 50, 1), (9, 0, 1), (9, 0, 0)];
    check_after(&desk, 60).await;
    for (accepted, failed, alerts) in windows {
        for n in 0..accepted + failed {
            engine.count_heartbeat(n < accepted, desk.now());
        }
        check_after(&desk, 60).await;
        assert_eq!(announced(&desk).await.len(), alerts, "{accepted} {failed}");
    }
    assert_eq!(message_counts(&desk), (1, 1));
    assert!(desk.has(ADMIN, "🚨 Banyak heartbeat agen yang gagal"));
    assert!(desk.has(ADMIN, "✅ Heartbeat agen diterima kembali"));
}

/// The answer decides the count: a refused heartbeat is the client's fault, a failed one is the desk's.
#[tokio::test]
async fn a_refused_heartbeat_does_not_count_as_failed() {
    let presence = Arc::new(UnreachablePresence::default());
    let desk = Desk::with(Options { presence: Some(presence.clone()), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    check_after(&desk, 60).await;
    let heartbeat = async |body: Value| desk.post(BUDI, "/api/agent-status/heartbeat", body).await.status;
    for _ in 0..9 {
        assert_eq!(heartbeat(json!({"status": "asleep"})).await, 422);
    }
    check_after(&desk, 60).await;
    assert_eq!(announced(&desk).await, BTreeSet::new());
    presence.cut_off(true);
    for _ in 0..5 {
        assert_eq!(heartbeat(json!({})).await, 500);
    }
    check_after(&desk, 60).await;
    assert_eq!(announced(&desk).await, BTreeSet::from([Alert::HeartbeatsFail]));
}

#[tokio::test]
async fn a_lasting_presence_outage_raises_an_alert() {
    let presence = Arc::new(UnreachablePresence::default());
    let desk = Desk::with(Options { presence: Some(presence.clone()), ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    let mut page = Page::of(&desk, ADMIN).await;
    // Two outages of a moment: a restart of the server is no incident.
    for _ in 0..2 {
        presence.cut_off(true);
        check_after(&desk, 0).await;
        check_after(&desk, 9).await;
        presence.cut_off(false);
        check_after(&desk, 1).await;
    }
    assert_eq!(message_counts(&desk), (0, 0));
    presence.cut_off(true);
    check_after(&desk, 5).await;
    check_after(&desk, 10).await;
    check_after(&desk, 60).await;
    assert!(desk.has(ADMIN, "🚨 Redis"));
    assert_eq!(message_counts(&desk), (1, 0), "the outage takes no agent offline");
    presence.cut_off(false);
    check_after(&desk, 5).await;
    check_after(&desk, 5).await;
    assert!(desk.has(ADMIN, "✅ Redis"));
    assert_eq!(message_counts(&desk), (1, 1));
    for cleared in [false, true] {
        let data = next_alert(&mut page).await;
        assert_eq!((&data["alert"], &data["cleared"]), (&json!("presence_away"), &json!(cleared)));
    }
}

/// The store cannot keep messages during its own outage: sockets get the alert at once, Telegram after the
/// outage.
#[tokio::test]
async fn a_store_outage_is_announced_on_sockets_and_in_telegram() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    check_after(&desk, 0).await;
    let mut page = Page::of(&desk, ADMIN).await;
    desk.faults.inject(|method| ["depths", "incidents"].contains(&method).then_some(StoreFault::Unreachable));
    for seconds in [5, 9, 1, 60] {
        desk.clock.advance(TimeDelta::seconds(seconds));
        assert!(desk.app().engine.check_incidents(desk.now()).await.is_err());
    }
    desk.faults.clear();
    assert_eq!(message_counts(&desk), (0, 0));
    check_after(&desk, 5).await;
    assert_eq!((desk.count(ADMIN, "🚨 Basis data"), desk.count(ADMIN, "✅ Basis data")), (1, 1));
    check_after(&desk, 5).await;
    assert_eq!((message_counts(&desk), announced(&desk).await), ((1, 1), BTreeSet::new()));
    for cleared in [false, true] {
        let data = next_alert(&mut page).await;
        assert_eq!((&data["alert"], &data["cleared"]), (&json!("store_away"), &json!(cleared)));
    }
}

/// The commit is applied, and its answer is lost.
#[tokio::test]
async fn a_lost_commit_answer_repeats_no_alert() {
    let desk = desk().await;
    check_after(&desk, 0).await;
    let mut page = Page::of(&desk, ADMIN).await;
    desk.clock.advance(TimeDelta::seconds(300));
    desk.faults.inject_next("commit", 1, StoreFault::AnswerLost);
    assert!(desk.app().engine.check_incidents(desk.now()).await.is_err());
    desk.faults.clear();
    for _ in 0..2 {
        check_after(&desk, 5).await;
    }
    assert_eq!(message_counts(&desk), (1, 0));
    assert_eq!(next_alert(&mut page).await["alert"], "nobody_online");
    desk.say(BUDI, "/online").await;
    check_after(&desk, 5).await;
    assert_eq!(message_counts(&desk), (1, 1));
    assert_eq!(next_alert(&mut page).await["cleared"], true);
}

#[tokio::test]
async fn a_restart_repeats_no_alert() {
    let desk = desk().await;
    check_after(&desk, 0).await;
    check_after(&desk, 200).await;
    desk.stop().await;
    desk.start().await;
    check_after(&desk, 100).await;
    assert_eq!(message_counts(&desk), (1, 0), "the condition counts from before the restart");
    desk.stop().await;
    desk.start().await;
    check_after(&desk, 600).await;
    assert_eq!(message_counts(&desk), (1, 0));
    desk.say(BUDI, "/online").await;
    check_after(&desk, 0).await;
    assert_eq!(message_counts(&desk), (1, 1));
}

/// Sockets of every replica get the alert; the admins get one message, across a change of leader.
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
    assert_eq!(next_alert(&mut page).await["alert"], "nobody_online");
    // Failed heartbeats at the standby count as well.
    let now = desk.now() + TimeDelta::seconds(60);
    for at in [desk.now(), now] {
        (0..5).for_each(|_| second.app.engine.count_heartbeat(false, at));
    }
    desk.until("the leader to count the standby's heartbeats", async || {
        desk.app().engine.check_incidents(now).await.unwrap();
        announced(&desk).await.contains(&Alert::HeartbeatsFail)
    })
    .await;
    desk.fail_over_to(second).end().await;
    desk.say(BUDI, "/online").await;
    desk.wait_for_message(ADMIN, "✅ Kembali ada agen").await;
    check_after(&desk, 200).await;
    assert_eq!((message_counts(&desk), announced(&desk).await), ((2, 2), BTreeSet::new()));
}
