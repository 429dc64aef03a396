//! The store is out of reach, or its disk is full: people are told, nothing that was taken in is lost, and nothing is
//! confirmed that was not written.
use crate::support::{Desk, StoreFault};
use std::time::{Duration, Instant};

const SORRY: &str = "Sistem sedang terganggu";

#[tokio::test]
async fn nothing_is_confirmed_that_was_not_written() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| (method == "append_updates").then_some(StoreFault::Away));
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, SORRY).await;
    assert!(!desk.sandbox.idle_polls(), "Telegram still has it");
    desk.faults.clear();
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_handler_waits_for_the_store_and_that_is_no_failure_of_its_own() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    let (asked, mut asks) = tokio::sync::mpsc::unbounded_channel();
    desk.faults.inject(move |method| {
        (method == "draft").then(|| {
            let _ = asked.send(());
            StoreFault::Away
        })
    });
    desk.sandbox.send_text(1, "Internet mati");
    for _ in 0..5 {
        asks.recv().await.unwrap();
    }
    desk.wait_for_message(1, SORRY).await;
    desk.faults.clear();
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
    assert_eq!(desk.counters().await.dead_letters, 0);
    assert_eq!(desk.sandbox.chat(1).iter().filter(|m| m.text.contains(SORRY)).count(), 1, "told once");
}

#[tokio::test]
async fn a_desk_whose_store_is_away_still_stops_in_time_and_loses_nothing() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.faults.inject(|method| {
        (!matches!(method, "append_updates" | "pending_updates")).then_some(StoreFault::Away)
    });
    desk.sandbox.send_text(1, "Internet mati");
    desk.wait_for_message(1, SORRY).await;
    let asked = Instant::now();
    desk.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(9), "{:?}", asked.elapsed());
    desk.faults.clear();
    desk.start().await;
    desk.settle().await;
    assert!(desk.last(1).button("✅ Kirim").is_some(), "{}", desk.transcript(1));
}

#[tokio::test]
async fn a_full_disk_refuses_with_words_and_keeps_what_it_took() {
    let desk = Desk::new().await;
    let customers = 1..=20;
    for id in customers.clone() {
        desk.person(id, &format!("Orang{id}"), "id").await;
    }
    desk.stop().await;
    desk.resize(Some(pages(&desk) + 4));
    desk.start().await;
    let sorry = |id| desk.sandbox.chat(id).iter().any(|m| m.text.contains(SORRY));
    let mut wrote = Vec::new();
    for id in customers {
        wrote.push(id);
        desk.sandbox.send_text(id, &"internet mati ".repeat(250));
        desk.until("an answer", async || {
            sorry(id) || desk.sandbox.idle_polls() && desk.app().is_idle().await
        })
        .await;
        if sorry(id) {
            break;
        }
    }
    assert!(wrote.iter().any(|id| sorry(*id)), "the disk never was full");
    desk.stop().await;
    desk.resize(None);
    desk.start().await;
    desk.settle().await;
    let mut answers = 0;
    for id in &wrote {
        let previews = desk.sandbox.chat(*id).iter().filter(|m| m.text.contains("siap dikirim")).count();
        assert!(previews > 0, "lost:\n{}", desk.transcript(*id));
        answers += previews;
    }
    let repeats = desk.counters().await.repeats;
    assert!(
        answers as u64 <= wrote.len() as u64 + repeats,
        "{answers} answers to {wrote:?}, {repeats} repeats"
    );
}

/// How large the store's file is.
fn pages(desk: &Desk) -> u32 {
    let conn =
        rusqlite::Connection::open(desk.backends.dir().join(antri::store::sqlite::DATABASE_FILE)).unwrap();
    conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap()
}
