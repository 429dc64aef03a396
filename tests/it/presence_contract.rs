//! The presence contract: the requirements of the port and the TTL of the ordered keys, as cases over `&dyn
//! Presence`.
mod foreign_sets;
mod redis;
mod rights;

use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::{MAX_CLIENTS, Presence};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const TTL: Duration = Duration::from_secs(300);

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap()
}

fn agent_id(n: u64) -> PersonId {
    PersonId(Uuid::from_u64_pair(n, 1))
}

fn department_id(n: u64) -> DepartmentId {
    DepartmentId(Uuid::from_u64_pair(n, 2))
}

fn record(n: u64, departments: &[u64], now: Time) -> PresenceRecord {
    PresenceRecord {
        agent_id: agent_id(n),
        name: format!("Agent {n}"),
        email: String::new(),
        department_id: departments.first().map(|d| department_id(*d)),
        department: "Umum".to_owned(),
        department_ids: departments.iter().map(|d| department_id(*d)).collect(),
        status: Availability::Online,
        last_heartbeat: now,
        current_chats: 3,
        max_chats: 5,
    }
}

async fn heartbeat(presence: &dyn Presence, n: u64, departments: &[u64], seconds: i64) {
    presence.heartbeat(record(n, departments, at(seconds)), TTL, at(seconds)).await.unwrap();
}

async fn all(presence: &dyn Presence, seconds: i64) -> Vec<PersonId> {
    presence.all(at(seconds)).await.unwrap().iter().map(|record| record.agent_id).collect()
}

async fn in_department(presence: &dyn Presence, department: u64, seconds: i64) -> Vec<PersonId> {
    let records = presence.in_department(department_id(department), at(seconds)).await.unwrap();
    records.iter().map(|record| record.agent_id).collect()
}

async fn a_heartbeat_lists_the_agent_in_each_of_their_departments(presence: Arc<dyn Presence>) {
    assert_eq!(all(&*presence, 0).await, []);
    assert_eq!(in_department(&*presence, 1, 0).await, []);
    heartbeat(&*presence, 2, &[1, 2], 0).await;
    heartbeat(&*presence, 1, &[1], 0).await;
    heartbeat(&*presence, 3, &[], 0).await;
    assert_eq!(all(&*presence, 0).await, [agent_id(1), agent_id(2), agent_id(3)], "by agent id");
    assert_eq!(in_department(&*presence, 1, 0).await, [agent_id(1), agent_id(2)]);
    assert_eq!(in_department(&*presence, 2, 0).await, [agent_id(2)]);
    assert_eq!(in_department(&*presence, 3, 0).await, []);
    assert_eq!(presence.get(agent_id(2), at(0)).await.unwrap(), Some(record(2, &[1, 2], at(0))));
    assert_eq!(presence.get(agent_id(9), at(0)).await.unwrap(), None);

    let busy = PresenceRecord { status: Availability::Busy, ..record(2, &[1, 2], at(5)) };
    presence.heartbeat(busy.clone(), TTL, at(5)).await.unwrap();
    assert_eq!(presence.get(agent_id(2), at(5)).await.unwrap(), Some(busy), "the last heartbeat counts");
}

async fn a_record_expires_its_ttl_after_the_last_heartbeat(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1], 0).await;
    heartbeat(&*presence, 2, &[1], 0).await;
    heartbeat(&*presence, 2, &[1], 200).await;
    assert!(presence.get(agent_id(1), at(299)).await.unwrap().is_some());
    assert_eq!(presence.get(agent_id(1), at(300)).await.unwrap(), None);
    assert_eq!(in_department(&*presence, 1, 300).await, [agent_id(2)]);
    assert_eq!(all(&*presence, 300).await, [agent_id(2)]);
    assert_eq!(all(&*presence, 500).await, []);
    heartbeat(&*presence, 1, &[1], 501).await;
    assert_eq!(all(&*presence, 501).await, [agent_id(1)], "a heartbeat restores a pruned record");
    assert_eq!(in_department(&*presence, 1, 501).await, [agent_id(1)]);
}

async fn each_heartbeat_has_its_own_ttl(presence: Arc<dyn Presence>) {
    presence.heartbeat(record(1, &[1], at(0)), Duration::from_secs(10), at(0)).await.unwrap();
    presence.heartbeat(record(2, &[1], at(0)), Duration::from_secs(1_000), at(0)).await.unwrap();
    assert_eq!(in_department(&*presence, 1, 10).await, [agent_id(2)]);
    assert_eq!(all(&*presence, 999).await, [agent_id(2)]);
    assert_eq!(all(&*presence, 1_000).await, []);
}

