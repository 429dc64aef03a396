//! The outbox after faults: a call is rejected, has an unknown outcome, or its process ends.
use super::super::fixture::*;
use super::{claim, drain, refresh, said, settle};
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::ids::ChatId;
use antri::domain::notice::{Message, Outgoing};
use antri::engine::ports::{Change, ClaimedDelivery, Cutoffs, DropReason, Outcome, Store, Write};
use std::sync::Arc;

fn retry_at(seconds: i64, unknown: bool) -> Outcome {
    Outcome::Retry { until: at(seconds), unknown }
}

fn words(claimed: &[ClaimedDelivery]) -> Vec<String> {
    claimed.iter().map(said).collect()
}

pub(crate) async fn a_retried_delivery_blocks_its_chat_until_it_is_due(store: Arc<dyn Store>) {
    store.enqueue(vec![text(10, "satu"), text(10, "dua"), text(11, "lain")], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await;
    settle(&*store, &claimed[0], retry_at(100, true)).await;
    settle(&*store, &claimed[1], retry_at(50, false)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 3);
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(50)));
    store.enqueue(vec![text(10, "tiga"), text(12, "segera")], at(3)).await.unwrap();
    assert_eq!(words(&claim(&*store, 49).await), ["segera"], "other chats are not blocked");

    let second = claim(&*store, 50).await;
    assert_eq!((words(&second), second[0].attempts, second[0].unknown), (vec!["lain".to_owned()], 1, 0));
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(100)), "claimed deliveries are not due");
    let first = claim(&*store, 100).await.remove(0);
    assert_eq!(
        (said(&first), first.attempts, first.unknown, first.committed_at),
        ("satu".to_owned(), 1, 1, at(1))
    );
    assert_eq!(store.next_delivery_at().await.unwrap(), None);
    settle(&*store, &first, retry_at(110, false)).await;
    let again = claim(&*store, 110).await.remove(0);
    assert_eq!((again.id, again.attempts, again.unknown), (first.id, 2, 1));
    settle(&*store, &again, Outcome::Sent(None)).await;
    assert_eq!(drain(&*store, 110).await, ["dua", "tiga"], "in order, without delay");
}

pub(crate) async fn a_retried_refresh_is_coalesced_with_a_newer_one(store: Arc<dyn Store>) {
    let card = CardKey::Status(ticket_id(1));
    store.enqueue(vec![refresh(10, card)], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    store.enqueue(vec![text(10, "baru"), refresh(10, card)], at(3)).await.unwrap();
    settle(&*store, &claimed, retry_at(50, true)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 2);
    assert_eq!(claim(&*store, 49).await, [], "the whole chat is blocked");
    assert_eq!(drain(&*store, 50).await, ["baru".to_owned(), format!("refresh {card}")]);

    // The refresh is also coalesced when the claim is orphaned.
    store.enqueue(vec![refresh(10, card)], at(60)).await.unwrap();
    claim(&*store, 61).await;
    store.enqueue(vec![refresh(10, card)], at(62)).await.unwrap();
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 1);
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
}

pub(crate) async fn a_dropped_delivery_unblocks_its_chat(store: Arc<dyn Store>) {
    store.enqueue(vec![text(10, "satu"), text(10, "dua")], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    settle(&*store, &claimed, Outcome::Dropped(DropReason::Unreachable, "403".to_owned())).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    assert_eq!(drain(&*store, 3).await, ["dua"]);
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 0);
    store.prune(&Cutoffs::all(at(1_000))).await.unwrap();
    assert_eq!(claim(&*store, 1_000).await, []);
}

pub(crate) async fn a_moved_chat_takes_its_deliveries_and_cards_along(store: Arc<dyn Store>) {
    let key = CardKey::Status(ticket_id(1));
    let card = LiveCard { key, chat: ChatId(-10), message_id: 1, digest: 2 };
    store.enqueue(vec![Outgoing { chat: ChatId(-10), message: Message::Card(key) }], at(1)).await.unwrap();
    let claimed = claim(&*store, 1).await.remove(0);
    settle(&*store, &claimed, Outcome::Sent(Some(card.clone()))).await;

    store.enqueue(vec![text(-10, "satu"), text(-10, "dua"), text(11, "lain")], at(2)).await.unwrap();
    let claimed = claim(&*store, 3).await;
    settle(&*store, &claimed[0], Outcome::Moved(ChatId(-10_010))).await;
    let again = claim(&*store, 3).await;
    assert_eq!(again.len(), 1, "at once");
    assert_eq!((again[0].id, again[0].chat), (claimed[0].id, ChatId(-10_010)));
    assert_eq!(store.live_card(key).await.unwrap(), Some(LiveCard { chat: ChatId(-10_010), ..card }));
    settle(&*store, &again[0], Outcome::Sent(None)).await;
    let last = claim(&*store, 3).await.remove(0);
    assert_eq!((said(&last), last.chat), ("dua".to_owned(), ChatId(-10_010)));
}

