//! The outbox: order, priority classes and coalescing.
mod classes;
mod faults;
mod long_queues;
mod topics;
mod webhooks;

pub(crate) use classes::*;
pub(crate) use faults::*;
pub(crate) use long_queues::*;
pub(crate) use topics::*;
pub(crate) use webhooks::*;

use super::fixture::*;
use antri::domain::card::CardKey;
use antri::domain::event::Action;
use antri::domain::ids::ChatId;
use antri::domain::notice::rendered::Rendered;
use antri::domain::notice::{Message, Outgoing};
use antri::engine::ports::{ClaimedDelivery, Outcome, Store};
use chrono::TimeDelta;
use std::sync::Arc;

pub(crate) fn refresh(chat: i64, card: CardKey) -> Outgoing {
    Outgoing { chat: ChatId(chat), message: Message::Refresh(card) }
}

/// Returns the text of a message, or the coalesce key of anything else.
pub(crate) fn said(claimed: &ClaimedDelivery) -> String {
    match &claimed.message {
        Message::Text(rendered) => rendered.html.clone(),
        other => other.coalesce_key().unwrap_or_default(),
    }
}

/// Claims every delivery that is due at `seconds`.
pub(crate) async fn claim(store: &dyn Store, seconds: i64) -> Vec<ClaimedDelivery> {
    store.claim(100, at(seconds)).await.unwrap()
}

pub(crate) async fn settle(store: &dyn Store, claimed: &ClaimedDelivery, outcome: Outcome) {
    store.settle(vec![(claimed.id, outcome)], at(60)).await.unwrap();
}

/// Sends every due delivery, one per chat at a time, and returns what was sent.
pub(crate) async fn drain(store: &dyn Store, seconds: i64) -> Vec<String> {
    let mut sent = Vec::new();
    loop {
        let claimed = claim(store, seconds).await;
        if claimed.is_empty() {
            return sent;
        }
        for one in claimed {
            sent.push(said(&one));
            settle(store, &one, Outcome::Sent(None)).await;
        }
    }
}

pub(crate) async fn deliveries_of_a_chat_are_claimed_one_by_one_in_order(store: Arc<dyn Store>) {
    assert_eq!(claim(&*store, 1).await, []);
    assert_eq!(store.next_delivery_at().await.unwrap(), None);
    store.enqueue(vec![text(10, "satu"), text(10, "dua")], at(1)).await.unwrap();
    store.enqueue(vec![text(10, "tiga")], at(2)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 3);
    let first = claim(&*store, 3).await.remove(0);
    let expected = ClaimedDelivery {
        id: first.id,
        chat: ChatId(10),
        message: text(10, "satu").message,
        committed_at: at(1),
        attempts: 0,
        unknown: 0,
    };
    assert_eq!(first, expected);
    assert_eq!(claim(&*store, 3).await, [], "a claimed delivery blocks its chat");
    assert_eq!(store.pending_deliveries().await.unwrap(), 3, "a claimed delivery is pending");
    settle(&*store, &first, Outcome::Sent(None)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 2);
    let second = claim(&*store, 3).await.remove(0);
    assert!(second.id > first.id);
    settle(&*store, &second, Outcome::Sent(None)).await;
    assert_eq!((said(&second), drain(&*store, 3).await), ("dua".to_owned(), vec!["tiga".to_owned()]));
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);

    store.enqueue(vec![text(10, "empat")], at(5)).await.unwrap();
    let later = claim(&*store, 5).await.remove(0);
    assert!(later.id > second.id, "ids are not reused");
}

/// The length of a chat queue that no store keeps in one document.
const LONG_QUEUE: usize = 150;

async fn pending(store: &dyn Store) -> usize {
    usize::try_from(store.pending_deliveries().await.unwrap()).unwrap()
}

fn cards() -> Vec<CardKey> {
    (1..=80).map(|n| CardKey::Status(ticket_id(n))).collect()
}

