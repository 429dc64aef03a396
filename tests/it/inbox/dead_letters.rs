//! Dead letters: an update whose handler fails, panics, or cannot parse it is tried three times. Other
//! updates are not blocked.
use crate::support::{ADMIN, Desk, Options, StoreFault};
use antri::engine::ports::Retention;
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;

const FAILURE_TEXT: &str = "gagal kami proses";

async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Tono", "id").await;
    desk
}

/// Sari writes, and the draft read of her handler fails `times` times; meanwhile Tono asks for help.
async fn fail_handler(desk: &Desk, times: u32, fault: StoreFault) {
    desk.faults.inject_next("draft", times, fault);
    desk.sandbox.send_text(1, "Internet mati");
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
}

#[tokio::test]
async fn the_third_attempt_of_a_handler_can_succeed() {
    for fault in [StoreFault::Unreadable, StoreFault::Panics] {
        let desk = desk().await;
        fail_handler(&desk, 2, fault).await;
        assert!(desk.last(1).button("✅ Kirim").is_some(), "{fault:?}: {}", desk.transcript(1));
        assert_eq!(desk.counters().await.dead_letters, 0, "{fault:?}");
    }
}

#[tokio::test]
async fn three_failures_dead_letter_an_update_and_notify_sender_and_admin() {
    for fault in [StoreFault::Unreadable, StoreFault::Panics] {
        let desk = desk().await;
        fail_handler(&desk, 3, fault).await;
        assert_eq!(desk.counters().await.dead_letters, 1, "{fault:?}");
        assert!(desk.last(1).text.contains(FAILURE_TEXT), "{fault:?}: {}", desk.transcript(1));
        assert!(desk.last(ADMIN).text.contains("disisihkan"), "{fault:?}: {}", desk.transcript(ADMIN));
        desk.say(1, "Internet masih mati").await;
        let preview = desk.last(1);
        assert!(preview.button("✅ Kirim").is_some(), "{fault:?}: the next update is handled");
        desk.stop().await;
        desk.start().await;
        desk.settle().await;
        assert_eq!(desk.last(1), preview, "{fault:?}: a dead letter is not handled again");
    }
}

#[tokio::test]
async fn an_unparsable_update_is_dead_lettered_and_notifies_sender_and_admin() {
    let desk = desk().await;
    let odd = json!({"message": {"message_id": "seven", "chat": {"id": 1, "type": "private"}}});
    desk.faults.inject_next("dead_letter", 1, StoreFault::Unreachable);
    desk.sandbox.deliver_raw(odd);
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
    assert_eq!(desk.counters().await.dead_letters, 1);
    assert!(desk.last(1).text.contains(FAILURE_TEXT), "{}", desk.transcript(1));
    assert!(desk.last(ADMIN).text.contains("disisihkan"), "{}", desk.transcript(ADMIN));
}

#[tokio::test]
async fn an_update_of_an_unknown_kind_does_not_block_others() {
    let desk = desk().await;
    desk.sandbox.deliver_raw(json!({"a_kind_of_next_year": {"id": 1}}));
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
}

#[tokio::test]
async fn a_running_desk_deletes_old_dead_letters() {
    let desk = Desk::with(Options { sweep_every: Duration::from_millis(5), ..Options::default() }).await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Tono", "id").await;
    fail_handler(&desk, 3, StoreFault::Panics).await;
    let kept = async || desk.app().engine.store().count_dead_letters().await.unwrap().0;
    let retention = TimeDelta::from_std(Retention::default().dead_letters).unwrap();
    desk.advance(retention - TimeDelta::minutes(1));
    desk.say(2, "/help").await;
    assert_eq!(kept().await, 1);
    desk.advance(TimeDelta::minutes(2));
    desk.until("the dead letter to be deleted", async || kept().await == 0).await;
}

