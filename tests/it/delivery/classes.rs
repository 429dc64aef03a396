//! Traffic classes on a manual clock: staff, words, receipts and cards share the rate limit over all chats.
use crate::support::{Desk, Options};
use antri::outbox::rate_limit::RateLimits;
use antri::sandbox::{ChatMessage, NewUser, Side};
use chrono::TimeDelta;

/// The head of the card of a draft.
const PREVIEW: &str = "Tiket Anda siap dikirim";

pub(super) async fn desk() -> Desk {
    let desk = Desk::with(Options { limits: RateLimits::TELEGRAM, ..Options::default() }).await;
    desk.advance(TimeDelta::seconds(60));
    desk
}

/// Lets these people write `messages` messages each, within no time, and waits until they are handled.
pub(super) async fn flood(desk: &Desk, people: std::ops::RangeInclusive<i64>, messages: usize) {
    for id in people.clone() {
        desk.sandbox.add_user(NewUser { id: Some(id), first_name: "Orang".into(), ..NewUser::default() });
    }
    for n in 1..=messages {
        for id in people.clone() {
            desk.sandbox.send_text(id, &format!("kabar {n} dari {id}"));
        }
    }
    handled(desk).await;
}

async fn handled(desk: &Desk) {
    let app = desk.app();
    desk.until("the updates to be handled", async || {
        desk.sandbox.is_idle() && app.engine.store().pending_updates(0, 1).await.unwrap().is_empty()
    })
    .await;
}

/// Returns the number of calls that used a token.
pub(super) fn calls(desk: &Desk) -> usize {
    let paced = ["sendMessage", "editMessageText", "setMyCommands"];
    desk.sandbox.requests().iter().filter(|r| paced.contains(&r.method.as_str())).count()
}

/// Advances the clock by seconds until `chat` has a message with this part, when `before` calls were made
/// before the flood. Returns the number of seconds.
async fn seconds_until(desk: &Desk, before: usize, chat: i64, part: &str) -> usize {
    let app = desk.app();
    for second in 0..20 {
        // The backlog uses every token.
        let due = before + 30 * (second + 1);
        desk.until("this second's calls", async || {
            calls(desk) >= due || app.engine.store().pending_deliveries().await == Ok(0)
        })
        .await;
        if desk.has(chat, part) {
            return second;
        }
        desk.advance(TimeDelta::seconds(1));
    }
    panic!("{part:?} does not reach {chat}")
}

fn previews(desk: &Desk, people: std::ops::RangeInclusive<i64>) -> Vec<usize> {
    let is_preview = |m: &ChatMessage| m.from == Side::Bot && m.text.contains(PREVIEW);
    let previews = |id| desk.sandbox.chat(id).iter().filter(|m| is_preview(m)).count();
    people.map(previews).collect()
}

#[tokio::test]
async fn staff_do_not_wait_behind_the_cards_of_customers() {
    let desk = desk().await;
    desk.person(1, "Sari", "id").await;
    desk.person(3, "Tono", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk.say(1, "Internet mati").await;
    desk.advance(TimeDelta::seconds(60));
    let (preview, send) = desk.button(1, "✅ Kirim");
    let before = calls(&desk);
    flood(&desk, 1_001..=1_300, 1).await;
    desk.sandbox.press(1, preview, &send);
    handled(&desk).await;
    desk.enqueue_text(3, "jawaban").await;
    assert!(seconds_until(&desk, before, 2, "Internet mati").await <= 2, "behind 300 cards");
    assert!(desk.has(3, "jawaban"), "{}", desk.transcript(3));
    let shown = previews(&desk, 1_001..=1_300).iter().sum::<usize>();
    assert!((1..300).contains(&shown), "cards do not starve, and {shown} are no backlog");
}

#[tokio::test]
async fn after_an_outage_each_person_gets_one_card_and_who_writes_now_is_answered() {
    let desk = desk().await;
    let before = calls(&desk);
    flood(&desk, 1_001..=1_300, 4).await;
    flood(&desk, 9_001..=9_001, 1).await;
    assert!(seconds_until(&desk, before, 9_001, PREVIEW).await <= 2, "behind 300 cards");
    let waiting = previews(&desk, 1_001..=1_300).iter().filter(|seen| **seen == 0).count();
    assert!(waiting > 100, "the backlog is not done: {waiting}");
    let app = desk.app();
    desk.until("all cards", async || {
        desk.advance(TimeDelta::seconds(1));
        app.is_idle().await
    })
    .await;
    for (id, seen) in (1_001..).zip(previews(&desk, 1_001..=1_300)) {
        let cards = desk.calls("sendMessage", id).len();
        assert!(cards <= 2 && seen >= 1, "{id} got {cards} cards for four messages");
        assert!(desk.last(id).text.contains("kabar 4 dari"), "the newest state: {}", desk.transcript(id));
        assert!(desk.last(id).button("✅ Kirim").is_some(), "{}", desk.transcript(id));
    }
    let cards: usize = (1_001..=1_300).map(|id| desk.calls("sendMessage", id).len()).sum();
    assert!(cards < 400, "{cards} cards for 300 people");
}
