//! Expiry of presence records in Redis: by the server's clock, within a second of the TTL, without leftovers
//! in the sets.
use super::{BUDI, SARI};
use crate::support::redis::RedisServer;
use crate::support::{ADMIN, Desk, Options};
use antri::presence::RedisPresence;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TTL: Duration = Duration::from_secs(2);

#[tokio::test]
async fn presence_expires_within_a_second_of_the_ttl_and_leaves_no_set_members() {
    let redis = RedisServer::start();
    let presence = Arc::new(RedisPresence::open(&redis.url()).unwrap());
    let desk =
        Desk::with(Options { presence: Some(presence), presence_ttl: TTL, ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.post(BUDI, "/api/agent-status/heartbeat", Value::Null).await.data();
    let last_heartbeat = Instant::now();
    let online_count =
        async || desk.get(ADMIN, "/api/agent-status/online").await.data().as_array().unwrap().len();
    assert_eq!(online_count().await, 1);
    let stats = desk.get(ADMIN, "/api/agent-status/stats").await.data().clone();
    let department = stats[0]["department_id"].as_str().unwrap().to_owned();
    desk.until("the agent to be gone", async || {
        let asked_at = last_heartbeat.elapsed();
        let is_gone = online_count().await == 0;
        assert!(is_gone || asked_at <= TTL + Duration::from_secs(1), "still online after {asked_at:?}");
        is_gone
    })
    .await;
    let path = format!("/api/agent-status/department/{department}");
    assert_eq!(*desk.get(ADMIN, &path).await.data(), json!([]));
    let mut connection = redis.connect();
    for set in ["agents:all".to_owned(), format!("agents:dept:{department}")] {
        let members: Vec<String> = ::redis::cmd("SMEMBERS").arg(&set).query(&mut connection).unwrap();
        assert_eq!(members, Vec::<String>::new(), "{set}");
    }
}
