//! Dead letters: an update whose handler fails, panics, or cannot parse it is tried three times. Other
//! updates are not blocked.
use crate::support::{ADMIN, Desk, StoreFault};
use serde_json::json;

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