#[tokio::test]
async fn admins_list_dead_letters_and_retry_them() {
    let desk = desk().await;
    desk.say(ADMIN, "/deadletters").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada yang gagal"), "{}", desk.chat_story(ADMIN));
    fail_handler(&desk, 3, StoreFault::Panics).await;
    desk.say(ADMIN, "/deadletters").await;
    let list = desk.last(ADMIN);
    assert!(list.text.contains("(1)") && list.text.contains("gagal diproses. panicked"), "{}", list.text);
    assert!(!list.text.contains("Internet"), "no words of the customer: {}", list.text);
    let (message, retry) = desk.button(ADMIN, "Coba lagi 1");
    desk.press_data(ADMIN, message, &retry).await;
    assert_eq!(desk.toast(ADMIN), "🔁 Sedang dicoba lagi.");
    // What was written is a draft now.
    desk.find(1, "Internet mati");
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.chat_story(1));
    desk.press_data(ADMIN, message, &retry).await;
    assert_eq!(desk.toast(ADMIN), "Ini sudah tidak ada di daftar.");
    assert!(desk.shown(ADMIN, message).contains("Tidak ada yang gagal"));
    // Nobody else may do it.
    desk.say(2, "/deadletters").await;
    assert!(desk.last(2).text.contains("khusus admin"));
    let shown = desk.last(2).message_id;
    desk.press_data(2, shown, &retry).await;
    assert_eq!(desk.toast(2), "Anda tidak berwenang melakukan ini.");
}

#[tokio::test]
async fn dead_letters_are_listed_and_retried_by_the_side_api() {
    let desk = desk().await;
    fail_handler(&desk, 3, StoreFault::Panics).await;
    let page = desk.get(ADMIN, "/api/dead-letters").await;
    assert_eq!(
        (page.data()["total"].as_u64(), page.data()["dead_letters"][0]["reason"].as_str()),
        (Some(1), Some("panicked"))
    );
    let id = page.data()["dead_letters"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(ADMIN, "/api/dead-letters?offset=1").await.data()["dead_letters"], json!([]));
    desk.get(ADMIN, "/api/dead-letters?limit=0").await.refused(400, "bad_query");
    let path = format!("/api/dead-letters/{id}/retry");
    desk.post(ADMIN, &path, json!(null)).await.data();
    desk.find(1, "Internet mati");
    desk.post(ADMIN, &path, json!(null)).await.refused(404, "dead_letter_not_found");
    desk.post(ADMIN, "/api/dead-letters/other-1/retry", json!(null))
        .await
        .refused(404, "dead_letter_not_found");
}

#[tokio::test]
async fn a_message_that_telegram_refused_is_listed_and_sent_again() {
    let desk = desk().await;
    desk.sandbox.set_blocked(2, true);
    desk.settle().await;
    let store = desk.app().engine.store().clone();
    let chat = antri::domain::ids::ChatId(2);
    let text = antri::domain::notice::rendered::Rendered::new("Halo lagi".into(), Vec::new());
    let message = antri::domain::notice::Message::Text(text);
    store.enqueue(vec![antri::domain::notice::Outgoing { chat, message }], desk.now()).await.unwrap();
    desk.app().engine.wake_outbox();
    desk.settle().await;
    desk.say(ADMIN, "/deadletters").await;
    assert!(desk.last(ADMIN).text.contains("Pesan untuk Tono"), "{}", desk.chat_story(ADMIN));
    assert!(desk.last(ADMIN).text.contains("orangnya tidak bisa dihubungi"), "{}", desk.chat_story(ADMIN));
    desk.sandbox.set_blocked(2, false);
    desk.press(ADMIN, "Coba lagi 1").await;
    desk.find(2, "Halo lagi");
}

#[tokio::test]
async fn many_dead_letters_have_pages() {
    let desk = desk().await;
    let store = desk.app().engine.store().clone();
    for n in 1..=10 {
        store.append_updates(vec![(90_000 + n, json!("unreadable"))], desk.now()).await.unwrap();
        store.dead_letter(90_000 + n, &format!("reason {n}"), Vec::new(), desk.now()).await.unwrap();
        desk.clock.advance(chrono::TimeDelta::seconds(1));
    }
    desk.say(ADMIN, "/deadletters").await;
    let first = desk.last(ADMIN).text;
    assert!(first.contains("(10)") && first.contains("reason 10") && !first.contains("reason 2"), "{first}");
    desk.press(ADMIN, "▶").await;
    let second = desk.last(ADMIN).text;
    assert!(second.contains("9. ") && second.contains("reason 1") && second.contains("reason 2"), "{second}");
}
