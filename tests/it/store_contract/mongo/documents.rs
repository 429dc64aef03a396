//! Times in documents, kept to the microsecond, and a new message with the `_id` of another.
use super::Served;
use crate::store_contract::Backend;
use crate::store_contract::fixture::*;
use crate::store_contract::search::{message, written};
use antri::domain::Time;
use antri::domain::ticket::conversation::ConversationMessage;
use antri::domain::ticket::service::Stars;
use antri::engine::ports::{CommitError, ConversationStore, Guard, TicketStore, UniqueKey};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_with_a_known_id_alone_is_a_duplicate() {
    let Served { store, .. } = Served::fresh().await;
    let of = open(&*store, ticket(1)).await;
    let plain = |n, text| ConversationMessage { source: None, ..message(n, &of, text) };
    commit_all(&*store, vec![written(&plain(1, "satu"), None)]).await;
    let before = store.writes();
    let results = store.commit(vec![written(&plain(1, "lain"), None), written(&plain(2, "dua"), None)]).await;
    assert_eq!(results[0].as_ref().err(), Some(&CommitError::Duplicate(UniqueKey::Message)));
    assert!(results[1].is_ok(), "{:?}", results[1]);
    let after = store.writes();
    assert_eq!(after.transactions - before.transactions, 1);
    // The insert that conflicts, then the look for both ids, the insert, the events and the commit.
    assert!(after.commands - before.commands <= 8, "{}", after.commands - before.commands);
    for (n, text) in [(1, "satu"), (2, "dua")] {
        let stored = store.message(message(n, &of, "").id).await.unwrap().unwrap();
        assert_eq!(stored.content.text.text, text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_within_nested_values_are_kept_to_the_microsecond() {
    let Served { store, .. } = Served::fresh().await;
    join(&*store, [1, 2], 5).await;
    let precise = |seconds, micros: u32| -> Time {
        Time::from_timestamp(at(seconds).timestamp(), micros * 1_000).unwrap()
    };
    let opened = open(&*store, ticket(1)).await;
    commit_one(&*store, assignment(&opened, 1, 0, Guard::Eligible)).await.unwrap();
    let held = read(&*store, opened.id).await;
    let released = held.release(true, precise(110, 123_457)).unwrap();
    commit_one(&*store, ticket_update(released.clone(), Guard::None)).await.unwrap();
    let queued = read(&*store, opened.id).await;
    assert_eq!(queued.former_holders, released.former_holders);
    assert_eq!(queued.former_holders[0].at.timestamp_subsec_micros(), 123_457);

    commit_one(&*store, assignment(&queued, 2, 0, Guard::Eligible)).await.unwrap();
    let done = read(&*store, opened.id).await.complete(person_id(2), precise(120, 7)).unwrap();
    commit_one(&*store, ticket_update(done, Guard::None)).await.unwrap();
    let done = read(&*store, opened.id).await;
    let rated = done.rate(done.customer, 0, Stars::new(4).unwrap(), precise(130, 999_999)).unwrap();
    commit_one(&*store, reopening(rated.clone(), Guard::None)).await.unwrap();
    let stored = read(&*store, opened.id).await;
    assert_eq!((&stored.service, &stored.former_holders), (&rated.service, &released.former_holders));
    assert_eq!(stored.service.rating.unwrap().at, precise(130, 999_999));
}
