//! Store outages: the store is unreachable, or its disk is full. People get an outage notice, no appended
//! update is lost, and no unwritten update is confirmed.
use crate::support::{Desk, StoreFault};
use antri::sandbox::{Fault, RecordedRequest};
use std::time::{Duration, Instant};

const OUTAGE_NOTICE: &str = "Sistem sedang terganggu";

#[tokio::test]
async fn an_update_is_confirmed_only_after_it_is_written() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| (method == "append_updates").then_some(StoreFault::Unreachable));
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, OUTAGE_NOTICE).await;
    assert!(!desk.sandbox.is_idle(), "Telegram still offers the update");
    desk.faults.clear();
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_store_outage_does_not_count_as_a_handler_failure() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    let (call, mut calls) = tokio::sync::mpsc::unbounded_channel();
    desk.faults.inject(move |method| {
        (method == "draft").then(|| {
            let _ = call.send(());
            StoreFault::Unreachable
        })
    });
    desk.sandbox.send_text(1, "Internet mati");
    for _ in 0..5 {
        calls.recv().await.unwrap();
    }
    desk.wait_for_message(1, OUTAGE_NOTICE).await;
    desk.faults.clear();
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
    assert_eq!(desk.counters().await.dead_letters, 0);
    let is_notice = |request: &RecordedRequest| {
        request.method == "sendMessage" && request.params.to_string().contains(OUTAGE_NOTICE)
    };
    assert_eq!(desk.sandbox.requests().iter().filter(|request| is_notice(request)).count(), 1);
}

#[tokio::test]
async fn a_notice_leaves_the_chat_when_the_update_was_handled() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| (method == "draft").then_some(StoreFault::Unreachable));
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, OUTAGE_NOTICE).await;
    let notice = desk.find(1, OUTAGE_NOTICE).message_id;
    desk.faults.clear();
    desk.until("the end of the notice", async || !desk.has(1, OUTAGE_NOTICE)).await;
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
    desk.say(1, "Sejak pagi").await;
    let is_deletion = |r: &RecordedRequest| r.method == "deleteMessage" && r.params["message_id"] == notice;
    assert_eq!(desk.sandbox.requests().iter().filter(|request| is_deletion(request)).count(), 1);
}

#[tokio::test]
async fn a_notice_is_in_the_language_of_the_senders_telegram() {
    for refused in ["append_updates", "draft"] {
        let desk = Desk::new().await;
        desk.person(2, "Tom", "en").await;
        desk.faults.inject(move |method| (method == refused).then_some(StoreFault::Unreachable));
        desk.sandbox.send_text(2, "No internet");
        desk.wait_for_message(2, "What you sent is not lost").await;
        desk.faults.clear();
        desk.settle().await;
    }
}

#[tokio::test]
async fn a_notice_whose_deletion_fails_stays_and_nothing_else_changes() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| (method == "draft").then_some(StoreFault::Unreachable));
    desk.fault("deleteMessage", Some(1), 1, Fault::TooManyRequests { retry_after: 1 });
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, OUTAGE_NOTICE).await;
    desk.faults.clear();
    desk.until("the refusal", async || desk.sandbox.requests().iter().any(|r| r.method == "deleteMessage"))
        .await;
    desk.say(1, "Sejak pagi").await;
    assert_eq!(desk.count(1, OUTAGE_NOTICE), 1);
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_desk_stops_in_time_during_a_store_outage_and_loses_nothing() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| {
        (!matches!(method, "append_updates" | "pending_updates")).then_some(StoreFault::Unreachable)
    });
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, OUTAGE_NOTICE).await;
    let started = Instant::now();
    desk.stop().await;
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    desk.faults.clear();
    desk.start().await;
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_full_disk_sends_an_outage_notice_and_keeps_appended_updates() {
    let desk = Desk::new().await;
    let customers = 1..=20;
    for id in customers.clone() {
        desk.person(id, &format!("Orang{id}"), "id").await;
    }
    desk.stop().await;
    desk.resize(Some(pages(&desk) + 4));
    desk.start().await;
    let has_notice = |id| desk.sandbox.chat(id).iter().any(|m| m.text.contains(OUTAGE_NOTICE));
    let mut writers = Vec::new();
    for id in customers {
        writers.push(id);
        desk.sandbox.send_text(id, &"internet mati ".repeat(250));
        desk.until("an answer", async || {
            has_notice(id) || desk.sandbox.is_idle() && desk.app().is_idle().await
        })
        .await;
        if has_notice(id) {
            break;
        }
    }
    assert!(writers.iter().any(|id| has_notice(*id)), "the disk was never full");
    desk.stop().await;
    desk.resize(None);
    desk.start().await;
    desk.settle().await;
    let mut answers = 0;
    for id in &writers {
        let previews = desk.sandbox.chat(*id).iter().filter(|m| m.text.contains("siap dikirim")).count();
        assert!(previews > 0, "lost:\n{}", desk.transcript(*id));
        answers += previews;
    }
    let repeats = desk.counters().await.repeats;
    assert!(
        answers as u64 <= writers.len() as u64 + repeats,
        "{answers} answers to {writers:?}, {repeats} repeats"
    );
}

/// Returns the size of the store's file in pages.
fn pages(desk: &Desk) -> u32 {
    let conn =
        rusqlite::Connection::open(desk.backends.dir().join(antri::store::sqlite::DATABASE_FILE)).unwrap();
    conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap()
}
