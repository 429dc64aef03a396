//! Availability of an agent: commands, buttons, offline behaviour and the presence question.
use crate::conversation::{BUDI, SARI, five_tickets, with_agent, with_customer};
use crate::support::{Desk, Options};
use antri::domain::person::Availability;
use antri::domain::policy::OfflineBehaviour;
use antri::engine::sweep::SweepReport;
use antri::sandbox::Fault;
use chrono::TimeDelta;
use std::time::Duration;

#[tokio::test]
async fn each_availability_command_reports_the_status() {
    let desk = with_agent().await;
    for (command, shown) in [
        ("/busy", "🟠 Sibuk"),
        ("/away", "🌙 Tidak di tempat"),
        ("/offline", "🔴 Offline"),
        ("/online", "🟢 Online"),
        ("/status", "🟢 Online"),
    ] {
        desk.say(BUDI, command).await;
        assert!(desk.last(BUDI).text.contains(shown), "{command}: {}", desk.last(BUDI).text);
    }
}

#[tokio::test]
async fn only_an_online_agent_gets_waiting_tickets() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.ticket(SARI, "kendala 1").await;
    for command in ["/busy", "/away"] {
        desk.say(BUDI, command).await;
        assert!(!desk.has(BUDI, "kendala 1"), "{command}");
    }
    desk.say(BUDI, "/online").await;
    desk.find(BUDI, "kendala 1");
}

#[tokio::test]
async fn the_availability_buttons_work_like_the_commands() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.press(BUDI, "🟢 Online").await;
    assert_eq!(desk.toast(BUDI), "🟢 Anda online");
    desk.find(BUDI, "kendala 1");
    desk.press(BUDI, "🔴 Offline").await;
    assert_eq!(desk.toast(BUDI), "🔴 Anda offline");
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("🔴 Offline"));
}

#[tokio::test]
async fn a_double_press_sends_one_status_message() {
    let desk = with_agent().await;
    desk.say(BUDI, "/myqueue").await;
    let (message, offline) = desk.button(BUDI, "🔴 Offline");
    let before = desk.count(BUDI, "Status Anda");
    desk.sandbox.press(BUDI, message, &offline);
    desk.press_data(BUDI, message, &offline).await;
    assert_eq!(desk.toast(BUDI), "🔴 Anda offline");
    assert_eq!(desk.count(BUDI, "Status Anda"), before + 1, "{}", desk.chat_story(BUDI));
    assert!(desk.shown(BUDI, message).contains("🔴 Offline\n"), "{}", desk.shown(BUDI, message));
}

#[tokio::test]
async fn a_press_for_the_current_availability_redraws_its_card() {
    let desk = with_agent().await;
    desk.say(BUDI, "/myqueue").await;
    let queue = desk.button(BUDI, "🔴 Offline");
    desk.say(BUDI, "/status").await;
    let status = desk.button(BUDI, "🔴 Offline");
    // The card is not refreshed.
    desk.fault("editMessageText", Some(BUDI), 1, Fault::BadRequest("no".into()));
    desk.say(BUDI, "/offline").await;
    assert_eq!(desk.sandbox.faults().remaining(), 0);
    let before = desk.count(BUDI, "Status Anda");
    for (message, offline) in [queue, status] {
        assert!(desk.shown(BUDI, message).contains("🟢 Online\n"), "{}", desk.shown(BUDI, message));
        desk.press_data(BUDI, message, &offline).await;
        assert_eq!(desk.toast(BUDI), "🔴 Anda offline");
        let shown = desk.shown(BUDI, message);
        assert!(shown.contains("🔴 Offline\n") && !shown.contains("[🔴 Offline]"), "{shown}");
    }
    assert_eq!(desk.count(BUDI, "Status Anda"), before, "no second status message");
}

#[tokio::test]
async fn going_offline_keeps_the_tickets() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.say(BUDI, "/offline").await;
    assert!(desk.last(BUDI).text.contains("Tiket aktif: 5/5"));
    assert!(!desk.has(SARI, "kembali ke antrian"));
    desk.press(BUDI, "Buka").await;
    assert_eq!(desk.toast(BUDI), "▶️ Tiket dibuka");
}

#[tokio::test]
async fn going_offline_applies_the_offline_behaviour() {
    let desk = with_agent().await;
    desk.change_settings(|s| s.offline_behaviour = OfflineBehaviour::ReassignWaiting).await;
    desk.ticket(SARI, "dibuka").await;
    desk.press(BUDI, "Buka").await;
    desk.ticket(SARI, "belum dibuka").await;
    desk.say(BUDI, "/offline").await;
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Tiket aktif: 1/5"), "{}", desk.last(BUDI).text);
    assert_eq!(desk.count(SARI, "kembali ke antrian"), 1);
    desk.say(BUDI, "/online").await;
    desk.change_settings(|s| s.offline_behaviour = OfflineBehaviour::ReassignAll).await;
    desk.say(BUDI, "/offline").await;
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Tiket aktif: 0/5"), "{}", desk.last(BUDI).text);
}

