//! Presses of ↩️ under the thanks for a comment to a rating: the comment is a message of the ticket too.
use super::{completed, current, draft};
use crate::conversation::{BUDI, CITRA, SARI, TOM};
use crate::support::{ADMIN, Desk, StoreFault, data};
use antri::bot::callback::ButtonAction;
use antri::domain::ticket::{Status, Ticket};
use chrono::TimeDelta;

/// The comment of these tests, too long for the record of a rating.
fn words() -> String {
    format!("rusak lagi {}", "sekali ".repeat(200))
}

/// Rates a ticket of Sari's that Budi completed, with a comment.
async fn commented(text: &str) -> (Desk, Ticket) {
    let (desk, ticket) = completed().await;
    desk.press(SARI, "2 ⭐").await;
    desk.say(SARI, text).await;
    (desk, ticket)
}

/// Checks that the ticket was reopened once, that it has the comment once, and that the rating keeps it too.
async fn check_continued(desk: &Desk, ticket: &Ticket) {
    let after = current(desk, ticket).await;
    assert_eq!((after.status(), after.service.reopened), (Status::Assigned, 1));
    let rating = after.service.rating.unwrap();
    assert!(rating.comment.unwrap().starts_with("rusak lagi"));
    assert_eq!(desk.count(BUDI, "rusak lagi"), 1, "{}", desk.chat_story(BUDI));
    assert_eq!(
        desk.count(BUDI, "Menurut pelanggan, tiket ini belum selesai."),
        1,
        "{}",
        desk.chat_story(BUDI)
    );
    let conversation = desk.app().engine.store().conversation(ticket.id, None, 10).await.unwrap();
    assert_eq!(conversation.len(), 1, "{conversation:?}");
}

#[tokio::test]
async fn a_comment_that_is_no_praise_continues_the_ticket_with_one_tap() {
    for (language, button, offered, done) in [
        (
            "id",
            "↩️ Lanjutkan INC",
            "admin kami bisa membacanya bersama penilaian Anda. Masih ada kendala? ↩️ Lanjutkan membuka kembali \
             “printer rusak” dan menambahkan pesan ini.",
            "dibuka kembali. Yang Anda tulis sudah masuk ke tiket itu",
        ),
        (
            "en",
            "↩️ Continue INC",
            "our admins can read that with your rating. Still not right? ↩️ Continue takes up “printer rusak” again \
             and adds this message to it.",
            "is open again. What you wrote is in it",
        ),
    ] {
        let (desk, ticket) = completed().await;
        desk.say(SARI, &format!("/language {language}")).await;
        desk.press(SARI, "2 ⭐").await;
        desk.say(SARI, &words()).await;
        let thanks = desk.last(SARI);
        assert!(thanks.text.contains(offered), "{}", thanks.text);
        assert!(!desk.has(BUDI, "rusak lagi"), "{}", desk.chat_story(BUDI));
        desk.press(SARI, button).await;
        assert!(desk.toast(SARI).contains(ticket.number.as_str()), "{}", desk.toast(SARI));
        let closed = desk.sandbox.message(SARI, thanks.message_id).unwrap();
        assert!(closed.text.contains(done) && closed.keyboard.is_empty(), "{}", desk.chat_story(SARI));
        check_continued(&desk, &ticket).await;
        let brought = desk.find(BUDI, "rusak lagi").text;
        assert!(
            brought.contains("👤 Sari") && brought.contains(words().trim_end()),
            "the whole text: {brought}"
        );
        let card = desk.find(BUDI, "Menurut pelanggan, tiket ini belum selesai.");
        assert!(card.message_id < desk.find(BUDI, "rusak lagi").message_id);
        assert_eq!(draft(&desk, SARI).await, None);
        // The comment is the admins' too, until the next completion is rated.
        desk.find(ADMIN, "Komentar: rusak lagi");
        desk.press(BUDI, "Selesai").await;
        assert_eq!(current(&desk, &ticket).await.service.rating, None);
        desk.press(SARI, "5 ⭐").await;
        assert_eq!(desk.count(BUDI, "rusak lagi"), 1, "{}", desk.chat_story(BUDI));
    }
}

#[tokio::test]
async fn a_comment_waits_with_its_ticket_for_a_colleague() {
    let (desk, ticket) = commented("rusak lagi").await;
    desk.say(BUDI, "/offline").await;
    desk.press(SARI, "Lanjutkan").await;
    assert_eq!(current(&desk, &ticket).await.status(), Status::Queued);
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    let card = desk.find(CITRA, "Menurut pelanggan, tiket ini belum selesai.");
    assert!(card.message_id < desk.find(CITRA, "rusak lagi").message_id);
    assert_eq!((desk.count(CITRA, "rusak lagi"), desk.count(BUDI, "rusak lagi")), (1, 0));
}

#[tokio::test]
async fn a_second_press_also_after_a_restart_changes_nothing() {
    let (desk, ticket) = commented("rusak lagi").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.press_data(SARI, message, &press).await;
    desk.press_data(SARI, message, &press).await;
    assert_eq!(desk.toast(SARI), format!("Sudah masuk ke tiket {}.", ticket.number));
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk.press_data(SARI, message, &press).await;
    assert!(desk.shown(SARI, message).contains("Yang Anda tulis sudah masuk ke tiket itu"));
    check_continued(&desk, &ticket).await;
    desk.press(BUDI, "Selesai").await;
    desk.press_data(SARI, message, &press).await;
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
}

