//! Traffic classes of the outbox: shares of a claim when more is ready than may be sent.
use super::super::fixture::*;
use super::{refresh, said, settle};
use antri::domain::card::CardKey;
use antri::domain::ids::ChatId;
use antri::domain::notice::{Message, Notice, Outgoing};
use antri::domain::traffic::TrafficClass;
use antri::engine::ports::{ClaimedDelivery, Outcome, Store};
use std::sync::Arc;

fn notice(chat: i64, class: TrafficClass) -> Outgoing {
    let ticket = ticket_id(1);
    match class {
        TrafficClass::Staff => Outgoing::notice(ChatId(chat), Notice::TaskCancelled { ticket }),
        TrafficClass::Words => text(chat, "kabar"),
        TrafficClass::Receipts => Outgoing::notice(ChatId(chat), Notice::Completed { ticket }),
        TrafficClass::Cards => refresh(chat, CardKey::Status(ticket)),
    }
}

/// Enqueues 100 deliveries of each class, cards first, each to a chat of its own.
async fn fill(store: &dyn Store) {
    for class in TrafficClass::ALL.into_iter().rev() {
        let first = 1_000 * (1 + i64::from(class.rank()));
        store.enqueue((first..first + 100).map(|chat| notice(chat, class)).collect(), at(1)).await.unwrap();
    }
}

fn of_class(claimed: &[ClaimedDelivery], class: TrafficClass) -> Vec<i64> {
    let mine = claimed.iter().filter(|one| TrafficClass::of(&one.message) == class);
    let mut chats: Vec<_> = mine.map(|one| one.chat.0).collect();
    chats.sort_unstable();
    chats
}

pub(crate) async fn traffic_classes_share_what_may_be_sent(store: Arc<dyn Store>) {
    fill(&*store).await;
    // One claim of ten turns, then ten claims of one turn each.
    let mut claims = vec![store.claim(10, at(2)).await.unwrap(), Vec::new()];
    for _ in 0..10 {
        claims[1].extend(store.claim(1, at(2)).await.unwrap());
    }
    for (n, claimed) in (0..).zip(claims) {
        assert_eq!(claimed.len(), 10);
        let oldest =
            |first: i64, count: i64| (first + n * count..first + (n + 1) * count).collect::<Vec<_>>();
        assert_eq!(of_class(&claimed, TrafficClass::Staff), oldest(1_000, 3));
        assert_eq!(of_class(&claimed, TrafficClass::Words), oldest(2_000, 3));
        assert_eq!(of_class(&claimed, TrafficClass::Receipts), oldest(3_000, 2));
        assert_eq!(of_class(&claimed, TrafficClass::Cards), [4_000 + n, 4_099 - n], "oldest and newest");
    }
}

pub(crate) async fn what_a_class_leaves_goes_to_the_others(store: Arc<dyn Store>) {
    let cards = |chats: std::ops::Range<i64>| chats.map(|chat| notice(chat, TrafficClass::Cards)).collect();
    store.enqueue(cards(4_000..4_100), at(1)).await.unwrap();
    assert_eq!(store.claim(30, at(2)).await.unwrap().len(), 30);
    store.enqueue(vec![notice(1_000, TrafficClass::Staff)], at(3)).await.unwrap();
    let claimed = store.claim(20, at(4)).await.unwrap();
    assert_eq!(claimed.len(), 20);
    assert_eq!(of_class(&claimed, TrafficClass::Staff), [1_000]);
    let mut rest = 0;
    while let claimed = store.claim(30, at(5)).await.unwrap().len()
        && claimed > 0
    {
        rest += claimed;
    }
    assert_eq!(rest, 51, "each is claimed once");
}

pub(crate) async fn an_urgent_delivery_makes_its_chat_urgent(store: Arc<dyn Store>) {
    for chat in 4_000..4_100 {
        store.enqueue(vec![notice(chat, TrafficClass::Receipts)], at(1)).await.unwrap();
        if chat == 4_050 {
            store.enqueue(vec![notice(chat, TrafficClass::Staff)], at(1)).await.unwrap();
        }
    }
    let claimed = store.claim(10, at(2)).await.unwrap();
    let receipt = claimed.iter().find(|one| one.chat == ChatId(4_050)).expect("the chat is urgent");
    assert_eq!(TrafficClass::of(&receipt.message), TrafficClass::Receipts, "in the order of the chat");
    settle(&*store, receipt, Outcome::Sent(None)).await;
    let claimed = store.claim(10, at(3)).await.unwrap();
    assert_eq!(of_class(&claimed, TrafficClass::Staff), [4_050]);
}

pub(crate) async fn a_new_card_is_sent_once_in_its_newest_state(store: Arc<dyn Store>) {
    let key = CardKey::Draft(person(1).id);
    let out = |message| Outgoing { chat: ChatId(10), message };
    let (retire, card) = (|| out(Message::Retire(key)), || out(Message::Card(key)));
    store.enqueue(vec![card()], at(1)).await.unwrap();
    for _ in 0..3 {
        // The buttons of a card that was not sent yet need not be removed.
        store.enqueue(vec![retire(), card()], at(1)).await.unwrap();
    }
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    let first = store.claim(9, at(2)).await.unwrap().remove(0);
    assert_eq!(said(&first), format!("card {key}"));
    // While it is sent, one more is pending, after the buttons of the first.
    for _ in 0..3 {
        store.enqueue(vec![retire(), card()], at(3)).await.unwrap();
    }
    settle(&*store, &first, Outcome::Sent(None)).await;
    let second = store.claim(9, at(4)).await.unwrap().remove(0);
    assert_eq!(second.message, Message::Retire(key));
    settle(&*store, &second, Outcome::Sent(None)).await;
    let third = store.claim(9, at(4)).await.unwrap().remove(0);
    assert_eq!(third.message, Message::Card(key));
    settle(&*store, &third, Outcome::Sent(None)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}
