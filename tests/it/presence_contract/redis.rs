//! Presence on a real Redis: the contract, the ordered keys, and what is known when the server is in trouble.
use super::{TTL, all, at, dept, heartbeat, of, record, who};
use crate::support::redis::RedisServer;
use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::{Presence, PresenceError};
use antri::presence::Redis;
use async_trait::async_trait;
use futures::future::join_all;
use redis::Commands;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So many of the server's seconds are one of the test's: what the test itself takes does not count.
const SLOWER: u32 = 10_000;

/// Redis with the contract's clock: when that has moved on, the server's keys have as much less to live.
pub(super) struct Timed {
    redis: Redis,
    server: RedisServer,
    reached: Mutex<Time>,
}

impl Timed {
    pub(super) fn fresh() -> Self {
        let server = RedisServer::start();
        Self { redis: Redis::open(&server.url()).unwrap(), server, reached: Mutex::new(at(0)) }
    }

    fn reach(&self, now: Time) {
        let mut reached = self.reached.lock().unwrap();
        let passed = (now - *reached).num_milliseconds() * i64::from(SLOWER);
        *reached = now;
        if passed > 0 {
            let mut connection = self.server.connect();
            for key in connection.keys::<_, Vec<String>>("*").unwrap() {
                let left: i64 = connection.pttl(&key).unwrap();
                let _: bool = connection.pexpire(&key, left - passed).unwrap();
            }
        }
    }
}

#[async_trait]
impl Presence for Timed {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        self.reach(now);
        self.redis.heartbeat(record, ttl * SLOWER, now).await
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.redis.leave(agent, departments).await
    }

    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        self.reach(now);
        self.redis.get(agent, now).await
    }

    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.reach(now);
        self.redis.all(now).await
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.reach(now);
        self.redis.in_department(department, now).await
    }

    async fn memory_bytes(&self) -> Result<u64, PresenceError> {
        self.redis.memory_bytes().await
    }
}

fn start() -> (RedisServer, Redis) {
    let server = RedisServer::start();
    let redis = Redis::open(&server.url()).unwrap();
    (server, redis)
}

/// Whether so many milliseconds are left of this time to live: all of it, but for what the test has taken.
fn fresh(left: i64, ttl: Duration) -> bool {
    let ttl = i64::try_from(ttl.as_millis()).unwrap();
    left <= ttl && left > ttl - 100_000
}

#[tokio::test]
async fn the_keys_are_the_ordered_ones() {
    let (server, redis) = start();
    heartbeat(&redis, 1, &[1, 2], 0).await;
    heartbeat(&redis, 2, &[1], 0).await;
    let mut connection = server.connect();
    let keys: BTreeSet<String> = connection.keys("*").unwrap();
    let ordered = [
        format!("agent:online:{}", who(1)),
        format!("agent:online:{}", who(2)),
        "agents:all".to_owned(),
        format!("agents:dept:{}", dept(1)),
        format!("agents:dept:{}", dept(2)),
    ];
    assert_eq!(keys, ordered.clone().into_iter().collect());

    let text: String = connection.get(&ordered[0]).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        record,
        json!({
            "agent_id": who(1), "name": "Agent 1", "email": "", "department_id": dept(1), "department": "Umum",
            "department_ids": [dept(1), dept(2)], "status": "online", "last_heartbeat": "2025-12-04T06:52:53Z",
            "current_chats": 3, "max_chats": 5,
        })
    );
    let members: BTreeSet<String> = connection.smembers("agents:all").unwrap();
    assert_eq!(members, [who(1).to_string(), who(2).to_string()].into());
    assert!(fresh(connection.pttl(&ordered[0]).unwrap(), TTL));
    for set in &ordered[2..] {
        assert!(fresh(connection.pttl(set).unwrap(), TTL * 2), "{set}");
    }
}

#[tokio::test]
async fn members_without_a_record_are_pruned_when_a_set_is_read() {
    let (server, redis) = start();
    heartbeat(&redis, 1, &[1], 0).await;
    heartbeat(&redis, 2, &[1], 0).await;
    let mut connection = server.connect();
    let _: () = connection.del(format!("agent:online:{}", who(1))).unwrap();
    let _: () = connection.sadd("agents:all", "not an id").unwrap();
    assert_eq!(of(&redis, 1, 0).await, [who(2)]);
    assert_eq!(all(&redis, 0).await, [who(2)]);
    let department: Vec<String> = connection.smembers(format!("agents:dept:{}", dept(1))).unwrap();
    assert_eq!(department, [who(2).to_string()]);
    let everybody: BTreeSet<String> = connection.smembers("agents:all").unwrap();
    assert!(!everybody.contains(&who(1).to_string()));
}

