//! Lists that staff ask for again: the earlier copy is deleted, or at least loses its buttons.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk, StoreFault};
use antri::sandbox::{Fault, UserMessage};

/// The languages of staff: the button of a list, and the text of one that moved.
const LANGUAGES: [(&str, &str, &str); 2] =
    [("id", "🔄 Segarkan", "⬇️ Lanjut di bawah."), ("en", "🔄 Refresh", "⬇️ Continued below.")];
/// The lists, with a person who may ask for each.
const LISTS: [(i64, &str); 4] =
    [(BUDI, "/myqueue"), (BUDI, "/queue"), (ADMIN, "/queue"), (ADMIN, "/workload")];

async fn with_staff(language: &str) -> Desk {
    let desk = with_agent().await;
    for id in [BUDI, ADMIN] {
        desk.say(id, &format!("/language {language}")).await;
    }
    desk
}

/// Returns the lists with buttons in this chat.
fn lists(desk: &Desk, id: i64, refresh: &str) -> Vec<i64> {
    let messages = desk.sandbox.chat(id).into_iter();
    messages.filter(|message| message.button(refresh).is_some()).map(|message| message.message_id).collect()
}

#[tokio::test]
async fn a_list_that_is_asked_for_again_leaves_no_older_copy_and_is_kept_up_to_date() {
    for (language, refresh, _) in LANGUAGES {
        let desk = with_staff(language).await;
        let mut live = Vec::new();
        for (id, command) in LISTS {
            let others = lists(&desk, id, refresh);
            desk.say(id, command).await;
            let before = desk.sandbox.requests().len();
            desk.say(id, command).await;
            let left = lists(&desk, id, refresh);
            assert_eq!(left.len(), others.len() + 1, "{command}: {}", desk.chat_story(id));
            let list = desk.last(id);
            assert_eq!(left.last(), Some(&list.message_id), "{command}");
            live.push((id, list.message_id, list.text));
            // The budget: one message, as before, and its deletion.
            let calls: Vec<_> = desk.sandbox.requests().split_off(before);
            let of = |kind| calls.iter().filter(|call| call.method.starts_with(kind)).count();
            assert_eq!(["send", "edit", "delete"].map(of), [1, 0, 1], "{command}: {calls:?}");
        }
        // One ticket is held, and one waits.
        desk.ticket(SARI, "printer rusak").await;
        desk.say(BUDI, "/busy").await;
        desk.ticket(SARI, "internet mati").await;
        for (id, message, text) in live {
            let shown = || desk.sandbox.message(id, message).unwrap();
            desk.until("the list to change", async || shown().text != text && !shown().deleted).await;
        }
    }
}

#[tokio::test]
async fn an_older_list_that_cannot_be_deleted_loses_its_buttons() {
    for (language, refresh, moved) in LANGUAGES {
        let desk = with_staff(language).await;
        for (id, command) in LISTS {
            desk.say(id, command).await;
            let older = desk.last(id).message_id;
            let old = Fault::BadRequest("message can't be deleted for everyone".into());
            desk.fault("deleteMessage", Some(id), 1, old);
            desk.say(id, command).await;
            let shown = desk.shown(id, older);
            assert!(shown.trim_end().ends_with(moved) && !shown.contains('['), "{command}: {shown}");
            assert!(desk.last(id).button(refresh).is_some(), "{}", desk.chat_story(id));
        }
    }
}

#[tokio::test]
async fn quick_requests_and_repeated_updates_leave_one_copy() {
    for (language, refresh, moved) in LANGUAGES {
        let desk = with_staff(language).await;
        for (id, command) in LISTS {
            let others = lists(&desk, id, refresh).len();
            desk.sandbox.send_text(id, command);
            desk.sandbox.send_text(id, command);
            desk.settle().await;
            assert_eq!(lists(&desk, id, refresh).len(), others + 1, "{command}: {}", desk.chat_story(id));
            // The update is handled again, and the outcome of the deletion is not stored at first.
            for lost in ["complete_update", "settle"] {
                desk.faults.inject_next(lost, 1, StoreFault::Unreachable);
                desk.say(id, command).await;
                desk.faults.clear();
                let left = lists(&desk, id, refresh);
                assert_eq!(left.len(), others + 1, "{command}, {lost}: {}", desk.chat_story(id));
                assert_eq!(desk.count(id, moved), 0, "{command}, {lost}: {}", desk.chat_story(id));
            }
        }
    }
}

#[tokio::test]
async fn a_press_just_before_a_list_is_asked_for_again_brings_no_second_copy() {
    for (language, refresh, _) in LANGUAGES {
        let desk = with_staff(language).await;
        for (id, command) in LISTS {
            let others = lists(&desk, id, refresh).len();
            desk.say(id, command).await;
            let list = desk.last(id);
            // Both are in the outbox before the first is sent.
            desk.faults.hold_calls_of("claim");
            desk.sandbox.press(id, list.message_id, list.button(refresh).unwrap());
            desk.sandbox.send_text(id, command);
            let store = desk.app().engine.store().clone();
            desk.until("both updates", async || store.pending_updates(0, 1).await.unwrap().is_empty()).await;
            desk.faults.clear();
            desk.settle().await;
            let left = lists(&desk, id, refresh);
            assert_eq!(left.len(), others + 1, "{command}: {}", desk.chat_story(id));
            assert!(!left.contains(&list.message_id), "{command}");
        }
    }
}

#[tokio::test]
async fn a_list_moves_to_the_topic_in_which_it_is_asked_for() {
    let desk = with_agent().await;
    desk.sandbox.set_topics_enabled(true);
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    for command in ["/myqueue", "/queue"] {
        desk.say(BUDI, command).await;
    }
    let thread = desk.sandbox.add_topic(BUDI, "Kerja");
    for (command, left) in [("/myqueue", [None, Some(thread)]), ("/queue", [Some(thread), Some(thread)])] {
        desk.sandbox.send(BUDI, UserMessage::text(command).in_thread(thread));
        desk.settle().await;
        let chat = desk.sandbox.chat(BUDI).into_iter();
        let lists = chat.filter(|message| message.button("🔄 Segarkan").is_some());
        assert_eq!(lists.map(|list| list.thread).collect::<Vec<_>>(), left, "{}", desk.chat_story(BUDI));
    }
}
