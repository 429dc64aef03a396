//! Updates whose handler fails, panics, or never begins: three tries, then put aside, and everybody else is served.
use crate::support::{ADMIN, Desk, StoreFault};
use serde_json::json;

const BROKE: &str = "gagal kami proses";

async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Tono", "id").await;
    desk
}

/// The draft can't be read `times` times when Sari writes; meanwhile Tono asks for help.
async fn fails(desk: &Desk, times: u32, ill: StoreFault) {
    desk.faults.inject_next("draft", times, ill);
    desk.sandbox.send_text(1, "Internet mati");
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
}

#[tokio::test]
async fn two_failures_are_made_good_by_the_third_try() {
    for ill in [StoreFault::Unreadable, StoreFault::Panics] {
        let desk = desk().await;
        fails(&desk, 2, ill).await;
        assert!(desk.last(1).button("✅ Kirim").is_some(), "{ill:?}: {}", desk.transcript(1));
        assert_eq!(desk.counters().await.dead_letters, 0, "{ill:?}");
    }
}

#[tokio::test]
async fn three_failures_put_an_update_aside_and_everybody_hears_of_it() {
    for ill in [StoreFault::Unreadable, StoreFault::Panics] {
        let desk = desk().await;
        fails(&desk, 3, ill).await;
        assert_eq!(desk.counters().await.dead_letters, 1, "{ill:?}");
        assert!(desk.last(1).text.contains(BROKE), "{ill:?}: {}", desk.transcript(1));
        assert!(desk.last(ADMIN).text.contains("disisihkan"), "{ill:?}: {}", desk.transcript(ADMIN));
        desk.say(1, "Internet masih mati").await;
        let preview = desk.last(1);
        assert!(preview.button("✅ Kirim").is_some(), "{ill:?}: the next one is handled");
        desk.stop().await;
        desk.start().await;
        desk.settle().await;
        assert_eq!(desk.last(1), preview, "{ill:?}: what is put aside stays there");
    }
}

#[tokio::test]
async fn an_update_that_cannot_be_read_is_put_aside_and_everybody_hears_of_it() {
    let desk = desk().await;
    let odd = json!({"message": {"message_id": "seven", "chat": {"id": 1, "type": "private"}}});
    desk.faults.inject_next("dead_letter", 1, StoreFault::Away);
    desk.sandbox.deliver_raw(odd);
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
    assert_eq!(desk.counters().await.dead_letters, 1);
    assert!(desk.last(1).text.contains(BROKE), "{}", desk.transcript(1));
    assert!(desk.last(ADMIN).text.contains("disisihkan"), "{}", desk.transcript(ADMIN));
}

#[tokio::test]
async fn an_update_of_a_kind_that_nobody_knows_stops_nothing() {
    let desk = desk().await;
    desk.sandbox.deliver_raw(json!({"a_kind_of_next_year": {"id": 1}}));
    desk.say(2, "/help").await;
    desk.find(2, "/mytickets");
}
