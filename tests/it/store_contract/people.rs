//! People: lookups, unique ids, and writes with a version.
use super::fixture::*;
use antri::domain::ids::{TelegramId, Version};
use antri::domain::person::ban::Ban;
use antri::domain::person::{Locale, Person, Role};
use antri::engine::ports::{CommitError, Guard, Store, UniqueKey};
use std::sync::Arc;

async fn stored(store: &dyn Store, n: u64) -> Person {
    store.person(person_id(n)).await.unwrap().unwrap()
}

pub(crate) async fn people_are_found_by_id_telegram_id_and_username(store: Arc<dyn Store>) {
    let budi = Person {
        username: Some("Budi_Santoso".to_owned()),
        email: Some("budi@example.com".to_owned()),
        locale: Locale::En,
        locale_chosen: true,
        role: Role::Admin,
        reachable: false,
        ..agent(1, 7)
    };
    commit_all(&*store, vec![person_write(budi.clone(), None), person_write(person(2), None)]).await;
    assert_eq!(store.person(person_id(1)).await.unwrap(), Some(budi.clone()));
    assert_eq!(store.person_by_telegram(TelegramId(1_001)).await.unwrap(), Some(budi.clone()));
    for name in ["Budi_Santoso", "budi_santoso", "BUDI_SANTOSO"] {
        assert_eq!(store.person_by_username(name).await.unwrap(), Some(budi.clone()), "{name}");
    }
    assert_eq!(store.person_by_username("budi").await.unwrap(), None);
    assert_eq!(store.person_by_username("").await.unwrap(), None);
    assert_eq!(store.person(person_id(3)).await.unwrap(), None);
    assert_eq!(store.person_by_telegram(TelegramId(9)).await.unwrap(), None);
    let listed = vec![budi.clone()];
    assert_eq!(store.admins().await.unwrap(), listed, "an admin can be an agent too");
    assert_eq!(store.agents().await.unwrap(), listed);

    let plain = Person { role: Role::Customer, username: None, version: Version(1), ..budi };
    commit_one(&*store, person_write(plain.clone(), Some(0))).await.unwrap();
    assert_eq!(stored(&*store, 1).await, plain);
    assert_eq!(store.admins().await.unwrap(), []);
    assert_eq!(store.person_by_username("budi_santoso").await.unwrap(), None);
}

pub(crate) async fn former_usernames_are_found_at_other_people(store: Arc<dyn Store>) {
    let former = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let first = Person { former_usernames: former(&["budi", "agen_budi"]), ..person(1) };
    commit_all(&*store, vec![person_write(first.clone(), None), person_write(person(2), None)]).await;
    assert_eq!(stored(&*store, 1).await, first);
    for name in ["budi", "BUDI", "agen_budi"] {
        assert!(store.was_username_of_other(name, person_id(2)).await.unwrap(), "{name}");
        assert!(!store.was_username_of_other(name, person_id(1)).await.unwrap(), "{name}: their own");
    }
    assert!(!store.was_username_of_other("bud", person_id(2)).await.unwrap());
    // Two people had it.
    let second = Person { former_usernames: former(&["budi"]), version: Version(1), ..person(2) };
    commit_one(&*store, person_write(second, Some(0))).await.unwrap();
    assert!(store.was_username_of_other("budi", person_id(1)).await.unwrap());
    // An erasure forgets the names.
    let erased = Person { former_usernames: Vec::new(), version: Version(1), ..first };
    commit_one(&*store, person_write(erased, Some(0))).await.unwrap();
    assert!(!store.was_username_of_other("agen_budi", person_id(2)).await.unwrap());
    assert!(!store.was_username_of_other("budi", person_id(2)).await.unwrap());
}

pub(crate) async fn telegram_ids_are_unique(store: Arc<dyn Store>) {
    commit_all(&*store, vec![person_write(person(1), None), person_write(person(2), None)]).await;
    let duplicate = Err(CommitError::Duplicate(UniqueKey::Telegram));
    let third = Person { telegram: TelegramId(1_001), ..person(3) };
    assert_eq!(commit_one(&*store, person_write(third, None)).await, duplicate, "a new person");
    let second = Person { telegram: TelegramId(1_001), version: Version(1), ..person(2) };
    assert_eq!(commit_one(&*store, person_write(second, Some(0))).await, duplicate, "a changed person");
    assert_eq!(stored(&*store, 2).await, person(2));
    assert_eq!(commit_one(&*store, person_write(person(1), None)).await, duplicate, "the same person again");
    let clash = Person { telegram: TelegramId(5), ..person(1) };
    assert_eq!(
        commit_one(&*store, person_write(clash, None)).await,
        Err(CommitError::Conflict),
        "only the person id is taken"
    );
}