#[tokio::test]
async fn a_comment_goes_to_a_ticket_that_is_open_again_as_it_was_edited() {
    let (desk, ticket) = completed().await;
    desk.press(SARI, "2 ⭐").await;
    let comment = desk.sandbox.send_text(SARI, "rusak lgi");
    desk.settle().await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.sandbox.edit(SARI, comment, "rusak lagi");
    desk.settle().await;
    desk.press(SARI, "Belum selesai").await;
    desk.press_data(SARI, message, &press).await;
    assert_eq!(current(&desk, &ticket).await.service.reopened, 1);
    assert_eq!((desk.count(BUDI, "rusak lagi"), desk.count(BUDI, "rusak lgi")), (1, 0));
    desk.sandbox.edit(SARI, comment, "rusak parah");
    desk.settle().await;
    assert_eq!((desk.count(BUDI, "rusak lagi"), desk.count(BUDI, "rusak parah")), (0, 1));
}

#[tokio::test]
async fn after_the_window_a_comment_is_a_comment_alone() {
    let (desk, ticket) = completed().await;
    desk.change_settings(|settings| settings.reopen_window = std::time::Duration::from_secs(60)).await;
    desk.press(SARI, "2 ⭐").await;
    desk.say(SARI, "lambat").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.clock.advance(TimeDelta::seconds(61));
    desk.press_data(SARI, message, &press).await;
    assert!(desk.toast(SARI).contains("terlalu lama"), "{}", desk.toast(SARI));
    let shown = desk.shown(SARI, message);
    assert!(shown.contains("Butuh bantuan lagi?") && !shown.contains('['), "{shown}");
    desk.press(SARI, "3 ⭐").await;
    let after = current(&desk, &ticket).await;
    assert_eq!(
        (after.status(), after.service.rating.unwrap().comment.as_deref()),
        (Status::Completed, Some("lambat"))
    );
    assert!(!desk.has(BUDI, "lambat"), "{}", desk.chat_story(BUDI));
    let (desk, _) = completed().await;
    desk.press(SARI, "2 ⭐").await;
    desk.change_settings(|settings| settings.reopen_window = std::time::Duration::from_secs(60)).await;
    desk.clock.advance(TimeDelta::seconds(61));
    desk.say(SARI, "lambat").await;
    assert!(desk.last(SARI).button("Lanjutkan").is_none(), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_ban_an_erasure_and_a_foreign_press_leave_the_ticket_as_it_is() {
    let (desk, ticket) = commented("rusak lagi").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.person(TOM, "Tom", "en").await;
    let own = i32::try_from(desk.last(TOM).message_id).unwrap();
    for forged in [press.clone(), data(ButtonAction::CommentContinue(ticket.id, 0, own))] {
        desk.press_data(TOM, desk.last(TOM).message_id, &forged).await;
        assert!(!desk.toast(TOM).contains("INC"), "{}", desk.toast(TOM));
    }
    desk.say(ADMIN, "/ban Sari").await;
    desk.press_data(SARI, message, &press).await;
    desk.say(ADMIN, "/unban Sari").await;
    desk.app().engine.store().erase_customer(ticket.customer).await.unwrap();
    desk.press_data(SARI, message, &press).await;
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
    assert!(!desk.has(BUDI, "rusak lagi"), "{}", desk.chat_story(BUDI));
}

/// Each commit of the press fails once, or its answer is lost, so that the update is handled again.
#[tokio::test]
async fn a_press_that_is_interrupted_brings_the_comment_once() {
    for fault in [StoreFault::Unreachable, StoreFault::AnswerLost] {
        for (call, nth) in [("commit", 1), ("commit", 2), ("complete_update", 1)] {
            let (desk, ticket) = commented("rusak lagi").await;
            let mut calls = 0;
            desk.faults.inject(move |called| {
                calls += u32::from(called == call);
                (called == call && calls == nth).then_some(fault)
            });
            desk.press(SARI, "Lanjutkan").await;
            desk.faults.clear();
            println!("{fault:?} {call} {nth}");
            check_continued(&desk, &ticket).await;
            assert!(desk.find(SARI, "Yang Anda tulis sudah masuk ke tiket itu").keyboard.is_empty());
        }
    }
}

/// Each commit of the comment fails once, or its answer is lost.
#[tokio::test]
async fn a_comment_that_is_interrupted_is_offered_once() {
    for fault in [StoreFault::Unreachable, StoreFault::AnswerLost] {
        for (call, nth) in [("commit", 1), ("commit", 2), ("commit", 3), ("complete_update", 1)] {
            let (desk, ticket) = completed().await;
            desk.press(SARI, "2 ⭐").await;
            let mut calls = 0;
            desk.faults.inject(move |called| {
                calls += u32::from(called == call);
                (called == call && calls == nth).then_some(fault)
            });
            desk.say(SARI, "rusak lagi").await;
            desk.faults.clear();
            println!("{fault:?} {call} {nth}");
            assert_eq!(draft(&desk, SARI).await, None);
            assert_eq!(desk.count(SARI, "Masih ada kendala? ↩️ Lanjutkan"), 1, "{}", desk.chat_story(SARI));
            desk.press(SARI, "Lanjutkan").await;
            check_continued(&desk, &ticket).await;
        }
    }
}