async fn leaving_removes_the_record_at_once(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1, 2], 0).await;
    heartbeat(&*presence, 2, &[1], 0).await;
    presence.leave(agent_id(1), &[department_id(1), department_id(2)]).await.unwrap();
    assert_eq!(presence.get(agent_id(1), at(0)).await.unwrap(), None);
    assert_eq!(all(&*presence, 0).await, [agent_id(2)]);
    assert_eq!(in_department(&*presence, 1, 0).await, [agent_id(2)]);
    assert_eq!(in_department(&*presence, 2, 0).await, []);
    presence.leave(agent_id(1), &[department_id(1)]).await.unwrap();
    presence.leave(agent_id(9), &[]).await.unwrap();
    // The other department sets are pruned when they are read.
    presence.leave(agent_id(2), &[]).await.unwrap();
    assert_eq!(in_department(&*presence, 1, 0).await, []);
}

async fn a_heartbeat_with_other_departments_replaces_the_old_ones(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1, 2], 0).await;
    heartbeat(&*presence, 1, &[2, 3], 10).await;
    assert_eq!(in_department(&*presence, 1, 10).await, []);
    assert_eq!(in_department(&*presence, 2, 10).await, [agent_id(1)]);
    assert_eq!(in_department(&*presence, 3, 10).await, [agent_id(1)]);
    heartbeat(&*presence, 1, &[1], 20).await;
    assert_eq!(in_department(&*presence, 1, 20).await, [agent_id(1)]);
}

async fn each_client_has_a_status_of_its_own_that_expires(presence: Arc<dyn Presence>) {
    let report = async |n: u64, client: &str, status: Availability, seconds: i64| {
        let result = presence.report_client(agent_id(n), (client, status), TTL, at(seconds)).await;
        let mut statuses: Vec<_> = result.unwrap().into_iter().map(Availability::as_str).collect();
        statuses.sort_unstable();
        statuses
    };
    assert_eq!(report(1, "a", Availability::Away, 0).await, ["away"]);
    assert_eq!(report(1, "b", Availability::Online, 100).await, ["away", "online"]);
    assert_eq!(report(2, "a", Availability::Busy, 100).await, ["busy"], "another agent");
    assert_eq!(report(1, "a", Availability::Busy, 200).await, ["busy", "online"], "the last report counts");
    assert_eq!(report(1, "a", Availability::Away, 399).await, ["away", "online"]);
    assert_eq!(report(1, "a", Availability::Away, 400).await, ["away"], "the other one has expired");
    // The oldest are forgotten, so that ids without end take no memory without end.
    for n in 0..u64::try_from(MAX_CLIENTS).unwrap() + 4 {
        report(3, &format!("client {n}"), Availability::Away, i64::try_from(n).unwrap()).await;
    }
    assert_eq!(report(3, "last", Availability::Online, 30).await.len(), MAX_CLIENTS);
}

async fn concurrent_heartbeats_are_all_recorded(presence: Arc<dyn Presence>) {
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let presence = presence.clone();
            tokio::spawn(async move {
                for n in 0..16 {
                    heartbeat(&*presence, task * 16 + n, &[n % 4], 0).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(all(&*presence, 1).await.len(), 1_024);
    assert_eq!(in_department(&*presence, 3, 1).await.len(), 256);
}

/// Runs each case against a back end that is new for each.
macro_rules! presence_contract {
    ($name:ident, $fresh:expr) => {
        presence_contract! { @cases $name, $fresh,
            a_heartbeat_lists_the_agent_in_each_of_their_departments,
            a_record_expires_its_ttl_after_the_last_heartbeat,
            each_heartbeat_has_its_own_ttl,
            leaving_removes_the_record_at_once,
            a_heartbeat_with_other_departments_replaces_the_old_ones,
            each_client_has_a_status_of_its_own_that_expires,
            concurrent_heartbeats_are_all_recorded,
        }
    };
    (@cases $name:ident, $fresh:expr, $($case:ident,)*) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let presence: Arc<dyn Presence> = Arc::new($fresh);
                    super::$case(presence).await;
                }
            )*
        }
    };
}

presence_contract!(memory, antri::presence::Memory::default());
presence_contract!(on_redis, super::redis::TimedRedis::fresh());
