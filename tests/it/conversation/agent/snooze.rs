//! Snoozes: a ticket on hold until a time, which comes back by itself.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::ticket::{Status, Ticket};
use chrono::TimeDelta;

/// Button labels in one language.
struct Labels {
    open: &'static str,
    hold: &'static str,
    half_hour: &'static str,
    two_hours: &'static str,
    tomorrow: &'static str,
    off: &'static str,
}

const ID: Labels = Labels {
    open: "Buka",
    hold: "Tunda",
    half_hour: "30 mnt",
    two_hours: "2 jam",
    tomorrow: "Besok 08.00",
    off: "Tanpa waktu",
};

const EN: Labels = Labels {
    open: "Open",
    hold: "Hold",
    half_hour: "30 min",
    two_hours: "2 h",
    tomorrow: "Tomorrow 8:00",
    off: "Without a time",
};

async fn ticket(desk: &Desk) -> Ticket {
    desk.app().engine.store().all_held().await.unwrap().remove(0)
}

/// Advances the clock and lets the engine resume what is due.
async fn pass(desk: &Desk, by: TimeDelta) {
    desk.clock.advance(by);
    desk.app().engine.resume_snoozed(desk.now()).await.unwrap();
    desk.settle().await;
}

/// Presses each time of a ticket on hold, takes the time back, and waits for the morning. Returns the states of
/// the card, and the chat at the end.
async fn play(language: &str, labels: &Labels) -> String {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", language).await;
    desk.person(BUDI, "Budi", language).await;
    desk.say(ADMIN, &format!("/addagent {BUDI}")).await;
    desk.say(BUDI, "/online").await;
    desk.sandbox.send_text(SARI, "printer rusak");
    desk.settle().await;
    desk.press(SARI, if language == "id" { "Kirim" } else { "Send" }).await;
    let card = desk.button(BUDI, labels.open).0;
    let mut seen = Vec::new();
    for press in [labels.open, labels.hold, labels.half_hour, labels.two_hours, labels.off, labels.tomorrow] {
        desk.press(BUDI, press).await;
        seen.push(format!("{press}: {}\n{}", desk.toast(BUDI), desk.shown(BUDI, card)));
    }
    assert_eq!(ticket(&desk).await.resume_at(), Some("2025-12-05T01:00:00Z".parse().unwrap()));
    pass(&desk, TimeDelta::hours(18)).await;
    assert_eq!(ticket(&desk).await.status(), Status::Pending, "it is 07.52");
    pass(&desk, TimeDelta::minutes(8)).await;
    assert_eq!(ticket(&desk).await.status(), Status::InProgress);
    assert!(desk.sandbox.message(BUDI, card).unwrap().deleted, "the card is at the bottom, and only there");
    pass(&desk, TimeDelta::days(1)).await;
    seen.push(format!("the morning:\n{}", desk.chat_story(BUDI)));
    seen.join("\n")
}

#[tokio::test]
async fn a_snooze_in_indonesian() {
    insta::assert_snapshot!("snooze_id", play("id", &ID).await);
}

#[tokio::test]
async fn a_snooze_in_english() {
    insta::assert_snapshot!("snooze_en", play("en", &EN).await);
}

/// Returns a desk with a ticket that is on hold for half an hour.
async fn snoozed() -> Desk {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    for press in ["Buka", "Tunda", "30 mnt"] {
        desk.press(BUDI, press).await;
    }
    desk
}

#[tokio::test]
async fn a_message_of_the_customer_arrives_and_the_ticket_stays_on_hold() {
    let desk = snoozed().await;
    desk.sandbox.send_text(SARI, "masih rusak");
    desk.settle().await;
    desk.find(BUDI, "masih rusak");
    let held = ticket(&desk).await;
    assert_eq!(held.status(), Status::Pending);
    assert!(held.resume_at().is_some());
}

#[tokio::test]
async fn a_resumed_ticket_is_not_resumed_again_by_the_engine() {
    let desk = snoozed().await;
    desk.press(BUDI, "Lanjutkan").await;
    assert_eq!(ticket(&desk).await.resume_at(), None);
    pass(&desk, TimeDelta::hours(1)).await;
    assert_eq!(desk.count(BUDI, "dilanjutkan lagi"), 0, "{}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn the_new_card_of_a_resumed_ticket_takes_steps() {
    let desk = snoozed().await;
    pass(&desk, TimeDelta::minutes(30)).await;
    let card = desk.find(BUDI, "dilanjutkan lagi");
    desk.press_data(BUDI, card.message_id, card.button("Tunda").unwrap()).await;
    let held = desk.sandbox.message(BUDI, card.message_id).unwrap();
    assert!(held.text.contains("Ditunda") && !held.text.contains("dilanjutkan lagi"), "{}", held.text);
    desk.press(BUDI, "Selesai").await;
    desk.find(SARI, "sudah selesai");
}

#[tokio::test]
async fn a_ticket_that_came_due_while_the_desk_was_stopped_is_back_at_its_start() {
    let desk = snoozed().await;
    desk.stop().await;
    desk.clock.advance(TimeDelta::hours(9));
    desk.start().await;
    desk.wait_for_message(BUDI, "dilanjutkan lagi").await;
    desk.settle().await;
    assert_eq!(desk.count(BUDI, "dilanjutkan lagi"), 1);
    assert_eq!(ticket(&desk).await.status(), Status::InProgress);
}

#[tokio::test]
async fn the_queue_and_the_card_of_a_ticket_without_hold_offer_no_times() {
    let desk = snoozed().await;
    desk.say(BUDI, "/myqueue").await;
    assert!(desk.last(BUDI).button("30 mnt").is_none());
    desk.press(BUDI, "Lanjutkan").await;
    let card = desk.find(BUDI, "printer rusak");
    assert!(card.button("30 mnt").is_none(), "{card:?}");
}
