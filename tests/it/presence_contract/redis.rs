//! Presence on a Redis server: the contract, the ordered keys, and server outages.
use super::{TTL, agent_id, all, at, department_id, heartbeat, in_department, record};
use crate::support::redis::RedisServer;
use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::{Presence, PresenceError};
use antri::presence::RedisPresence;
use async_trait::async_trait;
use futures::future::join_all;
use redis::Commands;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// The number of seconds of the server in one second of the test, so that the run time of the test does not
/// count.
const TIME_SCALE: u32 = 10_000;

/// Redis with the clock of the contract. When that clock moves, the TTL of every key is reduced accordingly.
pub(super) struct TimedRedis {
    redis: RedisPresence,
    server: RedisServer,
    last_now: Mutex<Time>,
}

impl TimedRedis {
    pub(super) fn fresh() -> Self {
        let server = RedisServer::start();
        Self { redis: RedisPresence::open(&server.url()).unwrap(), server, last_now: Mutex::new(at(0)) }
    }

    fn advance_to(&self, now: Time) {
        let mut last_now = self.last_now.lock().unwrap();
        let passed = (now - *last_now).num_milliseconds() * i64::from(TIME_SCALE);
        *last_now = now;
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
impl Presence for TimedRedis {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        self.advance_to(now);
        self.redis.heartbeat(record, ttl * TIME_SCALE, now).await
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.redis.leave(agent, departments).await
    }

    async fn report_client(
        &self,
        agent: PersonId,
        report: (&str, Availability),
        ttl: Duration,
        now: Time,
    ) -> Result<Vec<Availability>, PresenceError> {
        self.advance_to(now);
        // The expiry of a report is by the caller's clock, which must run as fast as the server's.
        let scaled_now = at(0) + (now - at(0)) * i32::try_from(TIME_SCALE).unwrap();
        self.redis.report_client(agent, report, ttl * TIME_SCALE, scaled_now).await
    }

    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        self.advance_to(now);
        self.redis.get(agent, now).await
    }

    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.advance_to(now);
        self.redis.all(now).await
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.advance_to(now);
        self.redis.in_department(department, now).await
    }

    async fn memory_bytes(&self) -> Result<Option<u64>, PresenceError> {
        self.redis.memory_bytes().await
    }
}

fn start_redis() -> (RedisServer, RedisPresence) {
    let server = RedisServer::start();
    let redis = RedisPresence::open(&server.url()).unwrap();
    (server, redis)
}

/// Returns true if the remaining milliseconds are the whole TTL, but for the run time of the test.
fn has_full_ttl(left: i64, ttl: Duration) -> bool {
    let ttl = i64::try_from(ttl.as_millis()).unwrap();
    left <= ttl && left > ttl - 100_000
}

#[tokio::test]
async fn keys_and_values_have_the_ordered_format() {
    let (server, redis) = start_redis();
    heartbeat(&redis, 1, &[1, 2], 0).await;
    heartbeat(&redis, 2, &[1], 0).await;
    let mut connection = server.connect();
    let keys: BTreeSet<String> = connection.keys("*").unwrap();
    let ordered = [
        format!("agent:online:{}", agent_id(1)),
        format!("agent:online:{}", agent_id(2)),
        "agents:all".to_owned(),
        format!("agents:dept:{}", department_id(1)),
        format!("agents:dept:{}", department_id(2)),
    ];
    assert_eq!(keys, ordered.clone().into_iter().collect());

    let text: String = connection.get(&ordered[0]).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        record,
        json!({
            "agent_id": agent_id(1), "name": "Agent 1", "email": "", "department_id": department_id(1),
            "department": "Umum", "department_ids": [department_id(1), department_id(2)], "status": "online",
            "last_heartbeat": "2025-12-04T06:52:53Z", "current_chats": 3, "max_chats": 5,
        })
    );
    let members: BTreeSet<String> = connection.smembers("agents:all").unwrap();
    assert_eq!(members, [agent_id(1).to_string(), agent_id(2).to_string()].into());
    assert!(has_full_ttl(connection.pttl(&ordered[0]).unwrap(), TTL));
    for set in &ordered[2..] {
        assert!(has_full_ttl(connection.pttl(set).unwrap(), TTL * 2), "{set}");
    }
}

