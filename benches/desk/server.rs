//! Benchmarks on servers: MongoDB for the store, Redis for presence. Each server is a child process that ends
//! with this one.
#[path = "server/baseline.rs"]
mod baseline;
#[path = "server/heartbeats.rs"]
mod heartbeats;
#[path = "../../tests/it/support/mongod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod mongod;
#[path = "server/ordered_plan.rs"]
mod ordered_plan;
#[path = "../../tests/it/support/port.rs"]
mod port;
#[path = "../../tests/it/support/redis.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod redis_server;
#[path = "server/report.rs"]
mod report;
#[path = "server/throughput.rs"]
mod throughput;

use crate::api_heartbeats;
use crate::backend::Backend;
use crate::latency;
use crate::report::{latency as latency_line, latency_head};
use antri::presence::{Memory, RedisPresence};
use redis_server::RedisServer;
use secrecy::SecretString;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The size of the measurement.
pub(crate) struct Size {
    pub(crate) agents: &'static [u64],
    pub(crate) backlogs: &'static [u64],
    /// Tickets in one round.
    pub(crate) tickets: u64,
    pub(crate) rounds: u32,
    /// The time for which tickets arrive in each scenario.
    pub(crate) arrivals: Duration,
    /// The time of each measurement of heartbeats.
    pub(crate) heartbeats: Duration,
    /// Concurrent callers of heartbeats on Redis.
    pub(crate) callers: &'static [usize],
}

/// Makes the server as durable as the embedded store: it answers a majority write when its journal is on the
/// disk.
const MONGOD_OPTIONS: &[&str] = &["--cache-size", "512M", "--sync-on-commit"];

/// Returns the address of the MongoDB server, or the reason why there is none.
pub(crate) fn mongodb() -> Result<SecretString, String> {
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
    Ok(mongod::start_server(MONGOD_OPTIONS).into())
}

/// Returns whether a Redis server is installed.
fn has_redis() -> bool {
    let version = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Measures the desk on MongoDB, with the baselines and the ordered plan's algorithm.
pub(crate) async fn assignment(size: &Size) {
    let uri = match mongodb() {
        Ok(uri) => uri,
        Err(why) => return println!("\nMongoDB is not measured: {why}."),
    };
    let scenarios =
        || size.agents.iter().flat_map(|agents| size.backlogs.iter().map(|backlog| (*agents, *backlog)));
    report::throughput_head(&mongod_name());
    let mut throughput = Vec::new();
    for scenario in scenarios() {
        let result = throughput::run(&uri, scenario, size.tickets, size.rounds).await;
        report::throughput(&result);
        throughput.push(result);
    }
    latency_head("MongoDB");
    let mut latency = Vec::new();
    for scenario in scenarios() {
        let result = latency::run(Backend::server(&uri, "antri_bench").await, scenario, size.arrivals).await;
        latency_line(&result);
        latency.push(result);
    }
    println!("\nGoals on MongoDB");
    report::goals(&throughput);
    report::latency_goals(&latency);
}

/// Measures heartbeats: through the side API, and on Redis.
pub(crate) async fn heartbeats(size: &Size) {
    report::api_heartbeats_head();
    let mut api_results =
        vec![api_heartbeats::run(Arc::new(Memory::default()), "in memory", size.heartbeats).await];
    report::api_heartbeats(&api_results[0]);
    if !has_redis() {
        report::api_heartbeats_goals(&api_results);
        return println!("\nRedis is not measured: there is no redis-server (tests/run installs it).");
    }
    let server = RedisServer::start();
    let presence = Arc::new(RedisPresence::open(&server.url()).expect("presence"));
    api_results.push(api_heartbeats::run(presence, "Redis", size.heartbeats).await);
    report::api_heartbeats(&api_results[1]);
    report::api_heartbeats_goals(&api_results);
    report::heartbeats_head();
    let mut results = Vec::new();
    for callers in size.callers {
        let result = heartbeats::run(&server.url(), *callers, size.heartbeats, 5).await;
        report::heartbeats(&result);
        results.push(result);
    }
    report::heartbeat_goals(&results);
}

/// Returns the description of the measured server.
fn mongod_name() -> String {
    match std::env::var_os(mongod::URI) {
        Some(_) => format!("the server that {} names", mongod::URI),
        None => format!("a server of this benchmark, {}", MONGOD_OPTIONS.join(" ")),
    }
}
