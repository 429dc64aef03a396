//! The start of a desk: people come first, and cards wait until the dispatcher reads the inbox.
use crate::support::{Desk, StoreFault};
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const SARI: i64 = 1;
const BUDI: i64 = 2;

#[tokio::test]
async fn cards_wait_for_the_dispatcher() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(BUDI, "/myqueue").await;
    desk.stop().await;
    // The card tells how long ago the ticket was assigned, so it is stale.
    desk.clock.advance(TimeDelta::hours(1));
    let edits = || desk.calls("editMessageText", BUDI).len();
    let before = edits();
    let (card_reads, mut inbox_reads) = (Arc::new(AtomicUsize::new(0)), 0);
    let counted = Arc::clone(&card_reads);
    desk.faults.inject(move |called| {
        counted.fetch_add(usize::from(called == "live_queues"), Ordering::SeqCst);
        inbox_reads += u32::from(called == "pending_updates");
        (called == "pending_updates" && inbox_reads == 1).then_some(StoreFault::Waits)
    });
    desk.start().await;
    desk.faults.call_held().await;
    // Everything else works meanwhile.
    desk.enqueue_text(SARI, "kabar").await;
    desk.wait_for_message(SARI, "kabar").await;
    assert_eq!((card_reads.load(Ordering::SeqCst), edits()), (0, before), "cards were read before the inbox");
    desk.faults.release_calls();
    desk.settle().await;
    assert!(card_reads.load(Ordering::SeqCst) > 0);
    assert_eq!(edits(), before + 1, "{}", desk.transcript(BUDI));
}