pub(crate) async fn a_chat_moved_into_a_busy_one_waits_for_its_delivery(store: Arc<dyn Store>) {
    let card = CardKey::Status(ticket_id(1));
    store
        .enqueue(vec![text(10, "satu"), text(20, "dua"), refresh(10, card), refresh(20, card)], at(1))
        .await
        .unwrap();
    let claimed = claim(&*store, 2).await;
    assert_eq!(words(&claimed), ["satu", "dua"]);
    settle(&*store, &claimed[0], Outcome::Moved(ChatId(20))).await;
    assert_eq!(claim(&*store, 3).await, [], "a delivery of that chat is claimed");
    assert_eq!(store.pending_deliveries().await.unwrap(), 3, "equal refreshes are coalesced");
    settle(&*store, &claimed[1], retry_at(50, false)).await;
    assert_eq!(claim(&*store, 49).await, [], "a delivery of that chat is not due");
    assert_eq!(drain(&*store, 50).await, ["satu".to_owned(), "dua".to_owned(), format!("refresh {card}")]);

    // The moved delivery also waits if the retry was settled first.
    store.enqueue(vec![text(20, "empat"), text(30, "tiga")], at(60)).await.unwrap();
    let claimed = claim(&*store, 60).await;
    settle(&*store, &claimed[0], retry_at(90, false)).await;
    settle(&*store, &claimed[1], Outcome::Moved(ChatId(20))).await;
    assert_eq!(claim(&*store, 89).await, []);
    assert_eq!(drain(&*store, 90).await, ["empat", "tiga"]);
}

pub(crate) async fn orphaned_claims_are_released(store: Arc<dyn Store>) {
    store.enqueue(vec![text(10, "satu"), text(10, "dua"), text(11, "lain")], at(1)).await.unwrap();
    claim(&*store, 2).await;
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 2);
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 0);
    let again = claim(&*store, 3).await;
    assert_eq!(words(&again), ["satu", "lain"]);
    assert!(again.iter().all(|one| (one.attempts, one.unknown) == (1, 1)), "{again:?}");
}

