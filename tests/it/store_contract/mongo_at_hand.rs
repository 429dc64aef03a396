//! What the MongoDB store has at hand instead of asking the server again, and how it learns that it is not so any more.
use super::Backend;
use super::fixture::*;
use super::mongo::{Served, open_store, shell};
use super::outbox::said;
use antri::domain::card::CardKey;
use antri::domain::ids::{ChatId, Version};
use antri::domain::notice::Outgoing;
use antri::domain::person::{Locale, Person};
use antri::engine::ports::{Change, DirectoryStore, OutboxStore, Outcome, TicketStore, Write};
use chrono::TimeDelta;
use mongodb::bson::{Document, doc};

/// The first person with this language, as the nth version of them.
fn speaking(locale: Locale, version: u64) -> Person {
    Person { locale, version: Version(version), ..person(1) }
}

fn told(chat: ChatId) -> Vec<Outgoing> {
    vec![Outgoing::refresh(chat, CardKey::MyTickets(who(1), 0))]
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_another_replica_has_written_is_spoken_to_as_they_are() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    all(&*store, vec![writing(person(1), None)]).await;
    let chat = person(1).chat();
    let locale = async || store.reader(chat).await.unwrap().unwrap().locale;
    assert_eq!(locale().await, Locale::Id);
    all(&*other, vec![writing(speaking(Locale::En, 1), Some(0))]).await;
    assert_eq!(locale().await, Locale::Id, "at hand");
    // Said with another commit than the one that wrote them.
    other.enqueue(told(chat), at(1)).await.unwrap();
    assert_eq!(store.claim(10, at(2)).await.unwrap().len(), 1);
    assert_eq!(locale().await, Locale::En);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_written_here_is_at_hand_for_those_who_are_told() {
    let Served { database, store } = Served::fresh().await;
    all(&*store, vec![writing(speaking(Locale::En, 0), None)]).await;
    let chat = person(1).chat();
    let locale = async || store.reader(chat).await.unwrap().unwrap().locale;
    // Behind its back, so that it shows who asks.
    let users = shell(&database).await.collection::<Document>("users");
    users.update_one(doc! {}, doc! { "$set": { "person.locale": "id" } }).await.unwrap();
    store.enqueue(told(chat), at(1)).await.unwrap();
    assert_eq!(store.claim(10, at(2)).await.unwrap().len(), 1);
    assert_eq!(locale().await, Locale::En, "what is told is of the version that was written");

    // An older build says that they were written, and not as which version.
    store.enqueue(told(chat), at(3)).await.unwrap();
    let added = shell(&database).await.collection::<Document>("outbox_added");
    let marked = doc! { "entries.anew": { "$exists": true } };
    let unnamed = added.update_one(marked, doc! { "$set": { "entries.0.anew": true } }).await.unwrap();
    assert_eq!(unnamed.modified_count, 1);
    store.claim(10, at(4)).await.unwrap();
    assert_eq!(locale().await, Locale::Id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_refused_makes_nobody_older() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    all(&*store, vec![writing(speaking(Locale::Id, 0), None)]).await;
    let chat = person(1).chat();
    let locale = async || other.reader(chat).await.unwrap().unwrap().locale;
    assert_eq!(locale().await, Locale::Id);
    all(&*store, vec![writing(speaking(Locale::En, 1), Some(0))]).await;
    // In one turn with what is told, a write of them as they were before.
    let notice = Change { notices: told(chat), ..Change::quiet(Write::Nothing) };
    let fates = store.commit(vec![writing(speaking(Locale::Id, 0), None), notice]).await;
    assert!(fates[0].is_err() && fates[1].is_ok(), "{fates:?}");
    assert_eq!(other.claim(10, at(2)).await.unwrap().len(), 1);
    assert_eq!(locale().await, Locale::En);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_refused_is_at_nobodys_hand() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    all(&*store, vec![writing(speaking(Locale::Id, 0), None)]).await;
    all(&*other, vec![writing(speaking(Locale::En, 1), Some(0))]).await;
    let late = store.commit(vec![writing(speaking(Locale::Id, 1), Some(0))]).await;
    assert!(late[0].is_err(), "{late:?}");
    assert_eq!(store.reader(person(1).chat()).await.unwrap().unwrap().locale, Locale::En);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_left_behind_goes_with_the_first_claim_a_second_later() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "it has looked: there is nothing");
    other.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    // Taken in over there by one who claims nothing of it.
    assert_eq!(other.claim(0, at(1)).await.unwrap(), []);
    let claimed = store.claim(10, at(2)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_found_no_room_goes_with_the_next_claim() {
    let store = Served::fresh().await.store;
    let claim = async |limit| store.claim(limit, at(1)).await.unwrap().len();
    assert_eq!(claim(5).await, 0, "it has looked: there is nothing");
    store.enqueue((10..14).map(|chat| text(chat, "kabar")).collect(), at(1)).await.unwrap();
    // Taken in and not claimed, and then of more chats than there is room for.
    assert_eq!((claim(0).await, claim(1).await, claim(2).await), (0, 1, 2));
    assert_eq!((claim(5).await, claim(5).await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_free_without_a_claim_goes_with_the_next_one() {
    let store = Served::fresh().await.store;
    let claim = async |limit, millis| {
        let now = at(1) + TimeDelta::milliseconds(millis);
        store.claim(limit, now).await.unwrap()
    };
    assert_eq!(claim(10, 0).await, [], "it has looked: there is nothing");
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