fn with_alias(n: u64, version: u64, alias: Option<&str>) -> Person {
    let mut person = Person { version: Version(version), ..agent(n, 5) };
    person.agent.as_mut().unwrap().alias = alias.map(str::to_owned);
    person
}

pub(crate) async fn aliases_of_agents_are_unique(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 5).await;
    let rina = with_alias(1, 1, Some("Rina"));
    commit_one(&*store, person_write(rina.clone(), Some(0))).await.unwrap();
    assert_eq!(stored(&*store, 1).await, rina);
    let duplicate = Err(CommitError::Duplicate(UniqueKey::Alias));
    for same in ["Rina", "RINA", "Rína!"] {
        let write = person_write(with_alias(2, 1, Some(same)), Some(0));
        assert_eq!(commit_one(&*store, write).await, duplicate, "{same}");
    }
    let new = person_write(with_alias(3, 0, Some("rina")), None);
    assert_eq!(commit_one(&*store, new).await, duplicate, "a new person");
    assert_eq!(stored(&*store, 2).await.version, Version(0));
    commit_one(&*store, person_write(with_alias(1, 2, Some("RINA")), Some(1))).await.unwrap();
    // One commit clears it and gives it to another.
    let clear = person_write(with_alias(1, 3, None), Some(2));
    let take = person_write(with_alias(2, 1, Some("Rina")), Some(0));
    commit_all(&*store, vec![clear, take]).await;
    // It is free again when its agent is none any more.
    let former = Person { agent: None, ..with_alias(2, 2, None) };
    commit_one(&*store, person_write(former, Some(1))).await.unwrap();
    commit_one(&*store, person_write(with_alias(1, 4, Some("Rina")), Some(3))).await.unwrap();
}

pub(crate) async fn concurrent_writes_of_one_alias_have_one_winner(store: Arc<dyn Store>) {
    join(&*store, 1..=6, 5).await;
    let write = |n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            commit_one(&*store, person_write(with_alias(n, 1, Some("Rina")), Some(0))).await
        })
    };
    let (mut won, writes) = (0, (1..=6).map(write).collect::<Vec<_>>());
    for written in writes {
        match written.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error, CommitError::Duplicate(UniqueKey::Alias)),
        }
    }
    assert_eq!(won, 1);
}

pub(crate) async fn a_person_write_with_a_stale_version_conflicts(store: Arc<dyn Store>) {
    commit_one(&*store, person_write(person(1), None)).await.unwrap();
    let renamed = Person { name: "Siti".to_owned(), version: Version(1), ..person(1) };
    commit_one(&*store, person_write(renamed.clone(), Some(0))).await.unwrap();
    let late = Person { name: "Sita".to_owned(), version: Version(1), ..person(1) };
    assert_eq!(commit_one(&*store, person_write(late, Some(0))).await, Err(CommitError::Conflict));
    let unknown = Person { version: Version(1), ..person(2) };
    assert_eq!(commit_one(&*store, person_write(unknown, Some(0))).await, Err(CommitError::Conflict));
    assert_eq!(stored(&*store, 1).await, renamed);
    assert_eq!(store.person(person_id(2)).await.unwrap(), None);
}

pub(crate) async fn agents_are_listed_in_assignment_order(store: Arc<dyn Store>) {
    let ordered = |n, order| {
        let mut person = agent(n, 5);
        person.agent.as_mut().unwrap().assignment_order = order;
        person_write(person, None)
    };
    commit_all(&*store, vec![ordered(1, 30), ordered(2, 10), person_write(person(3), None), ordered(4, 20)])
        .await;
    let listed = || async { store.agents().await.unwrap().iter().map(|p| p.id).collect::<Vec<_>>() };
    assert_eq!(listed().await, [person_id(2), person_id(4), person_id(1)]);

    let t = open(&*store, ticket(1)).await;
    let former = Person { agent: None, role: Role::Customer, version: Version(1), ..agent(4, 5) };
    commit_one(&*store, person_write(former, Some(0))).await.unwrap();
    assert_eq!(listed().await, [person_id(2), person_id(1)]);
    assert_eq!(commit_one(&*store, assignment(&t, 4, 0, Guard::Override)).await, Err(CommitError::Conflict));
}