pub(crate) async fn a_second_settlement_is_ignored(store: Arc<dyn Store>) {
    store.enqueue(vec![text(10, "satu"), text(10, "dua")], at(1)).await.unwrap();
    let first = claim(&*store, 2).await.remove(0);
    settle(&*store, &first, Outcome::Sent(None)).await;
    for outcome in [
        retry_at(50, true),
        Outcome::Dropped(DropReason::Refused, "no".to_owned()),
        Outcome::Moved(ChatId(9)),
        Outcome::Sent(None),
    ] {
        settle(&*store, &first, outcome).await;
    }
    settle(&*store, &ClaimedDelivery { id: 9_999, ..first }, Outcome::Sent(None)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    assert_eq!(drain(&*store, 3).await, ["dua"]);
    store.settle(Vec::new(), at(3)).await.unwrap();
}

pub(crate) async fn the_time_of_a_change_without_an_event_never_goes_back(store: Arc<dyn Store>) {
    // Callers run concurrently: the later call may name the earlier time.
    store.enqueue(vec![text(10, "satu")], at(100)).await.unwrap();
    store.enqueue(vec![text(11, "dua")], at(50)).await.unwrap();
    let change = Change { notices: vec![text(12, "tiga")], ..Change::quiet(Write::Nothing) };
    commit_all(&*store, vec![change]).await;
    let claimed = claim(&*store, 200).await;
    let times: Vec<_> = claimed.iter().map(|one| (said(one), one.committed_at)).collect();
    assert!(times.contains(&("tiga".to_owned(), at(100))), "{times:?}");
}

pub(crate) async fn a_postponed_delivery_waits_alone(store: Arc<dyn Store>) {
    let cards = [CardKey::Status(ticket_id(1)), CardKey::Status(ticket_id(2))];
    store.enqueue(vec![refresh(10, cards[0])], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    settle(&*store, &claimed, Outcome::Postponed(at(100))).await;
    assert_eq!(claim(&*store, 3).await, []);
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(100)));
    store.enqueue(vec![text(10, "satu"), refresh(10, cards[1]), text(10, "dua")], at(4)).await.unwrap();
    let other = format!("refresh {}", cards[1]);
    assert_eq!(drain(&*store, 5).await, ["satu".to_owned(), "dua".to_owned(), other], "the chat goes on");
    assert_eq!((store.pending_deliveries().await.unwrap(), claim(&*store, 99).await), (1, Vec::new()));
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(100)));
    let again = claim(&*store, 100).await.remove(0);
    assert_eq!((again.id, again.unknown), (claimed.id, 0));
    settle(&*store, &again, Outcome::Sent(None)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

pub(crate) async fn a_postponed_delivery_keeps_its_wait_and_its_place(store: Arc<dyn Store>) {
    let card = CardKey::Status(ticket_id(1));
    store.enqueue(vec![refresh(10, card)], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    settle(&*store, &claimed, Outcome::Postponed(at(100))).await;
    // A newer one is coalesced with it.
    store.enqueue(vec![refresh(10, card)], at(3)).await.unwrap();
    assert_eq!((store.pending_deliveries().await.unwrap(), claim(&*store, 4).await), (1, Vec::new()));

    // A wait of the chat applies as well, whichever is longer.
    store.enqueue(vec![text(10, "satu")], at(5)).await.unwrap();
    let words = claim(&*store, 6).await.remove(0);
    settle(&*store, &words, retry_at(150, false)).await;
    assert_eq!(claim(&*store, 149).await, []);
    assert_eq!(drain(&*store, 150).await, ["satu".to_owned(), format!("refresh {card}")]);

    // A message to a chat that waits does not end the wait of the chat.
    store.enqueue(vec![text(20, "dua"), refresh(20, card)], at(160)).await.unwrap();
    let words = claim(&*store, 161).await.remove(0);
    settle(&*store, &words, retry_at(200, false)).await;
    store.enqueue(vec![text(20, "tiga")], at(162)).await.unwrap();
    assert_eq!(claim(&*store, 199).await, []);
    assert_eq!(drain(&*store, 200).await, ["dua".to_owned(), "tiga".to_owned(), format!("refresh {card}")]);
}

pub(crate) async fn a_card_that_is_gone_is_forgotten(store: Arc<dyn Store>) {
    let key = CardKey::Status(ticket_id(1));
    let send = async |message_id| {
        store.enqueue(vec![Outgoing { chat: ChatId(10), message: Message::Card(key) }], at(1)).await.unwrap();
        let claimed = claim(&*store, 1).await.remove(0);
        let card = LiveCard { key, chat: ChatId(10), message_id, digest: 2 };
        settle(&*store, &claimed, Outcome::Sent(Some(card))).await;
    };
    let refreshed = async |gone| {
        store.enqueue(vec![refresh(10, key), text(10, "lalu")], at(2)).await.unwrap();
        assert_eq!(words(&claim(&*store, 2).await), ["lalu"]);
        // The chat has one claim at a time; end it to reach the refresh.
        store.release_orphaned_claims().await.unwrap();
        let again = claim(&*store, 2).await.remove(0);
        settle(&*store, &again, Outcome::Sent(None)).await;
        let claimed = claim(&*store, 2).await.remove(0);
        settle(&*store, &claimed, Outcome::CardGone(key, gone)).await;
        assert_eq!(store.pending_deliveries().await.unwrap(), 0);
        store.live_card(key).await.unwrap().map(|card| card.message_id)
    };
    send(1).await;
    assert_eq!(refreshed(1).await, None);
    send(2).await;
    assert_eq!(refreshed(1).await, Some(2), "another message is the card by now");
}

pub(crate) async fn given_up_deliveries_are_counted_by_reason(store: Arc<dyn Store>) {
    for (n, reason) in (1..).zip(DropReason::ALL) {
        for _ in 0..n {
            store.enqueue(vec![text(10, "kabar")], at(1)).await.unwrap();
            let claimed = claim(&*store, 1).await.remove(0);
            settle(&*store, &claimed, Outcome::Dropped(reason, "why".to_owned())).await;
        }
    }
    let counters = store.counters().await.unwrap();
    assert_eq!((counters.dropped, counters.dropped_by), (15, [1, 2, 3, 4, 5]));
}
