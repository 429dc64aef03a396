//! Sets of presence whose key another program overwrote: reads and heartbeats restore them.
use super::{TTL, agent_id, all, at, department_id, heartbeat, in_department, record};
use crate::support::redis::RedisServer;
use antri::engine::ports::Presence;
use antri::presence::RedisPresence;
use redis::Commands;

/// Overwrites `key` with a value of each other type, in turn.
fn overwrite(server: &RedisServer, key: &str, kind: usize) {
    let mut connection = server.connect();
    let _: () = connection.del(key).unwrap();
    let _: () = match kind {
        0 => connection.set(key, "words").unwrap(),
        1 => connection.rpush(key, "words").unwrap(),
        2 => connection.hset(key, "field", "words").unwrap(),
        _ => connection.zadd(key, "words", 1).unwrap(),
    };
}

/// Returns a desk's presence with agent 1 in both departments and agent 2 in the first.
async fn presence() -> (RedisServer, RedisPresence) {
    let server = RedisServer::start();
    let redis = RedisPresence::open(&server.url()).unwrap();
    heartbeat(&redis, 1, &[1, 2], 0).await;
    heartbeat(&redis, 2, &[1], 0).await;
    // Names that a search for records finds and that are none.
    let mut connection = server.connect();
    let _: () = connection.set("agent:online:nobody", "x").unwrap();
    let _: () = connection.set(b"agent:online:\xff".as_slice(), "x").unwrap();
    (server, redis)
}

#[tokio::test]
async fn a_set_of_another_type_is_restored_by_the_next_read() {
    let (server, redis) = presence().await;
    let department = format!("agents:dept:{}", department_id(1));
    for kind in 0..4 {
        overwrite(&server, "agents:all", kind);
        assert_eq!(all(&redis, 0).await, [agent_id(1), agent_id(2)], "{kind}");
        overwrite(&server, &department, kind);
        assert_eq!(in_department(&redis, 1, 0).await, [agent_id(1), agent_id(2)], "{kind}");
        overwrite(&server, &format!("agents:dept:{}", department_id(2)), kind);
        assert_eq!(in_department(&redis, 2, 0).await, [agent_id(1)], "{kind}");
        overwrite(&server, "agents:all", kind);
        assert!(redis.memory_bytes().await.unwrap().is_some(), "{kind}");
    }
}

/// Nobody else may be lost because of the agent whose heartbeat comes first.
#[tokio::test]
async fn a_set_of_another_type_is_restored_by_the_next_heartbeat() {
    let (server, redis) = presence().await;
    for kind in 0..4 {
        overwrite(&server, "agents:all", kind);
        overwrite(&server, &format!("agents:dept:{}", department_id(1)), kind);
        let beats = [record(3, &[1], at(0)), record(1, &[1, 2], at(0))];
        let beats = beats.map(|record| redis.heartbeat(record, TTL, at(0)));
        futures::future::try_join_all(beats).await.unwrap();
        let members: Vec<String> = server.connect().smembers("agents:all").unwrap();
        assert_eq!(members.len(), 3, "{kind}");
        assert_eq!(in_department(&redis, 1, 0).await, [agent_id(1), agent_id(2), agent_id(3)], "{kind}");
        let ttl: i64 = server.connect().pttl("agents:all").unwrap();
        assert!(ttl > 0, "{kind}: {ttl}");
        overwrite(&server, "agents:all", kind);
        redis.leave(agent_id(3), &[department_id(1)]).await.unwrap();
        assert_eq!(all(&redis, 0).await, [agent_id(1), agent_id(2)], "{kind}");
    }
}

#[tokio::test]
async fn a_restored_set_has_every_agent_of_a_large_desk() {
    let (server, redis) = presence().await;
    futures::future::join_all((3..=2_500).map(|n| heartbeat_of(&redis, n))).await;
    overwrite(&server, "agents:all", 0);
    assert_eq!(all(&redis, 0).await.len(), 2_500);
}

async fn heartbeat_of(redis: &RedisPresence, n: u64) {
    heartbeat(redis, n, &[1], 0).await;
}

#[tokio::test]
async fn an_unreadable_record_counts_until_it_is_gone() {
    let (server, redis) = presence().await;
    let key = format!("agent:online:{}", agent_id(1));
    let _: () = server.connect().set(&key, "{").unwrap();
    assert_eq!(all(&redis, 0).await, [agent_id(2)]);
    assert_eq!(redis.unreadable_records().await.unwrap(), 1);
    // No set names the agent any more, and they send no heartbeat.
    assert_eq!(all(&redis, 0).await, [agent_id(2)]);
    assert_eq!(redis.unreadable_records().await.unwrap(), 1);
    let _: () = server.connect().del(&key).unwrap();
    assert_eq!(redis.unreadable_records().await.unwrap(), 0);
}
