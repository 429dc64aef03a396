//! What the MongoDB store's lanes know since their last turns: they ask for less, and find out when another replica was in between.
use super::Backend;
use super::fixture::*;
use super::immediate_assignment::{opened_and_given, pair};
use super::mongo::{Served, open_store, shell};
use super::outbox::said;
use antri::domain::ids::{ChatId, Version};
use antri::domain::person::{Availability, Person};
use antri::domain::ticket::Status;
use antri::engine::ports::{
    Change, ClaimedDelivery, CommitError, DirectoryStore, Guard, OutboxStore, Outcome, TicketStore, Write,
};
use antri::store::Mongo;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use std::sync::Arc;

/// A desk that has given its agent a ticket, and another on the same database that has not seen anything yet.
async fn one_that_knows(agents: u64, max: u16) -> (Arc<Mongo>, Arc<Mongo>) {
    let Served { database, store } = Served::fresh().await;
    join(&*store, 1..=agents, max).await;
    assert_eq!(opened_and_given(&*store, ticket(1), 1, 0).await, (true, true));
    (store, open_store(&database).await)
}

/// How many commands a commit takes that nothing stands against.
async fn commands(store: &Mongo, changes: Vec<Change>) -> u64 {
    let before = store.writes();
    all(store, changes).await;
    let after = store.writes();
    assert_eq!(after.transactions - before.transactions, 1);
    after.commands - before.commands
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_lane_has_left_it_does_not_ask_for() {
    let Served { store, .. } = Served::fresh().await;
    join(&*store, [1], 5).await;
    // The agent, what the ticket is about, the arrival, the ticket, its slot, the commit; at first also who waits, and the agent.
    assert_eq!(commands(&store, pair(&ticket(1), 1, 0)).await, 8);
    assert_eq!(commands(&store, pair(&ticket(2), 1, 1)).await, 6);
    // The agent, the ticket, the commit.
    let done = read(&*store, ticket_id(1)).await.complete(who(1), at(200)).unwrap();
    assert_eq!(commands(&store, vec![moving(done, Guard::None)]).await, 3);
    assert_eq!(commands(&store, pair(&ticket(3), 1, 0)).await, 6);

    // Somebody waits from now on, so it asks again; and once nobody does, it asks that once.
    let waiting = open(&*store, ticket(4)).await;
    assert_eq!(opened_and_given(&*store, ticket(5), 1, 2).await, (true, false), "it would overtake");
    let next = read(&*store, ticket_id(5)).await;
    all(&*store, vec![giving(&waiting, 1, 2, Guard::Eligible), giving(&next, 1, 3, Guard::Eligible)]).await;
    assert_eq!(commands(&store, pair(&ticket(6), 1, 4)).await, 7);
    let done = read(&*store, ticket_id(6)).await.complete(who(1), at(200)).unwrap();
    assert_eq!(commands(&store, vec![moving(done, Guard::None)]).await, 3);
    assert_eq!(commands(&store, pair(&ticket(7), 1, 4)).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_went_elsewhere_meanwhile_gets_nothing() {
    let (store, other) = one_that_knows(1, 5).await;
    let mut gone = agent(1, 5);
    gone.version = Version(1);
    gone.agent.as_mut().unwrap().availability = Availability::Offline;
    all(&*other, vec![writing(gone, Some(0))]).await;
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 1).await, (true, false));
    assert_eq!(read(&*other, ticket_id(2)).await.status(), Status::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_was_given_elsewhere_meanwhile_is_not_given_twice() {
    let (store, other) = one_that_knows(1, 3).await;
    assert_eq!(opened_and_given(&*other, ticket(2), 1, 1).await, (true, true));
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "the slot is taken");
    let waiting = read(&*store, ticket_id(3)).await;
    one(&*store, giving(&waiting, 1, 2, Guard::Eligible)).await.unwrap();
    let held = other.held_by(who(1)).await.unwrap();
    assert_eq!(held.len(), 3);
    assert_eq!(opened_and_given(&*other, ticket(4), 1, 3).await, (true, false), "above the capacity");
}

#[tokio::test(flavor = "multi_thread")]
async fn room_that_was_made_elsewhere_meanwhile_is_seen() {
    let (store, other) = one_that_knows(1, 1).await;
    let done = read(&*other, ticket_id(1)).await.complete(who(1), at(200)).unwrap();
    one(&*other, moving(done, Guard::None)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, true), "nobody is refused by memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_was_moved_elsewhere_meanwhile_is_not_moved_over() {
    let (store, other) = one_that_knows(1, 5).await;
    let known = read(&*store, ticket_id(1)).await;
    let paused = known.pause(who(1)).unwrap();
    one(&*other, moving(paused.clone(), Guard::None)).await.unwrap();
    let late = one(&*store, moving(known.complete(who(1), at(200)).unwrap(), Guard::None)).await;
    assert_eq!(late, Err(CommitError::Conflict));
    assert_eq!(read(&*store, ticket_id(1)).await, paused);
    let done = paused.complete(who(1), at(200)).unwrap();
    one(&*store, moving(done.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*other, ticket_id(1)).await, done);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_group_only_what_was_moved_elsewhere_is_refused() {
    let (store, other) = one_that_knows(2, 5).await;
    all(&*store, pair(&ticket(2), 2, 0)).await;
    let (first, second) = (read(&*store, ticket_id(1)).await, read(&*store, ticket_id(2)).await);
    one(&*other, moving(first.pause(who(1)).unwrap(), Guard::None)).await.unwrap();
    let done = |ticket: &antri::domain::ticket::Ticket, agent| {
        moving(ticket.complete(who(agent), at(200)).unwrap(), Guard::None)
    };
    let fates = store.commit(vec![done(&first, 1), done(&second, 2)]).await;
    assert_eq!(fates[0], Err(CommitError::Conflict));
    assert!(fates[1].is_ok(), "{fates:?}");
    assert_eq!(read(&*other, ticket_id(1)).await.status(), Status::Pending);
    assert_eq!(read(&*other, ticket_id(2)).await.status(), Status::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_another_replica_leaves_waiting_is_not_overtaken() {
    let (store, other) = one_that_knows(1, 5).await;
    let waiting = open(&*other, ticket(2)).await;
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "one waits");
    one(&*other, giving(&waiting, 1, 1, Guard::Eligible)).await.unwrap();
    let third = read(&*store, ticket_id(3)).await;
    one(&*store, giving(&third, 1, 2, Guard::Eligible)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(4), 1, 3).await, (true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_another_replica_puts_back_is_not_overtaken() {
    let (store, other) = one_that_knows(1, 5).await;
    let held = read(&*other, ticket_id(1)).await;
    one(&*other, moving(held.release().unwrap(), Guard::None)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 1).await, (true, false), "one waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_older_build_leaves_waiting_is_not_overtaken() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 9).await;
    let other = open_store(&database).await;
    for n in 1..=3 {
        assert_eq!(opened_and_given(&*store, ticket(n), 1, u16::try_from(n).unwrap()).await, (true, true));
    }
    // It counts whom it opens, and nothing else.
    open(&*other, ticket(4)).await;
    let counters = shell(&database).await.collection::<Document>("counters");
    counters.update_one(doc! { "_id": "arrival" }, doc! { "$unset": { "orders": "" } }).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(5), 1, 5).await, (true, false), "one waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_falls_free_comes_before_what_takes_it_in_whatever_order_they_lie() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 1).await;
    all(&*store, pair(&ticket(1), 1, 0)).await;
    let held = read(&*store, ticket_id(1)).await;
    // The older one lies behind any new one: a process may have a clock that is fast.
    let queue = shell(&database).await.collection::<Document>("ticket_queue");
    let mut row = queue.find_one_and_delete(doc! {}).await.unwrap().unwrap();
    row.extend(doc! { "_id": ObjectId::from_bytes([0xff; 12]), "holding": false, "slot": Bson::Null });
    queue.insert_one(row).await.unwrap();
    queue.update_one(doc! {}, doc! { "$set": { "holding": true, "slot": 0 } }).await.unwrap();
    let store = open_store(&database).await;
    let done = moving(held.complete(who(1), at(200)).unwrap(), Guard::None);
    all(&*store, [vec![done], pair(&ticket(2), 1, 0)].concat()).await;
    let all_held = store.all_held().await.unwrap();
    assert_eq!(all_held.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [ticket_id(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_remembered_as_it_was_written_until_it_is_known_to_be_other() {
    let (store, other) = one_that_knows(1, 5).await;
    let known = read(&*store, ticket_id(1)).await;
    assert_eq!(store.ticket_as_written(ticket_id(1)), Some(known.clone()));
    assert_eq!(other.ticket_as_written(ticket_id(1)), None, "it has written nothing");
    let paused = known.pause(who(1)).unwrap();
    all(&*store, vec![moving(paused.clone(), Guard::None)]).await;
    assert_eq!(store.ticket_as_written(ticket_id(1)), Some(paused.clone()));

    all(&*other, vec![moving(paused.resume(who(1)).unwrap(), Guard::None)]).await;
    assert_eq!(store.ticket_as_written(ticket_id(1)), Some(paused.clone()), "nobody has said so");
    let late = one(&*store, moving(paused.complete(who(1), at(200)).unwrap(), Guard::None)).await;
    assert_eq!(late, Err(CommitError::Conflict));
    assert_eq!(store.ticket_as_written(ticket_id(1)), None);
    let resumed = read(&*other, ticket_id(1)).await;
    assert_eq!(other.ticket_as_written(ticket_id(1)), Some(resumed));
    other.forget_ticket(ticket_id(1));
    assert_eq!(other.ticket_as_written(ticket_id(1)), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_agent_any_more_leaves_no_status_behind() {
    let (store, other) = one_that_knows(1, 5).await;
    let done = read(&*store, ticket_id(1)).await.complete(who(1), at(200)).unwrap();
    all(&*store, vec![moving(done, Guard::None)]).await;
    let customer = |version| Person { version: Version(version), ..person(1) };
    all(&*other, vec![writing(customer(1), Some(0))]).await;
    all(&*other, vec![writing(Person { version: Version(2), ..agent(1, 5) }, Some(1))]).await;
    all(&*store, vec![writing(customer(3), Some(2))]).await;
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, false), "no agent");
    assert_eq!(other.agents().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_a_statement_holds_only_what_is_stale_is_refused() {
    let (store, other) = one_that_knows(50, 5).await;
    all(&*store, (2..=50).flat_map(|n| pair(&ticket(n), n, 0)).collect()).await;
    let mut held = Vec::new();
    for n in 1..=50 {
        held.push(read(&*store, ticket_id(n)).await);
    }
    let paused = held[39].pause(who(40)).unwrap();
    one(&*other, moving(paused.clone(), Guard::None)).await.unwrap();
    let done = held
        .iter()
        .zip(1..)
        .map(|(ticket, agent)| moving(ticket.complete(who(agent), at(200)).unwrap(), Guard::None));
    let fates = store.commit(done.collect()).await;
    let refused: Vec<_> = fates.iter().enumerate().filter(|(_, fate)| fate.is_err()).collect();
    assert_eq!(refused, [(39, &Err(CommitError::Conflict))]);
    assert_eq!(other.all_held().await.unwrap(), [paused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_any_kind_of_number_are_understood() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 5).await;
    let db = shell(&database).await;
    let agents = db.collection::<Document>("agent_status");
    // Of a database that had the ordered fields only.
    agents.update_one(doc! {}, doc! { "$unset": { "revision": "" } }).await.unwrap();
    all(&*store, pair(&ticket(1), 1, 0)).await;
    // What a person wrote in a shell.
    let store = open_store(&database).await;
    agents.update_one(doc! {}, doc! { "$set": { "revision": 7_i32 } }).await.unwrap();
    let queue = db.collection::<Document>("ticket_queue");
    queue.update_one(doc! {}, doc! { "$set": { "version": 1_i32 } }).await.unwrap();
    let held = read(&*store, ticket_id(1)).await;
    all(&*store, vec![moving(held.pause(who(1)).unwrap(), Guard::None)]).await;
    all(&*store, pair(&ticket(2), 1, 1)).await;
    assert_eq!(agents.find_one(doc! {}).await.unwrap().unwrap().get_i64("revision"), Ok(8));
    assert_eq!(store.held_by(who(1)).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_met_and_written_in_one_commit_keeps_their_place() {
    let store = Served::fresh().await.store;
    all(&*store, vec![writing(person(1), None)]).await;
    let renamed = Person { name: "Sari".to_owned(), version: Version(1), ..person(2) };
    let notice = Change { notices: vec![text(1, "hai")], ..Change::quiet(Write::Nothing) };
    all(&*store, vec![notice, writing(person(2), None), writing(renamed, Some(0))]).await;
    all(&*store, vec![writing(person(3), None)]).await;
    let met: Vec<_> = store.recent_people(9).await.unwrap().into_iter().map(|person| person.name).collect();
    assert_eq!(met, ["Person 3", "Sari", "Person 1"]);
    assert_eq!(store.claim(9, at(1)).await.unwrap()[0].chat, ChatId(1));
}

/// A desk that has sent one message on its way to chat 10, and another on the same database.
async fn one_on_its_way() -> (Arc<Mongo>, Arc<Mongo>, ClaimedDelivery) {
    let Served { database, store } = Served::fresh().await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "it has looked: there is nothing");
    store.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    let going = store.claim(10, at(1)).await.unwrap().remove(0);
    (store, open_store(&database).await, going)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_was_left_is_not_read_again() {
    let (store, _, going) = one_on_its_way().await;
    let before = store.writes();
    store.settle(vec![(going.id, Outcome::Sent(None))], at(1)).await.unwrap();
    // The chat, that it is empty, the commit.
    assert_eq!(store.writes().commands - before.commands, 3);
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_replica_puts_into_a_chat_is_not_lost_with_it() {
    let (store, other, going) = one_on_its_way().await;
    other.enqueue(vec![text(10, "dua")], at(1)).await.unwrap();
    assert_eq!(other.claim(0, at(1)).await.unwrap(), [], "only taken in");
    store.settle(vec![(going.id, Outcome::Sent(None))], at(1)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    let claimed = store.claim(10, at(3)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["dua"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_chat_that_nobody_here_has_seen_goes_first() {
    let Served { database, store } = Served::fresh().await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "it has looked: there is nothing");
    let other = open_store(&database).await;
    other.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    assert_eq!(other.claim(0, at(1)).await.unwrap(), [], "only taken in");
    store.enqueue(vec![text(10, "dua")], at(1)).await.unwrap();
    for expected in ["satu", "dua"] {
        let claimed = store.claim(10, at(1)).await.unwrap();
        assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), [expected]);
        store.settle(vec![(claimed[0].id, Outcome::Sent(None))], at(1)).await.unwrap();
    }
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_meanwhile_is_somebody_elses_matter() {
    let (store, other, going) = one_on_its_way().await;
    assert_eq!(other.release_orphaned_claims().await.unwrap(), 1);
    store.settle(vec![(going.id, Outcome::Sent(None))], at(1)).await.unwrap();
    let claimed = other.claim(10, at(1)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
    other.settle(vec![(claimed[0].id, Outcome::Sent(None))], at(1)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chats_next_document_is_not_taken_for_its_last() {
    let late = |until| Outcome::Retry { until, unknown: true };
    for outcome in [Outcome::Sent(None), Outcome::Dropped("gone".to_owned()), late(at(1)), late(at(2))] {
        let (store, other, going) = one_on_its_way().await;
        assert_eq!(other.release_orphaned_claims().await.unwrap(), 1);
        let again = other.claim(10, at(1)).await.unwrap().remove(0);
        other.settle(vec![(again.id, Outcome::Sent(None))], at(1)).await.unwrap();
        other.enqueue(vec![text(10, "dua"), text(10, "tiga")], at(1)).await.unwrap();
        let second = other.claim(10, at(1)).await.unwrap().remove(0);
        assert_eq!(said(&second), "dua");
        // It hears only now what became of the first.
        store.settle(vec![(going.id, outcome)], at(1)).await.unwrap();
        assert_eq!(other.pending_deliveries().await.unwrap(), 2);
        other.settle(vec![(second.id, Outcome::Sent(None))], at(1)).await.unwrap();
        let third = other.claim(10, at(3)).await.unwrap();
        assert_eq!(third.iter().map(said).collect::<Vec<_>>(), ["tiga"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_waits_for_its_time_is_known_once_it_has_come() {
    let (store, other, going) = one_on_its_way().await;
    let until = at(2);
    store.settle(vec![(going.id, Outcome::Retry { until, unknown: false })], at(1)).await.unwrap();
    // Woken elsewhere, and left there.
    assert_eq!(other.claim(0, at(3)).await.unwrap(), []);
    store.enqueue(vec![text(10, "dua")], at(3)).await.unwrap();
    let claimed = store.claim(10, at(3)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
}
