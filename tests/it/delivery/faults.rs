//! Faults of single Telegram calls, and their effect on the message.
use crate::support::{ADMIN, Desk, Options};
use antri::sandbox::Fault;
use chrono::TimeDelta;
use std::time::Duration;

/// Returns a desk with two customers.
async fn desk() -> Desk {
    with_customers(Options::default()).await
}

/// Returns a desk with two customers that gives up a call without an answer soon.
async fn desk_with_short_timeout() -> Desk {
    with_customers(Options { call_timeout: Duration::from_secs(1), ..Options::default() }).await
}

async fn with_customers(options: Options) -> Desk {
    let desk = Desk::with(options).await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Budi", "id").await;
    desk
}

#[tokio::test]
async fn a_429_blocks_only_its_chat_for_exactly_retry_after() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 1, Fault::TooManyRequests { retry_after: 30 });
    let due = desk.now() + TimeDelta::seconds(30);
    desk.enqueue_text(1, "satu").await;
    desk.enqueue_text(1, "dua").await;
    desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
    assert_eq!(desk.next_delivery_at().await, Some(due));
    desk.enqueue_text(2, "lain").await;
    desk.wait_for_message(2, "lain").await;
    desk.advance(TimeDelta::milliseconds(29_999));
    desk.enqueue_text(2, "lagi").await;
    desk.wait_for_message(2, "lagi").await;
    assert_eq!(desk.copies(1, "satu"), 0, "one millisecond too early");
    desk.advance(TimeDelta::milliseconds(1));
    desk.wait_for_message(1, "dua").await;
    let sent: Vec<_> =
        desk.calls("sendMessage", 1).into_iter().skip(1).map(|r| r.params["text"].clone()).collect();
    assert_eq!(sent, ["satu", "satu", "dua"], "the order of the chat");
    let counters = desk.counters().await;
    assert_eq!((counters.repeats, counters.unknown, counters.dropped), (0, 0, 0));
}

#[tokio::test]
async fn server_errors_are_retried_with_backoff() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 3, Fault::ServerError(502));
    let start = desk.now();
    desk.enqueue_text(1, "halo").await;
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "halo"), 1);
    let at: Vec<_> = desk.calls("sendMessage", 1)[1..].iter().map(|r| (r.at - start).num_seconds()).collect();
    assert_eq!(at, [0, 1, 3, 7]);
    assert_eq!(desk.counters().await.repeats, 0, "a rejected call has a known outcome");
}

#[tokio::test]
async fn an_unreachable_telegram_gets_each_message_once_when_it_returns() {
    let desk = desk().await;
    desk.cut_off();
    for (chat, words) in [(1, "satu"), (1, "dua"), (2, "tiga")] {
        desk.enqueue_text(chat, words).await;
    }
    desk.until("a first try", async || desk.next_delivery_at().await.is_some()).await;
    desk.reconnect().await;
    desk.deliver_all().await;
    assert_eq!([desk.copies(1, "satu"), desk.copies(1, "dua"), desk.copies(2, "tiga")], [1, 1, 1]);
    let counters = desk.counters().await;
    assert_eq!((counters.repeats, counters.dropped), (0, 0));
    desk.say(1, "/help").await;
}

/// Injects one fault in the first attempt; `seen` is how often the person sees the message, `repeats` the
/// counted repeats.
async fn check_fault(fault: Fault, seen: usize, repeats: u64) {
    let desk = desk_with_short_timeout().await;
    desk.fault("sendMessage", Some(1), 1, fault.clone());
    desk.enqueue_text(1, "halo").await;
    desk.deliver_all().await;
    assert_eq!(desk.copies(1, "halo"), seen, "{fault:?}");
    assert_eq!(desk.counters().await.repeats, repeats, "{fault:?}");
    assert_eq!(desk.calls("sendMessage", 1).len(), 3, "{fault:?}: the greeting and two attempts");
}

#[tokio::test]
async fn a_lost_answer_costs_one_counted_repeat() {
    check_fault(Fault::HangAfterSuccess, 2, 1).await;
    check_fault(Fault::ResetAfterSuccess, 2, 1).await;
}