pub(crate) async fn a_person_write_keeps_last_assigned_and_last_activity(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let read_before = stored(&*store, 1).await;
    let t = open(&*store, ticket(1)).await;
    commit_one(&*store, assignment(&t, 1, 0, Guard::Eligible)).await.unwrap();
    store.record_activity(person_id(1), at(500)).await.unwrap();

    let renamed = Person { name: "Rini".to_owned(), version: Version(1), ..read_before };
    commit_one(&*store, person_write(renamed, Some(0))).await.unwrap();
    let found = stored(&*store, 1).await;
    let profile = found.agent.as_ref().unwrap();
    assert_eq!((found.name.as_str(), found.version), ("Rini", Version(1)));
    assert_eq!((profile.last_assigned, profile.last_activity), (Some(at(100)), at(500)));

    // A new agent profile has no stored values yet, so those of the write count.
    commit_one(&*store, person_write(person(2), None)).await.unwrap();
    let mut joined = agent(2, 5);
    joined.version = Version(1);
    joined.agent.as_mut().unwrap().last_activity = at(77);
    commit_one(&*store, person_write(joined.clone(), Some(0))).await.unwrap();
    assert_eq!(stored(&*store, 2).await, joined);
}

pub(crate) async fn last_activity_never_moves_back(store: Arc<dyn Store>) {
    join(&*store, [1], 5).await;
    let last_activity = || async { stored(&*store, 1).await.agent.unwrap().last_activity };
    store.record_activity(person_id(1), at(50)).await.unwrap();
    assert_eq!(last_activity().await, at(50));
    store.record_activity(person_id(1), at(40)).await.unwrap();
    assert_eq!(last_activity().await, at(50));
    assert_eq!(stored(&*store, 1).await.version, Version(0), "the version does not change");
    store.record_activity(person_id(9), at(50)).await.unwrap();
    assert_eq!(store.person(person_id(9)).await.unwrap(), None);
}

pub(crate) async fn recent_people_are_listed_newest_first(store: Arc<dyn Store>) {
    assert_eq!(store.recent_people(5).await.unwrap(), []);
    commit_all(
        &*store,
        vec![person_write(person(3), None), person_write(agent(1, 5), None), person_write(person(2), None)],
    )
    .await;
    assert_eq!(store.recent_people(5).await.unwrap(), [person(2), agent(1, 5), person(3)]);
    assert_eq!(store.recent_people(2).await.unwrap(), [person(2), agent(1, 5)]);
    assert_eq!(store.recent_people(0).await.unwrap(), []);
    let renamed = Person { name: "Siti".to_owned(), version: Version(1), ..person(3) };
    commit_one(&*store, person_write(renamed.clone(), Some(0))).await.unwrap();
    let again = store.recent_people(5).await.unwrap();
    assert_eq!(again, [person(2), agent(1, 5), renamed], "a change does not move a person");
}

pub(crate) async fn banned_people_are_listed_newest_first(store: Arc<dyn Store>) {
    let ban =
        |n: u64| Ban { at: at(5), by: person_id(9), reason: Some(format!("alasan {n}")), notified: false };
    commit_all(&*store, (1..=4).map(|n| person_write(person(n), None)).collect()).await;
    for n in [1, 2, 4] {
        let banned = Person { banned: Some(ban(n)), version: Version(1), ..person(n) };
        commit_one(&*store, person_write(banned.clone(), Some(0))).await.unwrap();
        assert_eq!(store.person(person_id(n)).await.unwrap(), Some(banned));
    }
    let listed = async |limit| {
        let people = store.banned_people(limit).await.unwrap();
        people.iter().map(|person| person.telegram.0 - 1_000).collect::<Vec<_>>()
    };
    assert_eq!(listed(9).await, [4, 2, 1]);
    assert_eq!((listed(2).await, listed(0).await), (vec![4, 2], vec![]));
    let free = Person { version: Version(2), ..person(2) };
    commit_one(&*store, person_write(free, Some(1))).await.unwrap();
    // Staff are not banned.
    let promoted = Person { banned: Some(ban(4)), version: Version(2), ..agent(4, 5) };
    let promoted = Person { telegram: person(4).telegram, ..promoted };
    commit_one(&*store, person_write(promoted, Some(1))).await.unwrap();
    assert_eq!(listed(9).await, [1]);
}
