//! Reports of an agent's clients in Redis: one hash per agent, with a field per client.
use super::{Server, millis};
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::person::Availability;
use crate::presence::clients::{Report, split};
use chrono::TimeDelta;
use redis::{RedisError, Value, cmd, from_redis_value, pipe};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;

/// The value of a field.
#[derive(Serialize, Deserialize)]
struct StoredReport {
    status: Availability,
    expires_at: Time,
}

/// Stores what a client reports, and returns the statuses of all clients that count. A hash that cannot be read
/// is removed, so that the next reports fill it again.
pub(super) async fn report(
    server: &Server,
    agent: PersonId,
    (client, status): (&str, Availability),
    ttl: Duration,
    now: Time,
) -> Result<Vec<Availability>, RedisError> {
    let key = format!("agent:clients:{agent}");
    let expires_at = now + TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    let stored = serde_json::json!(StoredReport { status, expires_at }).to_string();
    let mut batch = pipe();
    batch.ignore_errors();
    batch.cmd("HSET").arg(&key).arg(client).arg(stored).ignore();
    batch.cmd("PEXPIRE").arg(&key).arg(millis(ttl)).ignore();
    batch.cmd("HGETALL").arg(&key);
    let replies: Vec<Result<Value, RedisError>> = server.query_pipeline(&batch).await?;
    let fields = replies.into_iter().next().and_then(Result::ok);
    let fields = fields.and_then(|value| from_redis_value::<HashMap<String, String>>(value).ok());
    let Some(fields) = fields else {
        tracing::warn!(%agent, "removed unreadable reports of clients");
        server.query::<()>(cmd("DEL").arg(&key)).await?;
        return Ok(vec![status]);
    };
    let parse = |(client, text): (String, String)| {
        let StoredReport { status, expires_at } = serde_json::from_str(&text)
            .unwrap_or(StoredReport { status: Availability::Offline, expires_at: Time::default() });
        Report { client, status, expires_at }
    };
    let (live, rest) = split(fields.into_iter().map(parse).collect(), now);
    if !rest.is_empty() {
        let clients: Vec<_> = rest.into_iter().map(|report| report.client).collect();
        server.query::<()>(cmd("HDEL").arg(&key).arg(clients)).await?;
    }
    Ok(live.into_iter().map(|report| report.status).collect())
}
