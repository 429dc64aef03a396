//! Erasure of a customer's personal data.
use super::search::{described, found, message, written};
use crate::store_contract::fixture::*;
use antri::domain::ticket::Ticket;
use antri::domain::ticket::conversation::{ConversationMessage, MessageContent};
use antri::engine::ports::{Guard, Store};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn an_erasure_leaves_numbers_and_nothing_else(store: Arc<dyn Store>) {
    commit_all(&*store, vec![person_write(person(900), None)]).await;
    let one = open(&*store, described(1, "Internet mati")).await;
    let other = open(&*store, Ticket { customer: person_id(901), ..described(2, "Internet lambat") }).await;
    let (first, unrouted) = (message(1, &one, "jalan melati"), message(2, &one, "jalan kenanga"));
    let unrouted = ConversationMessage { ticket: None, ..unrouted };
    commit_all(&*store, vec![written(&first, None), written(&unrouted, None)]).await;
    assert_eq!(store.erase_customer(person_id(900)).await.unwrap(), 0, "an open ticket stays");
    assert_eq!(read(&*store, one.id).await.description.text, "Internet mati");
    let cancelled = one.cancel(one.customer, at(5)).unwrap();
    commit_all(&*store, vec![ticket_update(cancelled, Guard::None)]).await;
    for _ in 0..2 {
        assert_eq!(store.erase_customer(person_id(900)).await.unwrap(), 1);
    }
    assert!(read(&*store, one.id).await.description.is_empty());
    let stored = store.message(first.id).await.unwrap().unwrap();
    assert_eq!((stored.content, stored.written_at), (MessageContent::default(), first.written_at));
    assert_eq!(store.message(unrouted.id).await.unwrap().unwrap().content, MessageContent::default());
    assert_eq!(found(&*store, "melati").await, []);
    assert_eq!(found(&*store, "internet").await, [(other.id, None)]);
    assert_eq!(found(&*store, one.number.as_str()).await, [(one.id, None)]);
}

fn update(id: i64, from: i64) -> (i64, Value) {
    (id, json!({"update_id": id, "message": {"from": {"id": from}, "chat": {"id": from}, "text": "rahasia"}}))
}

pub(crate) async fn an_erasure_takes_the_words_out_of_webhooks_and_dead_updates(store: Arc<dyn Store>) {
    store.record_webhooks();
    let customer = person(900);
    commit_all(&*store, vec![person_write(customer.clone(), None)]).await;
    let one = open(&*store, described(1, "Internet mati")).await;
    let other = open(&*store, Ticket { customer: person_id(901), ..described(2, "Internet lambat") }).await;
    let messages = [message(1, &one, "jalan melati"), message(2, &other, "jalan kenanga")];
    commit_all(&*store, messages.iter().map(|message| written(message, None)).collect()).await;
    let cancelled = one.cancel(one.customer, at(5)).unwrap();
    commit_all(&*store, vec![ticket_update(cancelled, Guard::None)]).await;
    let (theirs, anothers) = (update(1, customer.telegram.0), update(2, customer.telegram.0 + 1));
    store.append_updates(vec![theirs.clone(), anothers], at(6)).await.unwrap();
    for id in [1, 2] {
        store.dead_letter(id, "no", Vec::new(), at(7)).await.unwrap();
    }
    for _ in 0..2 {
        store.erase_customer(customer.id).await.unwrap();
    }
    let webhooks = store.webhooks(None, None, 10).await.unwrap();
    let with_words = webhooks.iter().filter(|webhook| webhook.event.body.contains("jalan"));
    assert_eq!(with_words.map(|webhook| webhook.event.ticket).collect::<Vec<_>>(), [other.id]);
    let of_one = webhooks.iter().filter(|webhook| webhook.event.ticket == one.id);
    assert_eq!(of_one.count(), 2, "the receiver still learns of the ticket");
    let dead = store.dead_letters(0, 10).await.unwrap();
    assert_eq!(dead.iter().map(|letter| letter.id.to_string()).collect::<Vec<_>>(), ["update-2"]);
    assert_eq!(
        store.append_updates(vec![theirs], at(8)).await.unwrap(),
        0,
        "a repeated update is recognised"
    );
}