#[tokio::test]
async fn a_lost_request_is_delivered_by_its_repeat() {
    check_fault(Fault::HangBefore, 1, 1).await;
    check_fault(Fault::ResetBefore, 1, 1).await;
}

#[tokio::test]
async fn a_message_with_two_unknown_outcomes_is_dropped() {
    let desk = desk_with_short_timeout().await;
    desk.fault("sendMessage", Some(1), 2, Fault::HangAfterSuccess);
    desk.enqueue_text(1, "halo").await;
    desk.enqueue_text(1, "berikutnya").await;
    desk.deliver_all().await;
    assert_eq!((desk.copies(1, "halo"), desk.copies(1, "berikutnya")), (2, 1));
    assert_eq!(desk.counters().await.dropped, 1);
}

#[tokio::test]
async fn an_edit_is_repeated_until_its_outcome_is_known() {
    let desk = desk_with_short_timeout().await;
    desk.say(1, "/language").await;
    desk.fault("editMessageText", Some(1), 3, Fault::HangAfterSuccess);
    desk.sandbox.press(1, desk.last(1).message_id, desk.last(1).button("English").unwrap());
    desk.until("three lost edits", async || {
        desk.sandbox.faults().remaining() == 0 || {
            desk.deliver_all().await;
            false
        }
    })
    .await;
    desk.deliver_all().await;
    let counters = desk.counters().await;
    assert_eq!((counters.repeats, counters.unknown, counters.dropped), (0, 0, 0));
    assert_eq!(desk.calls("editMessageText", 1).len(), 4);
}

#[tokio::test]
async fn rejected_entities_are_removed_and_the_text_is_sent() {
    let desk = desk().await;
    desk.fault("sendMessage", Some(1), 1, Fault::BadEntities);
    desk.enqueue_text(1, "<b>a</b> &amp; b").await;
    desk.deliver_all().await;
    let calls = desk.calls("sendMessage", 1);
    assert_eq!(calls.last().unwrap().params["text"], "a &amp; b");
    assert_eq!(desk.copies(1, "a & b"), 1);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_counts_as_sent() {
    let desk = desk().await;
    desk.say(1, "/language").await;
    let card = desk.last(1);
    let data = card.button("Indonesia").unwrap().to_owned();
    desk.press_data(1, card.message_id, &data).await;
    desk.press_data(1, card.message_id, &data).await;
    let edits = desk.calls("editMessageText", 1);
    assert!(edits.last().unwrap().error.as_ref().unwrap().contains("not modified"), "{edits:?}");
    assert_eq!(desk.counters().await.dropped, 0);
}

#[tokio::test]
async fn an_unknown_method_does_not_block_other_deliveries() {
    let desk = desk().await;
    desk.fault("setMyCommands", None, u32::MAX, Fault::UnknownMethod);
    desk.fault("editMessageText", None, u32::MAX, Fault::UnknownMethod);
    desk.person(3, "Tono", "en").await;
    desk.say(3, "/language").await;
    desk.press(3, "Indonesia").await;
    desk.say(3, "/help").await;
    assert!(desk.last(3).text.contains("/new"), "{}", desk.transcript(3));
    assert!(desk.counters().await.dropped >= 2, "menu and edit are given up");
    desk.say(ADMIN, "/help").await;
}

#[tokio::test]
async fn pending_messages_follow_a_group_that_becomes_a_supergroup() {
    let desk = desk().await;
    for group in [-55, -100_000_055] {
        desk.sandbox.send_in_group(group, Some(1), "halo semua");
    }
    desk.settle().await;
    desk.fault("sendMessage", Some(-55), 1, Fault::Migrate { to: -100_000_055 });
    desk.enqueue_text(-55, "satu").await;
    desk.enqueue_text(-55, "dua").await;
    desk.deliver_all().await;
    let texts: Vec<_> = desk.sandbox.chat(-100_000_055).into_iter().skip(1).map(|m| m.text).collect();
    assert_eq!(texts, ["satu", "dua"]);
    assert_eq!(desk.copies(-55, "satu") + desk.copies(-55, "dua"), 0);
}