#[tokio::test]
async fn a_server_that_is_away_leaves_presence_unknown_and_is_found_again() {
    let (mut server, redis) = start();
    heartbeat(&redis, 1, &[1], 0).await;
    server.kill();
    assert!(redis.all(at(0)).await.is_err());
    assert!(redis.get(who(1), at(0)).await.is_err());
    assert!(redis.heartbeat(record(1, &[1], at(0)), TTL, at(0)).await.is_err());
    server.restart();
    // What it knew is gone; the next beat tells it again.
    while redis.ping().await.is_err() {}
    assert_eq!(all(&redis, 0).await, []);
    heartbeat(&redis, 1, &[1], 0).await;
    assert_eq!(of(&redis, 1, 0).await, [who(1)]);
}

#[tokio::test]
async fn a_frozen_server_is_not_waited_for() {
    let (server, redis) = start();
    heartbeat(&redis, 1, &[1], 0).await;
    server.freeze();
    assert!(redis.all(at(0)).await.is_err());
    server.thaw();
    while redis.ping().await.is_err() {}
    assert_eq!(all(&redis, 0).await, [who(1)]);
}

#[tokio::test]
async fn a_server_that_was_never_there_is_no_obstacle_to_starting() {
    let redis = Redis::open("redis://127.0.0.1:1/0").unwrap();
    let error = redis.all(at(0)).await.unwrap_err();
    assert!(error.to_string().starts_with("presence is unavailable"), "{error}");
    assert!(Redis::open("http://x").is_err());
}

#[tokio::test]
async fn an_unreadable_record_leaves_presence_unknown() {
    let (server, redis) = start();
    heartbeat(&redis, 1, &[], 0).await;
    let _: () = server.connect().set(format!("agent:online:{}", who(1)), "{}").unwrap();
    assert!(redis.all(at(0)).await.is_err());
    let presence: Arc<dyn Presence> = Arc::new(redis);
    assert!(presence.get(who(1), at(0)).await.is_err());
}

#[tokio::test]
async fn a_cluster_that_has_no_transactions_over_several_keys_keeps_presence_too() {
    let server = RedisServer::cluster();
    let redis = Redis::open(&server.url()).unwrap();
    let mut state = Value::Null;
    while state != json!(["cluster_state:ok"]) {
        let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut server.connect()).unwrap();
        state = info.lines().take(1).collect();
    }
    for _ in 0..2 {
        heartbeat(&redis, 1, &[1], 0).await;
        assert_eq!(of(&redis, 1, 0).await, [who(1)]);
        assert_eq!(all(&redis, 0).await, [who(1)]);
        redis.leave(who(1), &[dept(1)]).await.unwrap();
        assert!(all(&redis, 0).await.is_empty());
    }
}

fn transactions(server: &RedisServer) -> usize {
    let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut server.connect()).unwrap();
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_exec:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn what_comes_at_once_shares_round_trips() {
    let (server, redis) = start();
    let redis = &redis;
    join_all((0..500).map(|n| async move { heartbeat(redis, n, &[n % 3], 0).await })).await;
    assert_eq!(all(redis, 0).await.len(), 500);
    assert_eq!(of(redis, 2, 0).await.len(), 166);
    assert!(transactions(&server) <= 2, "{}", transactions(&server));
    let mut connection = server.connect();
    for set in ["agents:all".to_owned(), format!("agents:dept:{}", dept(1))] {
        assert!(fresh(connection.pttl(&set).unwrap(), TTL * 2), "{set}");
    }
}

#[tokio::test]
async fn what_comes_at_once_is_done_in_the_order_in_which_it_came() {
    let (_server, redis) = start();
    let gone = async { redis.leave(who(1), &[dept(1)]).await.unwrap() };
    let busy = PresenceRecord { status: Availability::Busy, ..record(2, &[2], at(0)) };
    tokio::join!(heartbeat(&redis, 1, &[1], 0), gone, heartbeat(&redis, 2, &[1], 0), async {
        redis.heartbeat(busy.clone(), TTL, at(0)).await.unwrap();
    });
    assert_eq!(all(&redis, 0).await, [who(2)]);
    assert_eq!(redis.get(who(2), at(0)).await.unwrap(), Some(busy));
    assert_eq!((of(&redis, 1, 0).await, of(&redis, 2, 0).await), (vec![], vec![who(2)]));
    let gone = async { redis.leave(who(1), &[dept(1)]).await.unwrap() };
    tokio::join!(gone, heartbeat(&redis, 1, &[1], 0));
    assert_eq!(of(&redis, 1, 0).await, [who(1)], "back again");
}

#[tokio::test]
async fn what_comes_at_once_fails_each_by_itself() {
    let (server, redis) = start();
    let _: () = server.connect().set(format!("agents:dept:{}", dept(1)), "no set").unwrap();
    let beats = (0..60).map(|n| redis.heartbeat(record(n, &[n % 3], at(0)), TTL, at(0)));
    for (n, done) in (0..).zip(join_all(beats).await) {
        assert_eq!(done.is_err(), n % 3 == 1, "{n}: {done:?}");
    }
    assert_eq!(of(&redis, 2, 0).await.len(), 20);
}
