//! Snapshots of the main stories as whole chats, in both languages.
use super::{BUDI, SARI, with_customer};
use crate::support::{ADMIN, Desk, Options};
use antri::sandbox::MediaKind;
use chrono::TimeDelta;
use std::time::Duration;

/// Returns a desk with a customer and a future agent, where everyone reads this language. Its lists are refreshed
/// at once, so that the chats do not depend on the time that a test takes.
async fn desk_in(language: &str) -> Desk {
    let options = Options { max_refresh_interval: Duration::ZERO, ..Options::default() };
    let desk = Desk::with(options).await;
    if language == "en" {
        desk.say(ADMIN, "/language").await;
        desk.press(ADMIN, "🇬🇧").await;
    }
    desk.person(SARI, "Sari", language).await;
    desk.person(BUDI, "Budi", language).await;
    desk
}

/// Button labels of the stories in one language.
struct Labels {
    send: &'static str,
    open: &'static str,
    hold: &'static str,
    resume: &'static str,
    complete: &'static str,
    cancel: &'static str,
}

const ID: Labels = Labels {
    send: "Kirim",
    open: "Buka",
    hold: "Tunda",
    resume: "Lanjutkan",
    complete: "Selesai",
    cancel: "Batal",
};
const EN: Labels = Labels {
    send: "Send",
    open: "Open",
    hold: "Hold",
    resume: "Resume",
    complete: "Complete",
    cancel: "Cancel",
};

/// Plays one day: a ticket waits, is assigned, opened, held, resumed and completed; another one is cancelled.
/// Returns the messages as they were before later edits.
async fn play_day(desk: &Desk, labels: &Labels) -> String {
    let mut seen = Vec::new();
    let mut record = |id| seen.push(desk.shown(id, desk.last(id).message_id));
    desk.say(SARI, "/new").await;
    record(SARI);
    desk.say(SARI, "Internet mati sejak pagi").await;
    desk.attach(SARI, MediaKind::Photo, Some("lampu modem")).await;
    record(SARI);
    desk.press(SARI, labels.send).await;
    record(SARI);
    desk.say(ADMIN, &format!("/addagent {BUDI}")).await;
    desk.clock.advance(TimeDelta::seconds(601));
    desk.say(BUDI, "/online").await;
    let card = desk.button(BUDI, labels.open).0;
    let mut record_card = || seen.push(desk.shown(BUDI, card));
    record_card();
    for step in [labels.open, labels.hold, labels.resume] {
        desk.press(BUDI, step).await;
        record_card();
    }
    desk.say(SARI, "/new printer").await;
    desk.press(SARI, labels.send).await;
    let mut record = |id| seen.push(desk.shown(id, desk.last(id).message_id));
    desk.say(BUDI, "/myqueue").await;
    record(BUDI);
    desk.say(SARI, "/mytickets").await;
    record(SARI);
    desk.press(SARI, &format!("{} 2", labels.cancel)).await;
    record(SARI);
    desk.press(SARI, "✅ ").await;
    desk.press(BUDI, &format!("{} #1", labels.complete)).await;
    desk.say(BUDI, "/offline").await;
    desk.say(SARI, "/help").await;
    seen.join("\n")
}

#[tokio::test]
async fn a_day_in_indonesian() {
    let desk = desk_in("id").await;
    let seen = play_day(&desk, &ID).await;
    insta::assert_snapshot!("on_the_way_id", seen);
    insta::assert_snapshot!("customer_id", desk.chat_story(SARI));
    insta::assert_snapshot!("agent_id", desk.chat_story(BUDI));
}

#[tokio::test]
async fn a_day_in_english() {
    let desk = desk_in("en").await;
    let seen = play_day(&desk, &EN).await;
    insta::assert_snapshot!("on_the_way_en", seen);
    insta::assert_snapshot!("customer_en", desk.chat_story(SARI));
    insta::assert_snapshot!("agent_en", desk.chat_story(BUDI));
}

/// Plays an admin who sets up the desk, reads its lists and reassigns a ticket. Returns the messages as they
/// were before later edits.
async fn play_admin(desk: &Desk, labels: &Labels) -> String {
    let mut seen = Vec::new();
    let mut record = || seen.push(desk.shown(ADMIN, desk.last(ADMIN).message_id));
    desk.say(ADMIN, "/help").await;
    desk.say(ADMIN, "/department HSI INDIBIZ").await;
    record();
    desk.press(ADMIN, "➕ ").await;
    for said in ["/category HSI INDIBIZ - TROUBLESHOOT", "/invite"] {
        desk.say(ADMIN, said).await;
    }
    record();
    desk.press(ADMIN, "HSI INDIBIZ").await;
    desk.say(ADMIN, "/addagent").await;
    record();
    desk.press(ADMIN, "Budi").await;
    record();
    desk.press(ADMIN, "HSI INDIBIZ").await;
    desk.say(BUDI, "/online").await;
    for text in ["kabel putus", "lampu modem merah"] {
        desk.say(SARI, &format!("/new {text}")).await;
        desk.press(SARI, "TROUBLESHOOT").await;
        desk.press(SARI, labels.send).await;
    }
    desk.say(ADMIN, "/setmax Budi 2").await;
    desk.say(ADMIN, "/addagent @sari HSI INDIBIZ").await;
    for said in ["/workload", "/agents"] {
        desk.say(ADMIN, said).await;
    }
    record();
    desk.press(ADMIN, "Budi").await;
    desk.say(ADMIN, "/setmax").await;
    desk.press(ADMIN, "Budi").await;
    record();
    desk.press(ADMIN, "3").await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "kabel putus").await;
    record();
    desk.press(ADMIN, "Sari").await;
    desk.say(ADMIN, "/removeagent Budi").await;
    record();
    desk.press(ADMIN, "✅").await;
    desk.say(ADMIN, "/category").await;
    record();
    desk.press(ADMIN, "HSI").await;
    desk.say(ADMIN, "/cancel").await;
    desk.say(ADMIN, "/queue").await;
    desk.say(ADMIN, "/reassign").await;
    seen.join("\n")
}

#[tokio::test]
async fn an_admin_runs_a_desk_in_indonesian() {
    let desk = desk_in("id").await;
    let seen = play_admin(&desk, &ID).await;
    insta::assert_snapshot!("admins_questions_id", seen);
    insta::assert_snapshot!("admin_id", desk.chat_story(ADMIN));
    insta::assert_snapshot!("admins_agent_id", desk.chat_story(BUDI));
}

#[tokio::test]
async fn an_admin_runs_a_desk_in_english() {
    let desk = desk_in("en").await;
    let seen = play_admin(&desk, &EN).await;
    insta::assert_snapshot!("admins_questions_en", seen);
    insta::assert_snapshot!("admin_en", desk.chat_story(ADMIN));
    insta::assert_snapshot!("admins_agent_en", desk.chat_story(BUDI));
}

#[tokio::test]
async fn a_silent_agent_is_asked_and_taken_offline() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk.pass(TimeDelta::minutes(30)).await;
    desk.pass(TimeDelta::minutes(5)).await;
    desk.say(BUDI, "/status").await;
    insta::assert_snapshot!("silent_agent_id", desk.chat_story(BUDI));
}