pub(crate) async fn a_long_chat_queue_keeps_its_order(store: Arc<dyn Store>) {
    let refreshes = || cards().into_iter().map(|card| refresh(10, card)).collect::<Vec<_>>();
    let words: Vec<_> = (0..LONG_QUEUE).map(|n| format!("{n}")).collect();
    // Refreshes come first, and again while they wait behind messages that came later and are claimed before
    // them.
    store.enqueue(refreshes(), at(1)).await.unwrap();
    for some in words.chunks(7) {
        store.enqueue(some.iter().map(|word| text(10, word)).collect(), at(2)).await.unwrap();
    }
    store.enqueue(refreshes(), at(3)).await.unwrap();
    assert_eq!(pending(&*store).await, LONG_QUEUE + cards().len(), "each refresh once");

    // A retried delivery is first again, whatever the length of the queue.
    let first = claim(&*store, 4).await.remove(0);
    settle(&*store, &first, Outcome::Retry { until: at(5), unknown: false }).await;
    let refreshes = cards().into_iter().map(|card| format!("refresh {card}"));
    assert_eq!(drain(&*store, 5).await, words.into_iter().chain(refreshes).collect::<Vec<_>>());
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

pub(crate) async fn a_long_chat_queue_moves_as_a_whole(store: Arc<dyn Store>) {
    let words: Vec<_> = (0..LONG_QUEUE).map(|n| format!("{n}")).collect();
    store.enqueue(words.iter().map(|word| text(-10, word)).collect(), at(1)).await.unwrap();
    store.enqueue(cards().into_iter().map(|card| refresh(-10, card)).collect(), at(2)).await.unwrap();
    // A refresh is claimed while an equal newer one waits far behind.
    let last = cards().pop().unwrap();
    store.enqueue(vec![refresh(-20, last)], at(1)).await.unwrap();
    let claimed = claim(&*store, 3).await;
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["0".to_owned(), format!("refresh {last}")]);
    store.enqueue(words.iter().map(|word| text(-20, word)).collect(), at(4)).await.unwrap();
    store.enqueue(cards().into_iter().map(|card| refresh(-20, card)).collect(), at(4)).await.unwrap();
    settle(&*store, &claimed[1], Outcome::Retry { until: at(5), unknown: true }).await;
    assert_eq!(pending(&*store).await, 2 * (LONG_QUEUE + cards().len()));

    settle(&*store, &claimed[0], Outcome::Moved(ChatId(-20))).await;
    assert_eq!(pending(&*store).await, 2 * LONG_QUEUE + cards().len(), "each refresh once");
    let sent = drain(&*store, 6).await;
    let expected = words.iter().chain(&words).cloned().collect::<Vec<_>>();
    assert_eq!(sent[..2 * LONG_QUEUE], expected);
    assert_eq!(sent.len(), 2 * LONG_QUEUE + cards().len());
}

pub(crate) async fn a_claim_takes_one_delivery_per_chat_oldest_first(store: Arc<dyn Store>) {
    let out = (0..12).map(|n| text(20 - n % 4, &format!("{n}"))).collect();
    store.enqueue(out, at(1)).await.unwrap();
    let words = |claimed: Vec<ClaimedDelivery>| claimed.iter().map(said).collect::<Vec<_>>();
    assert_eq!(words(store.claim(0, at(1)).await.unwrap()), [""; 0]);
    assert_eq!(words(store.claim(3, at(1)).await.unwrap()), ["0", "1", "2"]);
    assert_eq!(words(store.claim(3, at(1)).await.unwrap()), ["3"]);
}

