//! Tickets that nobody opens: the reminder, the handover, and ↩️ Give back.
use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk, StoreFault};
use antri::domain::ticket::{Status, Ticket};
use chrono::TimeDelta;
use std::time::Duration;

async fn ticket(desk: &Desk) -> Ticket {
    desk.app().engine.store().all_held().await.unwrap().remove(0)
}

/// Advances the clock and lets the engine handle what is due.
async fn pass(desk: &Desk, minutes: i64) {
    desk.clock.advance(TimeDelta::minutes(minutes));
    desk.app().engine.handle_unanswered(desk.now()).await.unwrap();
    desk.settle().await;
}

async fn after_ten_minutes(desk: &Desk) {
    desk.change_settings(|settings| settings.no_answer_time = Duration::from_secs(600)).await;
}

async fn play(language: &str) -> String {
    let desk = Desk::new().await;
    after_ten_minutes(&desk).await;
    desk.person(SARI, "Sari", language).await;
    for (id, name) in [(BUDI, "Budi"), (CITRA, "Citra")] {
        desk.person(id, name, language).await;
        desk.say(ADMIN, &format!("/addagent {id}")).await;
    }
    desk.say(BUDI, "/online").await;
    desk.sandbox.send_text(SARI, "printer rusak");
    desk.settle().await;
    desk.press(SARI, if language == "id" { "Kirim" } else { "Send" }).await;
    desk.say(CITRA, "/online").await;
    pass(&desk, 10).await;
    let reminder = desk.last(BUDI);
    assert!(reminder.text.contains("printer rusak"), "{reminder:?}");
    let seen = desk.shown(BUDI, reminder.message_id);
    pass(&desk, 10).await;
    let held = ticket(&desk).await;
    assert_eq!(held.former_holders.len(), 1);
    [format!("reminder:\n{seen}"), desk.chat_story(BUDI), desk.chat_story(CITRA), desk.chat_story(SARI)]
        .join("\n---\n")
}

#[tokio::test]
async fn a_ticket_that_nobody_opens_in_indonesian() {
    insta::assert_snapshot!("no_answer_id", play("id").await);
}

#[tokio::test]
async fn a_ticket_that_nobody_opens_in_english() {
    insta::assert_snapshot!("no_answer_en", play("en").await);
}

#[tokio::test]
async fn the_reminder_opens_the_ticket_and_no_other_follows() {
    let desk = with_agent().await;
    after_ten_minutes(&desk).await;
    desk.ticket(SARI, "printer rusak").await;
    pass(&desk, 10).await;
    desk.press(BUDI, "Buka").await;
    assert_eq!(ticket(&desk).await.status(), Status::InProgress);
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    pass(&desk, 60).await;
    assert_eq!(desk.count(BUDI, "masih menunggu Anda"), 0, "the card has moved on");
    assert!(!desk.has(CITRA, "printer rusak"));
}

#[tokio::test]
async fn the_first_answer_is_a_reaction() {
    let desk = with_agent().await;
    after_ten_minutes(&desk).await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(BUDI, "sebentar ya").await;
    pass(&desk, 30).await;
    assert_eq!(desk.count(BUDI, "masih menunggu Anda"), 0);
}

#[tokio::test]
async fn a_ticket_is_given_back_once() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let (card, data) = desk.button(BUDI, "Kembalikan");
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.press_data(BUDI, card, &data).await;
    assert_eq!(desk.toast(BUDI), "↩️ Tiket kembali ke antrian");
    desk.find(CITRA, "printer rusak");
    let with_citra = ticket(&desk).await;
    desk.press_data(BUDI, card, &data).await;
    assert_eq!(ticket(&desk).await, with_citra, "a second press changes nothing");
    assert!(desk.sandbox.message(BUDI, card).unwrap().button("Kembalikan").is_none());
}

#[tokio::test]
async fn an_opened_ticket_and_one_on_hold_are_given_back_too() {
    for presses in [&["Buka"][..], &["Tunda"], &["Buka", "Tunda"]] {
        let desk = with_agent().await;
        desk.ticket(SARI, "printer rusak").await;
        for press in presses {
            desk.press(BUDI, press).await;
        }
        desk.press(BUDI, "Kembalikan").await;
        assert!(desk.app().engine.store().all_held().await.unwrap().is_empty(), "{presses:?}");
    }
}

/// Holds the `nth` commit from now on until the faults are cleared.
fn hold_commit(desk: &Desk, nth: u32) {
    let mut commits = 0;
    desk.faults.inject(move |called| {
        commits += u32::from(called == "commit");
        (called == "commit" && commits == nth).then_some(StoreFault::Held)
    });
}

#[tokio::test]
async fn the_former_card_names_the_next_agent_however_quickly_it_says_that_the_ticket_waits() {
    for (language, back, with) in [
        ("id", "Tiket ini sudah kembali ke antrian", "Tiket ini sekarang ditangani oleh Citra"),
        ("en", "This ticket is back in the queue", "This ticket is now with Citra"),
    ] {
        let desk = with_agent().await;
        desk.say(BUDI, &format!("/language {language}")).await;
        after_ten_minutes(&desk).await;
        desk.ticket(SARI, "printer rusak").await;
        desk.agent(CITRA, "Citra").await;
        desk.say(CITRA, "/online").await;
        pass(&desk, 10).await;
        desk.clock.advance(TimeDelta::minutes(10));
        // The release is committed and told before the assignment is.
        hold_commit(&desk, 2);
        let (app, now) = (desk.app(), desk.now());
        let handled = app.engine.handle_unanswered(now);
        let told = async {
            app.engine.wake_outbox();
            desk.until("the release on the card", async || desk.has(BUDI, back)).await;
            desk.faults.clear();
        };
        let (handled, ()) = tokio::join!(handled, told);
        handled.unwrap();
        desk.settle().await;
        assert_eq!((desk.count(BUDI, back), desk.count(BUDI, with)), (0, 1), "{}", desk.chat_story(BUDI));
    }
}
