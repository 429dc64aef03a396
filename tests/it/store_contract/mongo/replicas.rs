//! Two replicas on one MongoDB database: what one has written, the other decides by.
use super::{Served, open_store, shell};
use crate::store_contract::Backend;
use crate::store_contract::fixture::*;
use crate::store_contract::immediate_assignment::{open_and_assign, opened_and_given};
use crate::store_contract::reference_data::department;
use crate::store_contract::statistics::{check_history, some_history, stored};
use antri::domain::ids::{ChatId, Version};
use antri::domain::person::{Availability, Locale, Person, Role};
use antri::domain::policy::Mode;
use antri::domain::ticket::{Priority, RETURN_DELAY, Status, Ticket};
use antri::engine::ports::{
    Change, CommitError, DirectoryStore, Guard, OutboxStore, Store, TicketStore, Write,
};
use antri::engine::random::Random;
use antri::engine::{Engine, EngineConfig};
use antri::presence::Memory;
use antri::store::Mongo;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use std::sync::Arc;
use std::time::Duration;

/// A replica that has opened a ticket and assigned it to its agent, and another on the same database that has done nothing yet.
async fn two_replicas(agents: u64, max: u16) -> (Arc<Mongo>, Arc<Mongo>) {
    let Served { database, store } = Served::fresh().await;
    join(&*store, 1..=agents, max).await;
    assert_eq!(opened_and_given(&*store, ticket(1), 1, 0).await, (true, true));
    (store, open_store(&database).await)
}