pub(crate) async fn deliveries_enqueued_behind_a_long_queue_are_sent_once(store: Arc<dyn Store>) {
    let some = |words: std::ops::Range<usize>| words.map(|n| text(10, &format!("{n}"))).collect::<Vec<_>>();
    let expected_texts = |words: std::ops::Range<usize>| words.map(|n| format!("{n}")).collect::<Vec<_>>();
    let card = CardKey::Status(ticket_id(1));

    store.enqueue(some(0..LONG_QUEUE), at(1)).await.unwrap();
    let first = claim(&*store, 1).await.remove(0);
    store.enqueue(vec![refresh(10, card)], at(2)).await.unwrap();
    assert_eq!(claim(&*store, 2).await, []);
    assert_eq!(pending(&*store).await, LONG_QUEUE + 1);
    settle(&*store, &first, Outcome::Sent(None)).await;
    let rest = expected_texts(1..LONG_QUEUE).into_iter().chain([format!("refresh {card}")]);
    assert_eq!(drain(&*store, 3).await, rest.collect::<Vec<_>>());

    // Any number of deliveries waits before and after the new ones, and a claim may or may not see them
    // before the next settlement.
    for (number, claim_first) in (20..100).step_by(9).flat_map(|number| [(number, false), (number, true)]) {
        store.enqueue(some(0..number), at(4)).await.unwrap();
        for n in 0..number / 2 {
            let next = claim(&*store, 5).await.remove(0);
            assert_eq!(said(&next), format!("{n}"));
            if n + 1 == number / 2 {
                store.enqueue(some(number..number + 4), at(5)).await.unwrap();
                if claim_first {
                    assert_eq!(claim(&*store, 5).await, []);
                }
            }
            settle(&*store, &next, Outcome::Sent(None)).await;
        }
        store.enqueue(some(number + 4..number + 80), at(6)).await.unwrap();
        assert_eq!(pending(&*store).await, number - number / 2 + 80);
        assert_eq!(drain(&*store, 7).await, expected_texts(number / 2..number + 80));
        assert_eq!(pending(&*store).await, 0);
    }
}

pub(crate) async fn thousands_of_chats_can_be_claimed_at_once(store: Arc<dyn Store>) {
    let chat_count = 2_300; // more than any store reads in one go
    store.enqueue((1..=chat_count).map(|chat| text(chat, "halo")).collect(), at(1)).await.unwrap();
    assert_eq!(store.claim(1, at(1)).await.unwrap().len(), 1);
    let chats: Vec<_> = store.claim(3_000, at(1)).await.unwrap().iter().map(|one| one.chat.0).collect();
    assert_eq!(chats, (2..=chat_count).collect::<Vec<_>>());
}

pub(crate) async fn messages_are_claimed_before_refreshes(store: Arc<dyn Store>) {
    let card = CardKey::MyQueue(person_id(1), 0);
    let menu = Outgoing { chat: ChatId(10), message: Message::Menu };
    let redraw = Outgoing { chat: ChatId(10), message: Message::Redraw { message_id: 4, card } };
    let edit =
        Message::Edit { message_id: 3, text: Rendered::new("ubah".to_owned(), Vec::new()), card: None };
    let show = Outgoing { chat: ChatId(10), message: Message::Card(card) };
    let out =
        vec![refresh(10, card), menu, redraw, text(10, "satu"), Outgoing { chat: ChatId(10), message: edit }];
    store.enqueue(out, at(1)).await.unwrap();
    store.enqueue(vec![refresh(11, card), text(12, "lain")], at(2)).await.unwrap();
    store.enqueue(vec![show], at(3)).await.unwrap();
    let limited = store.claim(2, at(3)).await.unwrap();
    assert_eq!(limited.iter().map(said).collect::<Vec<_>>(), ["satu", "lain"], "across all chats");
    for one in &limited {
        settle(&*store, one, Outcome::Sent(None)).await;
    }
    let slot = card.storage_key();
    let rest: Vec<_> = drain(&*store, 3).await;
    let expected = [
        String::new(), // the edit, and the refresh of the other chat with it
        format!("refresh {slot}"),
        format!("card {slot}"),
        format!("refresh {slot}"),
        "menu".to_owned(),
        "redraw 4".to_owned(),
    ];
    assert_eq!(rest, expected);
}