#[tokio::test]
async fn a_silent_agent_is_asked_and_stays_online_by_the_button() {
    let desk = with_agent().await;
    assert_eq!(desk.pass(TimeDelta::minutes(29)).await.asked, 0);
    assert_eq!(desk.pass(TimeDelta::minutes(1)).await.asked, 1);
    desk.find(BUDI, "Masih online?");
    desk.press(BUDI, "Ya, masih online").await;
    assert!(desk.toast(BUDI).contains("tetap online"));
    assert_eq!(desk.pass(TimeDelta::minutes(6)).await.taken_offline, 0);
    desk.ticket(SARI, "kendala 1").await;
    desk.find(BUDI, "kendala 1");
}

/// Each sweep compares the wall clock with a monotonic clock.
#[tokio::test]
async fn a_wall_clock_jump_takes_no_agent_offline() {
    for hours in [1, -1] {
        let desk = Desk::with(Options { sweep_every: Duration::from_millis(5), ..Options::default() }).await;
        desk.agent(BUDI, "Budi").await;
        desk.say(BUDI, "/online").await;
        desk.clock.jump_wall_clock(TimeDelta::hours(hours));
        let app = desk.app();
        let agent = app.engine.seats()[0].person.id;
        desk.until("the presence record to carry the new time", async || {
            let record = desk.presence().get(agent, desk.now()).await.unwrap();
            record.is_some_and(|record| record.last_heartbeat == desk.now())
        })
        .await;
        assert_eq!(app.engine.sweep(desk.now()).await.unwrap(), SweepReport::default());
        desk.settle().await;
        assert!(!desk.has(BUDI, "Masih online?"));
        assert_eq!(app.engine.seats()[0].person.availability(), Availability::Online);
    }
}

#[tokio::test]
async fn any_message_answers_the_presence_question() {
    let desk = with_agent().await;
    desk.pass(TimeDelta::minutes(30)).await;
    desk.say(BUDI, "sebentar").await;
    assert_eq!(desk.pass(TimeDelta::minutes(6)).await.taken_offline, 0);
}

#[tokio::test]
async fn an_unanswered_presence_question_takes_the_agent_offline() {
    let desk = with_agent().await;
    desk.ticket(SARI, "kendala 1").await;
    desk.pass(TimeDelta::minutes(30)).await;
    assert_eq!(desk.pass(TimeDelta::minutes(5)).await.taken_offline, 1);
    let notice = desk.find(BUDI, "sekarang offline").text;
    assert!(notice.contains("1 tiket tetap di antrian Anda"), "{notice}");
    // The question is still shown; its button comes too late.
    desk.press(BUDI, "Ya, masih online").await;
    assert!(desk.toast(BUDI).contains("sudah offline"));
    desk.press(BUDI, "🟢 Online").await;
    assert_eq!(desk.toast(BUDI), "🟢 Anda online");
}

#[tokio::test]
async fn autoassign_is_switched_by_command_and_by_button() {
    let desk = with_agent().await;
    desk.say(BUDI, "/autoassign").await;
    assert!(desk.last(BUDI).text.contains("Penugasan otomatis: aktif"));
    desk.say(BUDI, "/autoassign mungkin").await;
    assert!(desk.last(BUDI).text.contains("/autoassign on"));
    desk.say(BUDI, "/autoassign off").await;
    desk.ticket(SARI, "kendala 1").await;
    assert!(!desk.has(BUDI, "Tiket baru"));
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "Aktifkan penugasan otomatis").await;
    assert!(desk.find(BUDI, "Tiket baru").text.contains("kendala 1"));
    desk.press(BUDI, "Matikan penugasan otomatis").await;
    assert!(desk.toast(BUDI).contains("tidak aktif"));
}

#[tokio::test]
async fn the_token_command_sends_a_jwt() {
    let desk = with_agent().await;
    desk.say(BUDI, "/token").await;
    let text = desk.last(BUDI).text;
    assert!(text.contains("eyJ") && text.split('.').count() >= 3, "{text}");
}

#[tokio::test]
async fn an_agent_who_goes_offline_reads_what_becomes_of_the_tickets() {
    for by_button in [false, true] {
        let desk = with_agent().await;
        let go_offline = async || {
            desk.say(BUDI, "/status").await;
            if by_button {
                desk.press(BUDI, "🔴 Offline").await;
            } else {
                desk.say(BUDI, "/offline").await;
            }
            desk.last(BUDI).text
        };
        assert!(!go_offline().await.contains("antrian Anda"), "without tickets there is nothing to say");
        desk.say(BUDI, "/online").await;
        desk.ticket(SARI, "kendala 1").await;
        desk.press(BUDI, "Buka").await;
        desk.ticket(SARI, "kendala 2").await;
        let text = go_offline().await;
        assert!(text.contains("2 tiket tetap di antrian Anda"), "{text}");
        desk.say(BUDI, "/online").await;
        desk.change_settings(|s| s.offline_behaviour = OfflineBehaviour::ReassignWaiting).await;
        let text = go_offline().await;
        assert!(text.contains("1 tiket kembali ke antrian umum"), "{text}");
        assert!(text.contains("1 tiket tetap di antrian Anda"), "{text}");
    }
}
