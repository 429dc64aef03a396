//! Presses of ↩️ under a draft that are repeated, interrupted, too late or not allowed.
use super::{LANGUAGES, check_continued, completed, current, draft};
use crate::conversation::{BUDI, SARI, TOM, number};
use crate::support::{ADMIN, StoreFault, data};
use antri::bot::callback::ButtonAction;
use antri::domain::ticket::Status;
use chrono::TimeDelta;

#[tokio::test]
async fn a_second_press_and_the_other_buttons_of_an_old_preview_change_nothing() {
    let (desk, ticket) = completed().await;
    desk.say(SARI, "rusak lagi").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    let (_, send) = desk.button(SARI, "Kirim");
    let (_, drop) = desk.button(SARI, "Batal");
    for data in [&press, &press, &send, &drop] {
        desk.press_data(SARI, message, data).await;
        let shown = desk.sandbox.message(SARI, message).unwrap().text;
        assert!(shown.contains("Yang Anda tulis sudah masuk ke tiket itu"), "{data}: {shown}");
    }
    assert_eq!(desk.toast(SARI), format!("Sudah masuk ke tiket {}.", ticket.number));
    check_continued(&desk, &ticket, BUDI, &["rusak lagi"]).await;
    // Also after the next completion.
    desk.press(BUDI, "Selesai").await;
    desk.press_data(SARI, message, &press).await;
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
}

#[tokio::test]
async fn after_the_window_the_draft_stays_and_can_be_sent() {
    for (words, late) in
        LANGUAGES.iter().zip(["terlalu lama selesai untuk dilanjutkan", "too long ago to be continued"])
    {
        let (desk, ticket) = completed().await;
        desk.say(SARI, &format!("/language {}", words.code)).await;
        desk.say(SARI, "rusak lagi").await;
        desk.clock.advance(TimeDelta::hours(72) + TimeDelta::seconds(1));
        desk.press(SARI, words.button).await;
        assert!(desk.toast(SARI).contains(late), "{}", desk.toast(SARI));
        assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
        let preview = desk.last(SARI);
        assert!(
            preview.text.contains("rusak lagi") && !preview.text.contains(words.hint),
            "{}",
            preview.text
        );
        assert!(preview.button(words.button).is_none(), "{}", desk.chat_story(SARI));
        desk.press(SARI, "✅").await;
        assert_ne!(number(&desk, SARI), ticket.number.to_string());
        assert_eq!(draft(&desk, SARI).await, None);
    }
}

#[tokio::test]
async fn a_ticket_that_was_completed_once_more_needs_the_new_button() {
    let (desk, ticket) = completed().await;
    desk.say(SARI, "rusak lagi").await;
    desk.press(SARI, "Belum selesai").await;
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "Lanjutkan").await;
    assert!(desk.toast(SARI).contains("sudah pernah dibuka kembali"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
    desk.press(SARI, "Lanjutkan").await;
    assert_eq!(current(&desk, &ticket).await.service.reopened, 2);
    assert_eq!(desk.count(BUDI, "rusak lagi"), 1, "{}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn a_cancelled_draft_is_not_continued() {
    let (desk, ticket) = completed().await;
    desk.say(SARI, "rusak lagi").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.press(SARI, "Batal").await;
    desk.press_data(SARI, message, &press).await;
    assert!(desk.toast(SARI).contains("sudah tidak ada"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
    assert!(!desk.has(BUDI, "rusak lagi"));
}

#[tokio::test]
async fn a_ban_and_a_foreign_ticket_leave_everything_as_it_is() {
    let (desk, ticket) = completed().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(TOM, "hello").await;
    let own = draft(&desk, TOM).await.unwrap();
    let forged = data(ButtonAction::DraftContinue(own.id, ticket.id, 0));
    desk.press_data(TOM, desk.last(TOM).message_id, &forged).await;
    assert!(!desk.toast(TOM).contains("INC"), "{}", desk.toast(TOM));
    assert_eq!(draft(&desk, TOM).await, Some(own));
    desk.say(SARI, "rusak lagi").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.say(ADMIN, "/ban Sari").await;
    desk.press_data(SARI, message, &press).await;
    assert!(draft(&desk, SARI).await.is_some());
    assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
    assert!(!desk.has(BUDI, "rusak lagi") && !desk.has(BUDI, "hello"));
}

/// Each commit of the press fails once, or its answer is lost, so that the update is handled again.
#[tokio::test]
async fn a_press_that_is_interrupted_is_completed_once() {
    for fault in [StoreFault::Unreachable, StoreFault::AnswerLost] {
        for (call, nth) in [("commit", 1), ("commit", 2), ("drop_draft", 1), ("complete_update", 1)] {
            let (desk, ticket) = completed().await;
            desk.say(SARI, "rusak lagi").await;
            desk.say(SARI, "tolong").await;
            let mut calls = 0;
            desk.faults.inject(move |called| {
                calls += u32::from(called == call);
                (called == call && calls == nth).then_some(fault)
            });
            desk.press(SARI, "Lanjutkan").await;
            desk.faults.clear();
            println!("{fault:?} {call} {nth}");
            check_continued(&desk, &ticket, BUDI, &["rusak lagi", "tolong"]).await;
            let closed = desk.find(SARI, "Yang Anda tulis sudah masuk ke tiket itu");
            assert!(closed.keyboard.is_empty());
        }
    }
}
