//! The desk on servers: MongoDB for the store, Redis for presence. Each is a process of its own that ends with this one.
#[path = "server/floor.rs"]
mod floor;
#[path = "server/heartbeats.rs"]
mod heartbeats;
#[path = "../../tests/it/support/mongod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod mongod;
#[path = "server/ordered.rs"]
mod ordered;
#[path = "../../tests/it/support/redis.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod redis_server;
#[path = "server/report.rs"]
mod report;
#[path = "server/throughput.rs"]
mod throughput;

use crate::api;
use crate::home::Home;
use crate::latency;
use crate::report::{latency as latency_line, latency_head, waits_goals};
use antri::presence::{Memory, Redis};
use redis_server::RedisServer;
use secrecy::SecretString;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// How much is measured.
pub(crate) struct Size {
    pub(crate) agents: &'static [u64],
    pub(crate) backlogs: &'static [u64],
    /// Tickets in one round, and rounds.
    pub(crate) tickets: u64,
    pub(crate) rounds: u32,
    /// How long tickets arrive at each stage.
    pub(crate) arrivals: Duration,
    /// How long hearts beat, and how many callers at once there are.
    pub(crate) beats: Duration,
    pub(crate) callers: &'static [usize],
}

/// As durable as the embedded store: a server that answers a majority write has its journal on the disk.
const OPTIONS: &[&str] = &["--cache-size", "512M", "--sync-on-commit"];

/// The address of the MongoDB server, or why there is none.
fn mongodb() -> Result<SecretString, String> {
    if std::env::var_os(mongod::URI).is_some() {
        return Ok(mongod::uri());
    }
    let program = mongod::program();
    if !program.exists() {
        return Err(format!(
            "there is no {}: tests/run installs it, or {} names a server",
            program.display(),
            mongod::URI
        ));
    }
    Ok(mongod::own(OPTIONS).into())
}

/// Whether there is a Redis server to be started.
fn has_redis() -> bool {
    let version = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Measures the desk on MongoDB, beside the floors and the ordered plan's algorithm.
pub(crate) async fn assignment(size: &Size) {
    let uri = match mongodb() {
        Ok(uri) => uri,
        Err(why) => return println!("\nMongoDB is not measured: {why}."),
    };
    let stages =
        || size.agents.iter().flat_map(|agents| size.backlogs.iter().map(|backlog| (*agents, *backlog)));
    report::throughput_head(&mongod_name());
    let mut throughput = Vec::new();
    for stage in stages() {
        let found = throughput::run(&uri, stage, size.tickets, size.rounds).await;
        report::throughput(&found);
        throughput.push(found);
    }
    latency_head("MongoDB");
    let mut latency = Vec::new();
    for stage in stages() {
        let found = latency::run(Home::server(&uri, "antri_bench").await, stage, size.arrivals).await;
        latency_line(&found);
        latency.push(found);
    }
    println!("\nGoals on MongoDB");
    report::goals(&throughput);
    waits_goals(&latency);
}

/// Measures heartbeats: through the side API, and on Redis.
pub(crate) async fn heartbeats(size: &Size) {
    report::beats_head();
    let mut through = vec![api::run(Arc::new(Memory::default()), "in memory", size.beats).await];
    report::beats(&through[0]);
    if !has_redis() {
        report::beats_goals(&through);
        return println!("\nRedis is not measured: there is no redis-server (tests/run installs it).");
    }
    let server = RedisServer::start();
    let presence = Arc::new(Redis::open(&server.url()).expect("presence"));
    through.push(api::run(presence, "Redis", size.beats).await);
    report::beats(&through[1]);
    report::beats_goals(&through);
    report::heartbeats_head();
    let mut found = Vec::new();
    for callers in size.callers {
        let one = heartbeats::run(&server.url(), *callers, size.beats, 5).await;
        report::heartbeats(&one);
        found.push(one);
    }
    report::heartbeat_goals(&found);
}

/// Which server is measured.
fn mongod_name() -> String {
    match std::env::var_os(mongod::URI) {
        Some(_) => format!("the server that {} names", mongod::URI),
        None => format!("a server of our own, {}", OPTIONS.join(" ")),
    }
}
