//! What every presence must do: the sentences of the port and the life of the ordered keys, over `&dyn Presence`.
mod redis;

use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::Presence;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const TTL: Duration = Duration::from_secs(300);

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap()
}

fn who(n: u64) -> PersonId {
    PersonId(Uuid::from_u64_pair(n, 1))
}

fn dept(n: u64) -> DepartmentId {
    DepartmentId(Uuid::from_u64_pair(n, 2))
}

fn record(n: u64, departments: &[u64], now: Time) -> PresenceRecord {
    PresenceRecord {
        agent_id: who(n),
        name: format!("Agent {n}"),
        email: String::new(),
        department_id: departments.first().map(|d| dept(*d)),
        department: "Umum".to_owned(),
        department_ids: departments.iter().map(|d| dept(*d)).collect(),
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

async fn of(presence: &dyn Presence, department: u64, seconds: i64) -> Vec<PersonId> {
    let records = presence.in_department(dept(department), at(seconds)).await.unwrap();
    records.iter().map(|record| record.agent_id).collect()
}

async fn a_beat_is_seen_everywhere_it_belongs(presence: Arc<dyn Presence>) {
    assert_eq!(all(&*presence, 0).await, []);
    assert_eq!(of(&*presence, 1, 0).await, []);
    heartbeat(&*presence, 2, &[1, 2], 0).await;
    heartbeat(&*presence, 1, &[1], 0).await;
    heartbeat(&*presence, 3, &[], 0).await;
    assert_eq!(all(&*presence, 0).await, [who(1), who(2), who(3)], "by agent id");
    assert_eq!(of(&*presence, 1, 0).await, [who(1), who(2)]);
    assert_eq!(of(&*presence, 2, 0).await, [who(2)]);
    assert_eq!(of(&*presence, 3, 0).await, []);
    assert_eq!(presence.get(who(2), at(0)).await.unwrap(), Some(record(2, &[1, 2], at(0))));
    assert_eq!(presence.get(who(9), at(0)).await.unwrap(), None);

    let busy = PresenceRecord { status: Availability::Busy, ..record(2, &[1, 2], at(5)) };
    presence.heartbeat(busy.clone(), TTL, at(5)).await.unwrap();
    assert_eq!(presence.get(who(2), at(5)).await.unwrap(), Some(busy), "the last beat counts");
}

async fn a_record_lives_for_its_time_from_the_last_beat(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1], 0).await;
    heartbeat(&*presence, 2, &[1], 0).await;
    heartbeat(&*presence, 2, &[1], 200).await;
    assert!(presence.get(who(1), at(299)).await.unwrap().is_some());
    assert_eq!(presence.get(who(1), at(300)).await.unwrap(), None);
    assert_eq!(of(&*presence, 1, 300).await, [who(2)]);
    assert_eq!(all(&*presence, 300).await, [who(2)]);
    assert_eq!(all(&*presence, 500).await, []);
    heartbeat(&*presence, 1, &[1], 501).await;
    assert_eq!(all(&*presence, 501).await, [who(1)], "whoever was pruned comes back with a beat");
    assert_eq!(of(&*presence, 1, 501).await, [who(1)]);
}

async fn each_beat_has_its_own_time(presence: Arc<dyn Presence>) {
    presence.heartbeat(record(1, &[1], at(0)), Duration::from_secs(10), at(0)).await.unwrap();
    presence.heartbeat(record(2, &[1], at(0)), Duration::from_secs(1_000), at(0)).await.unwrap();
    assert_eq!(of(&*presence, 1, 10).await, [who(2)]);
    assert_eq!(all(&*presence, 999).await, [who(2)]);
    assert_eq!(all(&*presence, 1_000).await, []);
}

async fn who_leaves_is_gone_at_once(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1, 2], 0).await;
    heartbeat(&*presence, 2, &[1], 0).await;
    presence.leave(who(1), &[dept(1), dept(2)]).await.unwrap();
    assert_eq!(presence.get(who(1), at(0)).await.unwrap(), None);
    assert_eq!(all(&*presence, 0).await, [who(2)]);
    assert_eq!(of(&*presence, 1, 0).await, [who(2)]);
    assert_eq!(of(&*presence, 2, 0).await, []);
    presence.leave(who(1), &[dept(1)]).await.unwrap();
    presence.leave(who(9), &[]).await.unwrap();
    // Departments that were not named are pruned when they are read.
    presence.leave(who(2), &[]).await.unwrap();
    assert_eq!(of(&*presence, 1, 0).await, []);
}

async fn who_changes_departments_is_seen_in_the_new_ones_only(presence: Arc<dyn Presence>) {
    heartbeat(&*presence, 1, &[1, 2], 0).await;
    heartbeat(&*presence, 1, &[2, 3], 10).await;
    assert_eq!(of(&*presence, 1, 10).await, []);
    assert_eq!(of(&*presence, 2, 10).await, [who(1)]);
    assert_eq!(of(&*presence, 3, 10).await, [who(1)]);
    heartbeat(&*presence, 1, &[1], 20).await;
    assert_eq!(of(&*presence, 1, 20).await, [who(1)]);
}

async fn many_agents_beat_at_once(presence: Arc<dyn Presence>) {
    let beats: Vec<_> = (0..64)
        .map(|task| {
            let presence = presence.clone();
            tokio::spawn(async move {
                for n in 0..16 {
                    heartbeat(&*presence, task * 16 + n, &[n % 4], 0).await;
                }
            })
        })
        .collect();
    for task in beats {
        task.await.unwrap();
    }
    assert_eq!(all(&*presence, 1).await.len(), 1_024);
    assert_eq!(of(&*presence, 3, 1).await.len(), 256);
}

/// Runs each case against a back end, fresh for each.
macro_rules! presence_contract {
    ($name:ident, $fresh:expr) => {
        presence_contract! { @cases $name, $fresh,
            a_beat_is_seen_everywhere_it_belongs,
            a_record_lives_for_its_time_from_the_last_beat,
            each_beat_has_its_own_time,
            who_leaves_is_gone_at_once,
            who_changes_departments_is_seen_in_the_new_ones_only,
            many_agents_beat_at_once,
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
presence_contract!(on_redis, super::redis::Timed::fresh());
