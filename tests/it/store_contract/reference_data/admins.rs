//! The role of admins and the open invitations: guards over all admins, and revocation.
use crate::store_contract::fixture::*;
use antri::domain::ids::{PersonId, Version};
use antri::domain::person::invite::{Grant, Invite};
use antri::domain::person::{Person, Role};
use antri::engine::ports::{AdminGuard, Change, CommitError, Cutoffs, Store, Write};
use futures::future::join_all;
use std::sync::Arc;

/// Returns the change that gives a person this role.
fn role(before: &Person, role: Role, guard: AdminGuard) -> Change {
    let person = Person { role, version: before.version.next(), ..before.clone() };
    Change::quiet(Write::AdminRole { person: Box::new(person), expected: before.version, guard })
}

/// Writes these people as customers, and returns them.
async fn people(store: &dyn Store, ids: impl IntoIterator<Item = u64>) -> Vec<Person> {
    let mut people = Vec::new();
    for n in ids {
        commit_one(store, person_write(person(n), None)).await.unwrap();
        people.push(store.person(person_id(n)).await.unwrap().unwrap());
    }
    people
}

async fn admins(store: &dyn Store) -> Vec<PersonId> {
    store.admins().await.unwrap().iter().map(|admin| admin.id).collect()
}

pub(crate) async fn concurrent_claims_make_one_first_admin(store: Arc<dyn Store>) {
    let people = people(&*store, 1..=16).await;
    // In one batch, and in many.
    let batch = people.iter().take(4).map(|p| role(p, Role::Admin, AdminGuard::First)).collect();
    let commits = people.iter().skip(4).map(|p| store.commit(vec![role(p, Role::Admin, AdminGuard::First)]));
    let (first, others) = tokio::join!(store.commit(batch), join_all(commits));
    let results: Vec<_> = first.into_iter().chain(others.into_iter().flatten()).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let refused = |result: &&_| **result == Err(CommitError::Admins);
    assert_eq!(results.iter().filter(refused).count(), 15, "{results:?}");
    assert_eq!(admins(&*store).await.len(), 1);
}

pub(crate) async fn concurrent_removals_leave_one_admin(store: Arc<dyn Store>) {
    let people = people(&*store, 1..=8).await;
    assert_eq!(
        commit_one(&*store, role(&people[0], Role::Customer, AdminGuard::NotLast)).await,
        Err(CommitError::Admins),
        "there is no other admin"
    );
    let mut now = Vec::new();
    for person in &people {
        let admin = Person { role: Role::Admin, version: person.version.next(), ..person.clone() };
        commit_one(&*store, person_write(admin.clone(), Some(person.version.0))).await.unwrap();
        now.push(admin);
    }
    let commits = now.iter().map(|p| store.commit(vec![role(p, Role::Customer, AdminGuard::NotLast)]));
    let results: Vec<_> = join_all(commits).await.into_iter().flatten().collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 7, "{results:?}");
    let left = admins(&*store).await;
    assert_eq!(left.len(), 1);
    // A stale version conflicts, also where the guard allows the change.
    let other = now.iter().find(|person| person.id != left[0]).unwrap();
    let stale = Person { version: Version(0), ..other.clone() };
    assert_eq!(
        commit_one(&*store, role(&stale, Role::Customer, AdminGuard::NotLast)).await,
        Err(CommitError::Conflict)
    );
}

pub(crate) async fn open_invites_are_listed_and_revoked_once(store: Arc<dyn Store>) {
    let invite = |name: char, seconds| Invite {
        code: name.to_string().repeat(32),
        grant: Grant::Agent(vec![department_id(1)]),
        expires_at: at(seconds),
        used_by: None,
        created_by: Some(person_id(1)),
    };
    let [late, soon, used, expired] = [invite('l', 300), invite('s', 200), invite('u', 250), invite('e', 99)];
    for invite in [&late, &soon, &used, &expired] {
        commit_one(&*store, Change::quiet(Write::Invite(invite.clone()))).await.unwrap();
    }
    let taken = Invite { used_by: Some(person_id(2)), ..used.clone() };
    commit_one(&*store, Change::quiet(Write::Invite(taken.clone()))).await.unwrap();
    assert_eq!(store.valid_invites(at(100)).await.unwrap(), [soon.clone(), late.clone()]);
    let revoke = |code: &str| Change::quiet(Write::RevokeInvite(code.to_owned()));
    commit_one(&*store, revoke(&soon.code)).await.unwrap();
    for code in [&soon.code, &used.code, "unknown"] {
        assert_eq!(commit_one(&*store, revoke(code)).await, Err(CommitError::Conflict), "{code}");
    }
    assert_eq!(store.valid_invites(at(100)).await.unwrap(), std::slice::from_ref(&late));
    assert_eq!(store.invite(&soon.code).await.unwrap(), None);
    // A revoked code cannot be used, also not in the same commit.
    let use_late = Invite { used_by: Some(person_id(2)), ..late.clone() };
    let results = store.commit(vec![revoke(&late.code), Change::quiet(Write::Invite(use_late))]).await;
    assert!(results[0].is_ok());
    assert_eq!(results[1], Err(CommitError::Conflict));
    assert_eq!(store.invite(&used.code).await.unwrap(), Some(taken));
}

pub(crate) async fn invites_are_pruned_after_their_end(store: Arc<dyn Store>) {
    let invite = |name: &str, used_by| Invite {
        code: name.repeat(32),
        grant: Grant::Admin,
        expires_at: at(100),
        used_by,
        created_by: None,
    };
    for name in ["a", "b"] {
        commit_one(&*store, Change::quiet(Write::Invite(invite(name, None)))).await.unwrap();
    }
    commit_one(&*store, Change::quiet(Write::Invite(invite("b", Some(person_id(1)))))).await.unwrap();
    let long_ago = at(-1_000);
    store.prune(&Cutoffs { invites: at(100), ..Cutoffs::all(long_ago) }).await.unwrap();
    assert!(store.invite(&"a".repeat(32)).await.unwrap().is_some(), "it ended no earlier than that");
    store.prune(&Cutoffs { invites: long_ago, ..Cutoffs::all(at(999)) }).await.unwrap();
    assert!(store.invite(&"b".repeat(32)).await.unwrap().is_some(), "other cutoffs do not apply");
    store.prune(&Cutoffs { invites: at(101), ..Cutoffs::all(long_ago) }).await.unwrap();
    for name in ["a", "b"] {
        assert_eq!(store.invite(&name.repeat(32)).await.unwrap(), None, "{name}");
    }
}