/// Returns how many commands a commit takes that nothing conflicts with.
async fn commands(store: &Mongo, changes: Vec<Change>) -> u64 {
    let before = store.writes();
    commit_all(store, changes).await;
    let after = store.writes();
    assert_eq!(after.transactions - before.transactions, 1);
    after.commands - before.commands
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_as_many_commands_as_one_change() {
    let Served { store, .. } = Served::fresh().await;
    join(&*store, 1..=50, 5).await;
    // The queue's head, the agents and their update, the content, the arrival, the insert and the update of the ticket, the roll-ups, the commit.
    assert_eq!(commands(&store, open_and_assign(&ticket(1), 1, 0)).await, 9);
    assert_eq!(commands(&store, (2..=50).flat_map(|n| open_and_assign(&ticket(n), n, 0)).collect()).await, 9);
    // The ticket, its agent, the updates of both, the roll-ups, the commit.
    let done = read(&*store, ticket_id(1)).await.complete(person_id(1), at(200)).unwrap();
    assert_eq!(commands(&store, vec![ticket_update(done, Guard::None)]).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_went_offline_at_another_replica_gets_nothing() {
    let (store, other) = two_replicas(1, 5).await;
    let mut gone = agent(1, 5);
    gone.version = Version(1);
    gone.agent.as_mut().unwrap().availability = Availability::Offline;
    commit_all(&*other, vec![person_write(gone, Some(0))]).await;
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 1).await, (true, false));
    assert_eq!(read(&*other, ticket_id(2)).await.status(), Status::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_another_replica_gave_is_not_given_twice() {
    let (store, other) = two_replicas(1, 3).await;
    assert_eq!(opened_and_given(&*other, ticket(2), 1, 1).await, (true, true));
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "the slot is taken");
    let waiting = read(&*store, ticket_id(3)).await;
    commit_one(&*store, assignment(&waiting, 1, 2, Guard::Eligible)).await.unwrap();
    let held = other.held_by(person_id(1)).await.unwrap();
    assert_eq!(held.len(), 3);
    assert_eq!(opened_and_given(&*other, ticket(4), 1, 3).await, (true, false), "above the capacity");
}

#[tokio::test(flavor = "multi_thread")]
async fn room_that_another_replica_made_is_seen() {
    let (store, other) = two_replicas(1, 1).await;
    let done = read(&*other, ticket_id(1)).await.complete(person_id(1), at(200)).unwrap();
    commit_one(&*other, ticket_update(done, Guard::None)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, true), "there is room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_another_replica_updated_is_not_overwritten() {
    let (store, other) = two_replicas(1, 5).await;
    let known = read(&*store, ticket_id(1)).await;
    let paused = known.pause(person_id(1)).unwrap();
    commit_one(&*other, ticket_update(paused.clone(), Guard::None)).await.unwrap();
    let late =
        commit_one(&*store, ticket_update(known.complete(person_id(1), at(200)).unwrap(), Guard::None)).await;
    assert_eq!(late, Err(CommitError::Conflict));
    assert_eq!(read(&*store, ticket_id(1)).await, paused);
    let done = paused.complete(person_id(1), at(200)).unwrap();
    commit_one(&*store, ticket_update(done.clone(), Guard::None)).await.unwrap();
    assert_eq!(read(&*other, ticket_id(1)).await, done);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_stale_change_of_a_batch_is_refused() {
    let (store, other) = two_replicas(2, 5).await;
    commit_all(&*store, open_and_assign(&ticket(2), 2, 0)).await;
    let (first, second) = (read(&*store, ticket_id(1)).await, read(&*store, ticket_id(2)).await);
    commit_one(&*other, ticket_update(first.pause(person_id(1)).unwrap(), Guard::None)).await.unwrap();
    let done = |ticket: &Ticket, agent| {
        ticket_update(ticket.complete(person_id(agent), at(200)).unwrap(), Guard::None)
    };
    let fates = store.commit(vec![done(&first, 1), done(&second, 2)]).await;
    assert_eq!(fates[0], Err(CommitError::Conflict));
    assert!(fates[1].is_ok(), "{fates:?}");
    assert_eq!(read(&*other, ticket_id(1)).await.status(), Status::Pending);
    assert_eq!(read(&*other, ticket_id(2)).await.status(), Status::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_waits_at_another_replica_is_not_overtaken() {
    let (store, other) = two_replicas(1, 5).await;
    let waiting = open(&*other, ticket(2)).await;
    assert_eq!(opened_and_given(&*store, ticket(3), 1, 1).await, (true, false), "one waits");
    commit_one(&*other, assignment(&waiting, 1, 1, Guard::Eligible)).await.unwrap();
    let third = read(&*store, ticket_id(3)).await;
    commit_one(&*store, assignment(&third, 1, 2, Guard::Eligible)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(4), 1, 3).await, (true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_another_replica_requeued_is_not_overtaken() {
    let (store, other) = two_replicas(1, 5).await;
    let held = read(&*other, ticket_id(1)).await;
    commit_one(&*other, ticket_update(held.release(false, at(9)).unwrap(), Guard::None)).await.unwrap();
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 1).await, (true, false), "one waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_freed_before_it_is_taken_in_any_order_of_documents() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 1).await;
    commit_all(&*store, open_and_assign(&ticket(1), 1, 0)).await;
    let held = read(&*store, ticket_id(1)).await;
    // Behind any new document: a process may have a clock that is fast.
    let queue = shell(&database).await.collection::<Document>("ticket_queue");
    let mut row = queue.find_one_and_delete(doc! {}).await.unwrap().unwrap();
    row.extend(doc! { "_id": ObjectId::from_bytes([0xff; 12]), "holding": false, "slot": Bson::Null });
    queue.insert_one(row).await.unwrap();
    queue.update_one(doc! {}, doc! { "$set": { "holding": true, "slot": 0 } }).await.unwrap();
    let store = open_store(&database).await;
    let done = ticket_update(held.complete(person_id(1), at(200)).unwrap(), Guard::None);
    commit_all(&*store, [vec![done], open_and_assign(&ticket(2), 1, 0)].concat()).await;
    let all_held = store.all_held().await.unwrap();
    assert_eq!(all_held.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [ticket_id(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_no_agent_any_more_has_no_status() {
    let (store, other) = two_replicas(1, 5).await;
    let done = read(&*store, ticket_id(1)).await.complete(person_id(1), at(200)).unwrap();
    commit_all(&*store, vec![ticket_update(done, Guard::None)]).await;
    let customer = |version| Person { version: Version(version), ..person(1) };
    commit_all(&*other, vec![person_write(customer(1), Some(0))]).await;
    commit_all(&*other, vec![person_write(Person { version: Version(2), ..agent(1, 5) }, Some(1))]).await;
    commit_all(&*store, vec![person_write(customer(3), Some(2))]).await;
    assert_eq!(opened_and_given(&*store, ticket(2), 1, 0).await, (true, false), "no agent");
    assert_eq!(other.agents().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_stale_one_of_fifty_changes_is_refused() {
    let (store, other) = two_replicas(50, 5).await;
    commit_all(&*store, (2..=50).flat_map(|n| open_and_assign(&ticket(n), n, 0)).collect()).await;
    let mut held = Vec::new();
    for n in 1..=50 {
        held.push(read(&*store, ticket_id(n)).await);
    }
    let paused = held[39].pause(person_id(40)).unwrap();
    commit_one(&*other, ticket_update(paused.clone(), Guard::None)).await.unwrap();
    let done = held.iter().zip(1..).map(|(ticket, agent)| {
        ticket_update(ticket.complete(person_id(agent), at(200)).unwrap(), Guard::None)
    });
    let fates = store.commit(done.collect()).await;
    let refused: Vec<_> = fates.iter().enumerate().filter(|(_, fate)| fate.is_err()).collect();
    assert_eq!(refused, [(39, &Err(CommitError::Conflict))]);
    assert_eq!(other.all_held().await.unwrap(), [paused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_any_bson_type_are_read() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 5).await;
    let db = shell(&database).await;
    let agents = db.collection::<Document>("agent_status");
    // Removed by a person in a shell.
    agents.update_one(doc! {}, doc! { "$unset": { "revision": "" } }).await.unwrap();
    commit_all(&*store, open_and_assign(&ticket(1), 1, 0)).await;
    // Written by a person in a shell.
    let store = open_store(&database).await;
    agents.update_one(doc! {}, doc! { "$set": { "revision": 7_i32 } }).await.unwrap();
    let queue = db.collection::<Document>("ticket_queue");
    queue.update_one(doc! {}, doc! { "$set": { "version": 1_i32 } }).await.unwrap();
    let held = read(&*store, ticket_id(1)).await;
    commit_all(&*store, vec![ticket_update(held.pause(person_id(1)).unwrap(), Guard::None)]).await;
    commit_all(&*store, open_and_assign(&ticket(2), 1, 1)).await;
    assert_eq!(agents.find_one(doc! {}).await.unwrap().unwrap().get_i64("revision"), Ok(8));
    assert_eq!(store.held_by(person_id(1)).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_created_and_updated_in_one_commit_keeps_their_place() {
    let store = Served::fresh().await.store;
    commit_all(&*store, vec![person_write(person(1), None)]).await;
    let renamed = Person { name: "Sari".to_owned(), version: Version(1), ..person(2) };
    let notice = Change { notices: vec![text(1, "hai")], ..Change::quiet(Write::Nothing) };
    commit_all(&*store, vec![notice, person_write(person(2), None), person_write(renamed, Some(0))]).await;
    commit_all(&*store, vec![person_write(person(3), None)]).await;
    let met: Vec<_> = store.recent_people(9).await.unwrap().into_iter().map(|person| person.name).collect();
    assert_eq!(met, ["Person 3", "Sari", "Person 1"]);
    assert_eq!(store.claim(9, at(1)).await.unwrap()[0].chat, ChatId(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_is_read_as_any_replica_has_written_them() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    let speaking = |locale, version| Person { locale, version: Version(version), ..person(1) };
    let locale = async || store.recipient(person(1).chat()).await.unwrap().unwrap().locale;
    commit_all(&*store, vec![person_write(speaking(Locale::Id, 0), None)]).await;
    assert_eq!(locale().await, Locale::Id);
    commit_all(&*other, vec![person_write(speaking(Locale::En, 1), Some(0))]).await;
    assert_eq!(locale().await, Locale::En);
    let late = store.commit(vec![person_write(speaking(Locale::Id, 1), Some(0))]).await;
    assert_eq!(late[0], Err(CommitError::Conflict));
    assert_eq!(locale().await, Locale::En);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_department_is_as_this_replica_has_written_it_and_soon_as_others_have() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    let named = |name: &str, version| {
        let mut department = department(1, name);
        department.version = Version(version);
        let expected = version.checked_sub(1).map(Version);
        Change::quiet(Write::Department { department, expected })
    };
    let name = async || store.department(department_id(1)).await.unwrap().unwrap().name;
    commit_all(&*store, vec![named("Satu", 0)]).await;
    for version in 1..20 {
        assert!(!name().await.is_empty(), "now it is cached");
        let new = format!("Nama {version}");
        commit_all(&*store, vec![named(&new, version)]).await;
        assert_eq!(name().await, new, "written here");
    }
    commit_all(&*other, vec![named("Lain", 20)]).await;
    assert_eq!(store.departments().await.unwrap()[0].name, "Lain", "not cached");
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(name().await, "Lain");
}

/// A verb that writes nothing if nothing changes must not decide by a cached value.
#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_another_replica_has_just_changed_is_changed_back() {
    let Served { database, store } = Served::fresh().await;
    let engine = |store| {
        let config = EngineConfig {
            zone: chrono_tz::Asia::Jakarta,
            default_locale: Locale::Id,
            admin_ids: Vec::new(),
            presence_ttl: Duration::from_secs(60),
            return_delay: RETURN_DELAY,
        };
        Engine::new(store, Arc::new(Memory::default()), config, Random::seeded(7))
    };
    let (here, there) = (engine(store), engine(open_store(&database).await));
    let admin = Person { role: Role::Admin, ..person(1) };
    for _ in 0..10 {
        let cached = here.store().opening_context(department_id(1), Priority::Normal).await.unwrap();
        assert_eq!(cached.settings.mode, Mode::Auto);
        there.change_settings(&admin, at(1), |settings| settings.mode = Mode::Manual).await.unwrap();
        here.change_settings(&admin, at(1), |settings| settings.mode = Mode::Auto).await.unwrap();
        assert_eq!(there.store().settings().await.unwrap().mode, Mode::Auto);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roll_ups_are_the_sum_of_what_each_replica_counted() {
    for seed in 0..4 {
        let Served { database, store } = Served::fresh().await;
        let stores: [Arc<dyn Store>; 2] = [store, open_store(&database).await];
        let (before, _) = check_history(&stores, &some_history(seed)).await;
        // A third one takes over what the others have counted, and they go on.
        let third = open_store(&database).await;
        assert_eq!(stored(&*third).await, before);
        assert_eq!(stored(&*stores[0]).await, before);
    }
}