pub(crate) async fn pending_refreshes_of_a_card_are_coalesced(store: Arc<dyn Store>) {
    let card = CardKey::Status(ticket_id(1));
    let (first_page, second_page) = (CardKey::MyQueue(person_id(1), 0), CardKey::MyQueue(person_id(1), 1));
    for _ in 0..3 {
        store
            .enqueue(vec![refresh(10, card), refresh(11, card), refresh(10, first_page)], at(1))
            .await
            .unwrap();
    }
    store.enqueue(vec![refresh(10, second_page)], at(1)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 3, "one per chat and card, whatever the page");
    // A claimed refresh may have been rendered already, so a newer one is not coalesced with it.
    let claimed = claim(&*store, 2).await;
    store.enqueue(vec![refresh(10, card), refresh(10, card)], at(3)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 4);
    for one in &claimed {
        settle(&*store, one, Outcome::Sent(None)).await;
    }
    let slots = [format!("refresh {first_page}"), format!("refresh {card}")];
    assert_eq!(drain(&*store, 4).await, slots);
    store.enqueue(vec![text(10, "sama"), text(10, "sama")], at(5)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 2, "messages are not coalesced");
}

pub(crate) async fn notices_of_a_change_go_out_in_order(store: Arc<dyn Store>) {
    let mut change = opening(ticket(1));
    change.event = Some(event(at(33), Some(900), 1, Action::Opened));
    change.notices = vec![text(10, "satu"), text(11, "lain"), text(10, "dua")];
    let mut next = opening(ticket(2));
    next.event = Some(event(at(34), Some(900), 2, Action::Opened));
    next.notices = vec![text(10, "tiga")];
    commit_all(&*store, vec![change, next]).await;
    let claimed = claim(&*store, 40).await;
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu", "lain"]);
    assert_eq!(claimed[0].committed_at, at(33), "when it was committed");
    for one in &claimed {
        settle(&*store, one, Outcome::Sent(None)).await;
    }
    assert_eq!(drain(&*store, 40).await, ["dua", "tiga"]);
}

pub(crate) async fn what_a_claim_had_no_room_for_goes_with_the_next(store: Arc<dyn Store>) {
    let claim = async |limit| store.claim(limit, at(1)).await.unwrap().len();
    assert_eq!(claim(5).await, 0, "there is nothing");
    store.enqueue((10..14).map(|chat| text(chat, "kabar")).collect(), at(1)).await.unwrap();
    // At first nothing is claimed, then fewer than there are chats.
    assert_eq!((claim(0).await, claim(1).await, claim(2).await), (0, 1, 2));
    assert_eq!((claim(5).await, claim(5).await), (1, 0));
}

pub(crate) async fn what_is_ready_without_a_claim_goes_with_the_next(store: Arc<dyn Store>) {
    let claim = async |limit, millis| {
        let now = at(1) + TimeDelta::milliseconds(millis);
        store.claim(limit, now).await.unwrap()
    };
    assert_eq!(claim(10, 0).await, [], "there is nothing");
    store.enqueue(vec![text(10, "satu"), text(10, "dua")], at(1)).await.unwrap();
    let one = claim(10, 0).await.remove(0);
    store.settle(vec![(one.id, Outcome::Sent(None))], at(1)).await.unwrap();
    let two = claim(10, 0).await.remove(0);
    assert_eq!(said(&two), "dua", "settled by itself");

    let until = at(1) + TimeDelta::milliseconds(300);
    store.settle(vec![(two.id, Outcome::Retry { until, unknown: false })], at(1)).await.unwrap();
    assert_eq!(claim(10, 200).await, []);
    // Its time has come while nothing was sent.
    assert_eq!(claim(0, 400).await, []);
    assert_eq!(claim(10, 500).await.len(), 1);
}
