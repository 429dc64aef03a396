//! Messages that Telegram refuses for good, and messages that are gone when they are edited: somebody knows.
use crate::support::{ADMIN, Desk};
use antri::sandbox::{Fault, MediaKind};

const GONE: &str = "message to edit not found";

async fn desk_with_agent() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk
}

fn refuse(desk: &Desk, method: &str, chat: i64, times: u32, description: &str) {
    desk.fault(method, Some(chat), times, Fault::BadRequest(description.into()));
}

#[tokio::test]
async fn a_refused_file_is_missed_by_the_agent_and_asked_for_again() {
    for (kind, method, why) in [
        (MediaKind::Photo, "sendPhoto", "wrong file identifier/HTTP URL specified"),
        (MediaKind::Document, "sendDocument", "file is too big"),
        (MediaKind::Voice, "sendVoice", "VOICE_MESSAGES_FORBIDDEN"),
    ] {
        let desk = desk_with_agent().await;
        refuse(&desk, method, 2, 1, why);
        desk.say(1, "Modem mati").await;
        desk.attach(1, kind, None).await;
        desk.press(1, "✅ Kirim").await;
        desk.find(2, "tidak bisa dikirim ke Anda");
        desk.find(1, "Mohon kirim lagi");
        assert_eq!(desk.counters().await.dropped_by, [0, 1, 0, 0, 0], "{method}");
        assert!(!desk.has(ADMIN, "tidak dilanjutkan"), "those who can act know it");
    }
}

#[tokio::test]
async fn the_admins_hear_of_a_refused_message_once() {
    let desk = desk_with_agent().await;
    refuse(&desk, "sendMessage", 1, 1, "MESSAGE_STRANGE");
    desk.enqueue_text(1, "halo").await;
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, "Satu pesan untuk Sari tidak dilanjutkan"), 1, "{}", desk.transcript(ADMIN));
    // A report that is refused itself is not reported.
    refuse(&desk, "sendMessage", ADMIN, 1, "MESSAGE_STRANGE");
    refuse(&desk, "sendMessage", 1, 1, "MESSAGE_STRANGE");
    desk.enqueue_text(1, "halo").await;
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, "tidak dilanjutkan"), 1);
    assert_eq!(desk.counters().await.dropped, 3);
}

#[tokio::test]
async fn an_answer_to_a_press_is_sent_anew_if_its_card_is_gone() {
    for why in [GONE, "message can't be edited", "MESSAGE_ID_INVALID"] {
        let desk = desk_with_agent().await;
        desk.say(1, "/language").await;
        let before = desk.sandbox.chat(1).len();
        refuse(&desk, "editMessageText", 1, 1, why);
        desk.press(1, "English").await;
        assert_eq!(desk.sandbox.chat(1).len(), before + 1, "{}", desk.transcript(1));
        assert_eq!(desk.counters().await.dropped, 0);
    }
}

#[tokio::test]
async fn a_card_that_is_gone_is_edited_once_and_then_forgotten() {
    let desk = desk_with_agent().await;
    desk.say(2, "/myqueue").await;
    let card = desk.last(2).message_id;
    let edits = || {
        let edits = desk.calls("editMessageText", 2);
        edits.iter().filter(|r| r.params["message_id"] == card).count()
    };
    refuse(&desk, "editMessageText", 2, u32::MAX, GONE);
    let before = edits();
    for words in ["satu", "dua", "tiga"] {
        desk.say(1, &format!("/new {words}")).await;
        desk.press(1, "✅ Kirim").await;
    }
    assert_eq!(edits() - before, 1, "{}", desk.chat_story(2));
    // The card is live again when it is asked for.
    desk.sandbox.faults().clear();
    desk.say(2, "/myqueue").await;
    let card = desk.last(2).message_id;
    desk.say(1, "/new empat").await;
    desk.press(1, "✅ Kirim").await;
    let shown = desk.sandbox.message(2, card).unwrap().text;
    assert!(shown.contains("(4/5)"), "{shown}");
}

#[tokio::test]
async fn the_task_card_of_an_agent_is_sent_anew_if_it_is_gone() {
    let desk = desk_with_agent().await;
    desk.say(1, "Internet mati").await;
    desk.press(1, "✅ Kirim").await;
    let card = desk.find(2, "Internet mati").message_id;
    refuse(&desk, "editMessageText", 2, 1, GONE);
    desk.sandbox.set_blocked(1, true);
    desk.settle().await;
    let again = desk.find(2, "Pelanggan saat ini tidak dapat dihubungi");
    assert!(again.message_id > card && again.button("✅ Selesai").is_some(), "{}", desk.chat_story(2));
    desk.sandbox.set_blocked(1, false);
    desk.settle().await;
    let shown = desk.sandbox.message(2, again.message_id).unwrap().text;
    assert!(!shown.contains("tidak dapat dihubungi"), "the new card is the live one: {shown}");
}