#[tokio::test]
async fn reading_a_set_prunes_members_without_a_record() {
    let (server, redis) = start_redis();
    heartbeat(&redis, 1, &[1], 0).await;
    heartbeat(&redis, 2, &[1], 0).await;
    let mut connection = server.connect();
    let _: () = connection.del(format!("agent:online:{}", agent_id(1))).unwrap();
    let _: () = connection.sadd("agents:all", "not an id").unwrap();
    assert_eq!(in_department(&redis, 1, 0).await, [agent_id(2)]);
    assert_eq!(all(&redis, 0).await, [agent_id(2)]);
    let department: Vec<String> = connection.smembers(format!("agents:dept:{}", department_id(1))).unwrap();
    assert_eq!(department, [agent_id(2).to_string()]);
    let members: BTreeSet<String> = connection.smembers("agents:all").unwrap();
    assert!(!members.contains(&agent_id(1).to_string()));
}

#[tokio::test]
async fn an_unreadable_record_is_left_out_until_the_next_heartbeat() {
    let (server, redis) = start_redis();
    let key = format!("agent:online:{}", agent_id(1));
    let mut connection = server.connect();
    heartbeat(&redis, 2, &[1], 0).await;
    let foreign: Vec<u8> = connection.get(format!("agent:online:{}", agent_id(2))).unwrap();
    for text in [b"{".to_vec(), b"{}".to_vec(), vec![0xff, 0xfe], Vec::new(), foreign] {
        heartbeat(&redis, 1, &[1], 0).await;
        let _: () = connection.set(&key, &text).unwrap();
        assert_unreadable(&redis, &format!("{text:?}")).await;
    }
    heartbeat(&redis, 1, &[1], 0).await;
    let _: () = connection.del(&key).unwrap();
    let _: () = connection.rpush(&key, "another type").unwrap();
    assert_unreadable(&redis, "a list").await;
    heartbeat(&redis, 1, &[1], 0).await;
    assert_eq!(all(&redis, 0).await, [agent_id(1), agent_id(2)]);
    assert_eq!(redis.unreadable_records().await.unwrap(), 0);
}

/// Asserts that the record of agent 1 is left out and counted, and that agent 2 is still there.
async fn assert_unreadable(redis: &RedisPresence, case: &str) {
    assert!(redis.get(agent_id(1), at(0)).await.unwrap().is_none(), "{case}");
    assert_eq!(all(redis, 0).await, [agent_id(2)], "{case}");
    assert_eq!(in_department(redis, 1, 0).await, [agent_id(2)], "{case}");
    assert!(redis.memory_bytes().await.is_ok(), "{case}");
    assert_eq!(redis.unreadable_records().await.unwrap(), 1, "{case}");
}

#[tokio::test]
async fn an_unreachable_server_is_an_error_until_it_returns() {
    let (mut server, redis) = start_redis();
    heartbeat(&redis, 1, &[1], 0).await;
    server.kill();
    assert!(redis.all(at(0)).await.is_err());
    assert!(redis.get(agent_id(1), at(0)).await.is_err());
    assert!(redis.heartbeat(record(1, &[1], at(0)), TTL, at(0)).await.is_err());
    server.restart();
    // The server is empty after the restart; the next heartbeat restores the record.
    while redis.ping().await.is_err() {}
    assert_eq!(all(&redis, 0).await, []);
    heartbeat(&redis, 1, &[1], 0).await;
    assert_eq!(in_department(&redis, 1, 0).await, [agent_id(1)]);
}

#[tokio::test]
async fn a_frozen_server_times_out() {
    let (server, redis) = start_redis();
    heartbeat(&redis, 1, &[1], 0).await;
    server.freeze();
    assert!(redis.all(at(0)).await.is_err());
    server.thaw();
    while redis.ping().await.is_err() {}
    assert_eq!(all(&redis, 0).await, [agent_id(1)]);
}

