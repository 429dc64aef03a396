//! Presence and signals as a Redis user who has the rights in `docs/deployment.md`, and no others.
use super::{TTL, agent_id, all, at, department_id, record};
use crate::support::redis::RedisServer;
use antri::domain::ids::ReplicaId;
use antri::engine::ports::{Presence, PresenceError, Signal, Signals};
use antri::presence::RedisPresence;
use antri::signals::RedisSignals;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Returns the rights of each `ACL SETUSER` line of the page.
fn documented() -> Vec<String> {
    let page = std::fs::read_to_string("docs/deployment.md").unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix("ACL SETUSER antri "));
    lines.map(|rights| rights.replace("reset on >PASSWORD", "on nopass")).collect()
}

/// Does everything that the desk does with presence.
async fn use_presence(redis: &RedisPresence) -> Result<(), PresenceError> {
    redis.ping().await?;
    redis.heartbeat(record(1, &[1, 2], at(0)), TTL, at(0)).await?;
    redis.heartbeat(record(2, &[1], at(0)), TTL, at(0)).await?;
    redis.get(agent_id(1), at(0)).await?;
    redis.all(at(0)).await?;
    // The second department has lost its agent, who is removed from the set.
    redis.heartbeat(record(1, &[1], at(0)), TTL, at(0)).await?;
    redis.in_department(department_id(2), at(0)).await?;
    redis.leave(agent_id(2), &[department_id(1)]).await?;
    redis.unreadable_records().await?;
    Ok(())
}

/// Sends a signal and returns whether it arrived.
async fn signal_arrives(signals: &RedisSignals) -> bool {
    let (sender, mut received) = mpsc::channel(1);
    let (ready, is_ready) = oneshot::channel();
    let signal = Signal::new(ReplicaId::from_random([1; 16]));
    let sent = async {
        let subscribed = is_ready.await.is_ok();
        subscribed && signals.send(&signal).await.is_ok() && received.recv().await.is_some()
    };
    tokio::select! {
        _ = signals.receive(sender, Box::new(move || ready.send(()).unwrap_or(()))) => false,
        arrived = sent => arrived,
    }
}

#[tokio::test]
async fn the_documented_rights_suffice() {
    let server = RedisServer::start();
    let [presence, channels, memory] = documented().try_into().unwrap();
    let redis = RedisPresence::open(&server.grant("antri", &presence)).unwrap();
    use_presence(&redis).await.unwrap();
    assert_eq!(all(&redis, 0).await, [agent_id(1)]);
    assert_eq!(redis.memory_bytes().await.unwrap(), None, "not granted, not an outage");
    let _: () = redis::Commands::set(&mut server.connect(), "agents:all", "x").unwrap();
    assert_eq!(all(&redis, 0).await, [agent_id(1)], "the set is restored");

    let url = server.grant("antri", &format!("{presence} {memory}"));
    assert!(RedisPresence::open(&url).unwrap().memory_bytes().await.unwrap() > Some(0));
    let url = server.grant("antri", &format!("{presence} {channels}"));
    assert!(signal_arrives(&RedisSignals::open(&url, "antri").unwrap()).await);
}

/// Nothing in the list is superfluous: without any of the rights, something fails.
#[tokio::test]
async fn each_documented_right_is_needed() {
    let server = RedisServer::start();
    let [presence, channels, _] = documented().try_into().unwrap();
    for right in presence.split_whitespace().filter(|right| !["on", "nopass", "+scan"].contains(right)) {
        let others: Vec<_> = presence.split_whitespace().filter(|other| *other != right).collect();
        let redis = RedisPresence::open(&server.grant("antri", &others.join(" "))).unwrap();
        assert!(use_presence(&redis).await.is_err(), "{right} is not needed");
    }
    for right in ["&antri:*", "+publish", "+subscribe"] {
        let others = format!("{presence} {channels}").replace(right, "");
        let signals = RedisSignals::open(&server.grant("antri", &others), "antri").unwrap();
        let arrives = tokio::time::timeout(Duration::from_secs(5), signal_arrives(&signals)).await;
        assert!(!arrives.unwrap_or(false), "{right} is not needed");
    }
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_not_granted_is_logged_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let server = RedisServer::start();
    let rights = documented().swap_remove(0).replace("+pexpire", "");
    let redis = RedisPresence::open(&server.grant("antri", &rights)).unwrap();
    for _ in 0..3 {
        assert_eq!(redis.memory_bytes().await.unwrap(), None);
        assert!(redis.heartbeat(record(1, &[1], at(0)), TTL, at(0)).await.is_err());
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for command in ["memory|usage", "pexpire"] {
        assert_eq!(text.matches(&format!("'{command}'")).count(), 1, "{text}");
    }
    assert!(text.contains("docs/deployment.md"), "{text}");
}
