//! Lists that admins ask for again and that no event refreshes: the earlier copy is deleted, or loses its buttons.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk, StoreFault};
use antri::sandbox::{Fault, PressMode};

/// The lists, each with the beginning of a button in it, in Indonesian and in English.
const LISTS: [(&str, [&str; 2]); 3] = [
    ("/agents", ["Budi", "Budi"]),
    ("/invites", ["✖️ Batalkan …", "✖️ Revoke …"]),
    ("/deadletters", ["🔁 Coba lagi 1", "🔁 Retry 1"]),
];
/// The languages of the admin, with the text of a list that moved.
const LANGUAGES: [(&str, &str); 2] = [("id", "⬇️ Lanjut di bawah."), ("en", "⬇️ Continued below.")];

/// Returns a desk with an entry for each list.
async fn with_entries(language: &str) -> Desk {
    let desk = with_agent().await;
    desk.say(BUDI, "/offline").await;
    desk.say(ADMIN, &format!("/language {language}")).await;
    desk.say(ADMIN, "/invite").await;
    desk.faults.inject_next("draft", 3, StoreFault::Panics);
    desk.say(SARI, "Internet mati").await;
    desk
}

/// Returns Telegram's answer to the edit of a message that is deleted.
fn gone() -> Fault {
    Fault::BadRequest("message to edit not found".into())
}

/// Returns the messages with this button.
fn copies(desk: &Desk, label: &str) -> Vec<i64> {
    let messages = desk.sandbox.chat(ADMIN).into_iter();
    messages.filter(|message| message.button(label).is_some()).map(|message| message.message_id).collect()
}

#[tokio::test]
async fn an_admin_list_that_is_asked_for_again_leaves_no_older_copy() {
    for (n, (language, _)) in LANGUAGES.into_iter().enumerate() {
        let desk = with_entries(language).await;
        for (command, labels) in LISTS {
            desk.say(ADMIN, command).await;
            let before = desk.sandbox.requests().len();
            desk.say(ADMIN, command).await;
            let list = desk.last(ADMIN).message_id;
            assert_eq!(copies(&desk, labels[n]), [list], "{command}: {}", desk.chat_story(ADMIN));
            let calls: Vec<_> = desk.sandbox.requests().split_off(before);
            let of = |kind| calls.iter().filter(|call| call.method.starts_with(kind)).count();
            assert_eq!(["send", "edit", "delete"].map(of), [1, 0, 1], "{command}: {calls:?}");
        }
        // What a button leads to is in the message of its list, and goes with it.
        let (list, _) = desk.button(ADMIN, "Budi");
        desk.press(ADMIN, "Budi").await;
        let agent = desk.shown(ADMIN, list);
        assert!(agent.contains("Umum"), "{agent}");
        desk.say(ADMIN, "/agents").await;
        assert!(desk.sandbox.message(ADMIN, list).unwrap().deleted, "{}", desk.chat_story(ADMIN));
    }
}

#[tokio::test]
async fn an_older_admin_list_that_cannot_be_deleted_loses_its_buttons() {
    for (n, (language, moved)) in LANGUAGES.into_iter().enumerate() {
        let desk = with_entries(language).await;
        for (command, labels) in LISTS {
            desk.say(ADMIN, command).await;
            let older = desk.last(ADMIN).message_id;
            let old = Fault::BadRequest("message can't be deleted for everyone".into());
            desk.fault("deleteMessage", Some(ADMIN), 1, old);
            desk.say(ADMIN, command).await;
            let shown = desk.shown(ADMIN, older);
            assert!(shown.trim_end().ends_with(moved) && !shown.contains('['), "{command}: {shown}");
            assert_eq!(copies(&desk, labels[n]).len(), 1, "{command}: {}", desk.chat_story(ADMIN));
        }
    }
}

#[tokio::test]
async fn quick_requests_presses_and_repeated_updates_leave_one_copy_of_an_admin_list() {
    let desk = with_entries("id").await;
    for (command, labels) in LISTS {
        desk.sandbox.send_text(ADMIN, command);
        desk.sandbox.send_text(ADMIN, command);
        desk.settle().await;
        assert_eq!(copies(&desk, labels[0]).len(), 1, "{command}: {}", desk.chat_story(ADMIN));
        for lost in ["complete_update", "settle"] {
            desk.faults.inject_next(lost, 1, StoreFault::Unreachable);
            desk.say(ADMIN, command).await;
            desk.faults.clear();
            assert_eq!(copies(&desk, labels[0]).len(), 1, "{command}, {lost}: {}", desk.chat_story(ADMIN));
        }
    }
    // The press and the request are in the outbox before the first is sent.
    desk.say(ADMIN, "/agents").await;
    let list = desk.last(ADMIN);
    desk.faults.hold_calls_of("claim");
    desk.sandbox.press(ADMIN, list.message_id, list.button("Budi").unwrap());
    desk.sandbox.send_text(ADMIN, "/agents");
    let store = desk.app().engine.store().clone();
    desk.until("both updates", async || store.pending_updates(0, 1).await.unwrap().is_empty()).await;
    desk.faults.clear();
    desk.settle().await;
    assert_eq!(copies(&desk, "Budi").len(), 1, "{}", desk.chat_story(ADMIN));
    assert!(desk.sandbox.message(ADMIN, list.message_id).unwrap().deleted);
}

#[tokio::test]
async fn a_press_on_an_admin_list_that_is_deleted_brings_no_second_one() {
    for (n, (language, _)) in LANGUAGES.into_iter().enumerate() {
        let desk = with_entries(language).await;
        // The presses were on their way when Telegram deleted the message.
        desk.sandbox.set_press_mode(PressMode::Message);
        for (command, labels) in LISTS {
            desk.say(ADMIN, command).await;
            let (older, data) = desk.button(ADMIN, labels[n]);
            desk.say(ADMIN, command).await;
            let before = desk.sandbox.chat(ADMIN).len();
            desk.press_data(ADMIN, older, &data).await;
            assert_eq!(desk.sandbox.chat(ADMIN).len(), before, "{command}: {}", desk.chat_story(ADMIN));
        }
    }
}

#[tokio::test]
async fn an_admin_list_that_its_reader_deleted_is_sent_again_by_a_press_and_is_the_live_one() {
    let desk = with_entries("id").await;
    for (command, labels) in LISTS {
        desk.say(ADMIN, command).await;
        let (older, data) = desk.button(ADMIN, labels[0]);
        desk.fault("editMessageText", Some(ADMIN), 1, gone());
        desk.press_data(ADMIN, older, &data).await;
        let answer = desk.last(ADMIN).message_id;
        assert!(answer > older, "{command}: {}", desk.chat_story(ADMIN));
        desk.say(ADMIN, command).await;
        assert!(
            desk.sandbox.message(ADMIN, answer).unwrap().deleted,
            "{command}: {}",
            desk.chat_story(ADMIN)
        );
    }
}