#[tokio::test]
async fn opening_does_not_need_a_reachable_server() {
    let redis = RedisPresence::open("redis://127.0.0.1:1/0").unwrap();
    let error = redis.all(at(0)).await.unwrap_err();
    assert!(error.to_string().starts_with("presence is unavailable"), "{error}");
    assert!(RedisPresence::open("http://x").is_err());
}

#[tokio::test]
async fn a_cluster_without_multi_key_transactions_works() {
    let server = RedisServer::cluster();
    let redis = RedisPresence::open(&server.url()).unwrap();
    let mut state = Value::Null;
    while state != json!(["cluster_state:ok"]) {
        let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut server.connect()).unwrap();
        state = info.lines().take(1).collect();
    }
    for _ in 0..2 {
        heartbeat(&redis, 1, &[1], 0).await;
        assert_eq!(in_department(&redis, 1, 0).await, [agent_id(1)]);
        assert_eq!(all(&redis, 0).await, [agent_id(1)]);
        redis.leave(agent_id(1), &[department_id(1)]).await.unwrap();
        assert!(all(&redis, 0).await.is_empty());
    }
}

fn transactions(server: &RedisServer) -> usize {
    let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut server.connect()).unwrap();
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_exec:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn concurrent_calls_share_round_trips() {
    let (server, redis) = start_redis();
    let redis = &redis;
    join_all((0..500).map(|n| async move { heartbeat(redis, n, &[n % 3], 0).await })).await;
    assert_eq!(all(redis, 0).await.len(), 500);
    assert_eq!(in_department(redis, 2, 0).await.len(), 166);
    assert!(transactions(&server) <= 2, "{}", transactions(&server));
    let mut connection = server.connect();
    for set in ["agents:all".to_owned(), format!("agents:dept:{}", department_id(1))] {
        assert!(has_full_ttl(connection.pttl(&set).unwrap(), TTL * 2), "{set}");
    }
}

#[tokio::test]
async fn concurrent_calls_are_executed_in_order() {
    let (_server, redis) = start_redis();
    let leave = async { redis.leave(agent_id(1), &[department_id(1)]).await.unwrap() };
    let busy = PresenceRecord { status: Availability::Busy, ..record(2, &[2], at(0)) };
    tokio::join!(heartbeat(&redis, 1, &[1], 0), leave, heartbeat(&redis, 2, &[1], 0), async {
        redis.heartbeat(busy.clone(), TTL, at(0)).await.unwrap();
    });
    assert_eq!(all(&redis, 0).await, [agent_id(2)]);
    assert_eq!(redis.get(agent_id(2), at(0)).await.unwrap(), Some(busy));
    assert_eq!(
        (in_department(&redis, 1, 0).await, in_department(&redis, 2, 0).await),
        (vec![], vec![agent_id(2)])
    );
    let leave = async { redis.leave(agent_id(1), &[department_id(1)]).await.unwrap() };
    tokio::join!(leave, heartbeat(&redis, 1, &[1], 0));
    assert_eq!(in_department(&redis, 1, 0).await, [agent_id(1)], "listed again");
}

#[tokio::test]
async fn concurrent_calls_fail_independently() {
    let server = RedisServer::start();
    let denied = department_id(1);
    let rights = format!(
        "on nopass ~agent:online:* ~agents:all ~agents:dept:{} ~agents:dept:{} +@all",
        department_id(0),
        department_id(2)
    );
    let redis = RedisPresence::open(&server.grant("desk", &rights)).unwrap();
    let heartbeats = (0..60).map(|n| redis.heartbeat(record(n, &[n % 3], at(0)), TTL, at(0)));
    for (n, result) in (0..).zip(join_all(heartbeats).await) {
        assert_eq!(result.is_err(), department_id(n % 3) == denied, "{n}: {result:?}");
    }
    assert_eq!(in_department(&redis, 2, 0).await.len(), 20);
}
