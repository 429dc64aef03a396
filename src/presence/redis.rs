//! Presence in Redis, under the ordered keys: a record per agent that expires, sets of agents that live twice as long.
//!
//! Every command names one key, and no two keys have to lie on the same node: what belongs together is one transaction
//! where the server can do that, and on a cluster, which can't, one pipeline in an order that leaves nothing wrong (`group`).
//! Connecting and reconnecting happen behind each call; a server that does not answer in time is an error, which says that
//! presence is unknown and not that nobody is there.
mod group;

use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::presence::PresenceRecord;
use crate::engine::ports::{Presence, PresenceError};
use async_trait::async_trait;
use group::{BatchWriter, PresenceWrite};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, Pipeline, RedisError, cmd, pipe};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a server may take to be connected to, and to answer.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);
/// How many records are asked for in one go: answers of some 300 bytes each.
const MAX_BATCH_KEYS: usize = 1_000;
/// The set of all agents who are there.
const ALL: &str = "agents:all";

/// Presence of all processes that use one Redis.
#[derive(Clone)]
pub struct Redis {
    server: Server,
    group: BatchWriter,
}

/// The way to the server.
#[derive(Clone)]
struct Server {
    connection: ConnectionManager,
    /// Whether the server is known to be one of a cluster, which has no transactions over several keys.
    is_cluster: Arc<AtomicBool>,
}

impl Redis {
    /// Presence on the server at `address`, a `redis://` or `rediss://` URL. It need not be there yet. Called inside the
    /// runtime, which reconnects.
    pub fn open(address: &str) -> Result<Self, PresenceError> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(COMMAND_TIMEOUT))
            .set_response_timeout(Some(COMMAND_TIMEOUT))
            // Whoever asks next tries again: nobody waits for a row of attempts.
            .set_number_of_retries(0);
        let client = Client::open(address).map_err(failed)?;
        let connection = ConnectionManager::new_lazy_with_config(client, settings).map_err(failed)?;
        let server = Server { connection, is_cluster: Arc::default() };
        Ok(Self { group: BatchWriter::start(server.clone()), server })
    }

    /// Asks the server whether it is there.
    pub async fn ping(&self) -> Result<(), PresenceError> {
        self.server.ask(&cmd("PING")).await.map_err(failed)
    }

    /// The records that live, of these agents; of the others nothing.
    async fn records(
        &self,
        agents: &[PersonId],
    ) -> Result<BTreeMap<PersonId, PresenceRecord>, PresenceError> {
        let mut found = BTreeMap::new();
        for page in agents.chunks(MAX_BATCH_KEYS) {
            let mut ask = pipe();
            for agent in page {
                ask.cmd("GET").arg(key(*agent));
            }
            let texts: Vec<Option<String>> = self.server.run(&ask).await.map_err(failed)?;
            for text in texts.into_iter().flatten() {
                let record = parse_record(&text)?;
                found.insert(record.agent_id, record);
            }
        }
        Ok(found)
    }

    /// The members of a set, by id.
    async fn members(&self, set: &str) -> Result<Vec<PersonId>, PresenceError> {
        let names: Vec<String> = self.server.ask(cmd("SMEMBERS").arg(set)).await.map_err(failed)?;
        let members: BTreeSet<PersonId> =
            names.iter().filter_map(|name| name.parse().ok().map(PersonId)).collect();
        Ok(members.into_iter().collect())
    }

    /// The living records of a set's members that belong in it; the other members are removed.
    async fn living(
        &self,
        set: &str,
        belongs: impl Fn(&PresenceRecord) -> bool + Send,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        let members = self.members(set).await?;
        let mut living = self.records(&members).await?;
        living.retain(|_, record| belongs(record));
        let ghosts: Vec<_> = members.into_iter().filter(|agent| !living.contains_key(agent)).collect();
        living.extend(self.remove(set, &ghosts, belongs).await?);
        Ok(living.into_values().collect())
    }

    /// Removes members without a record from a set. One whose beat came in between is put back: they are returned.
    async fn remove(
        &self,
        set: &str,
        ghosts: &[PersonId],
        belongs: impl Fn(&PresenceRecord) -> bool + Send,
    ) -> Result<BTreeMap<PersonId, PresenceRecord>, PresenceError> {
        if ghosts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut out = pipe();
        for page in ghosts.chunks(MAX_BATCH_KEYS) {
            out.cmd("SREM").arg(set).arg(names(page));
        }
        self.server.run::<()>(&out).await.map_err(failed)?;
        let mut back = self.records(ghosts).await?;
        back.retain(|_, record| belongs(record));
        if !back.is_empty() {
            let agents: Vec<_> = back.keys().copied().collect();
            self.server.ask::<()>(cmd("SADD").arg(set).arg(names(&agents))).await.map_err(failed)?;
        }
        Ok(back)
    }
}

impl Server {
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.connection.clone()).await
    }

    async fn run<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, RedisError> {
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// Runs commands that belong together, in one round trip.
    async fn run_pipeline(&self, mut pipe: Pipeline) -> Result<(), RedisError> {
        if !self.is_cluster.load(Ordering::Relaxed) {
            pipe.atomic();
            match self.run(&pipe).await {
                // An answer, but none to a transaction.
                Err(error) if !error.is_io_error() && self.ask_for_a_cluster().await? => {}
                done => return done,
            }
            let whole = std::mem::replace(&mut pipe, Pipeline::new());
            for command in whole.cmd_iter() {
                pipe.add_command(command.clone());
            }
        }
        self.run(&pipe).await
    }

    /// Asks the server whether it is one of a cluster, and remembers it.
    async fn ask_for_a_cluster(&self) -> Result<bool, RedisError> {
        let info: String = self.ask(cmd("INFO").arg("cluster")).await?;
        let is_cluster = info.contains("cluster_enabled:1");
        self.is_cluster.store(is_cluster, Ordering::Relaxed);
        Ok(is_cluster)
    }
}

#[async_trait]
impl Presence for Redis {
    async fn heartbeat(
        &self,
        record: PresenceRecord,
        ttl: Duration,
        _now: Time,
    ) -> Result<(), PresenceError> {
        let text = serde_json::to_string(&record).map_err(|error| PresenceError(error.to_string()))?;
        let departments: BTreeSet<_> =
            record.department_ids.into_iter().chain(record.department_id).collect();
        let departments = departments.into_iter().collect();
        self.group
            .submit(PresenceWrite { agent: record.agent_id, departments, record: Some((text, ttl)) })
            .await
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.group.submit(PresenceWrite { agent, departments: departments.to_vec(), record: None }).await
    }

    async fn get(&self, agent: PersonId, _now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        let text: Option<String> = self.server.ask(cmd("GET").arg(key(agent))).await.map_err(failed)?;
        text.map(|text| parse_record(&text)).transpose()
    }

    async fn all(&self, _now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.living(ALL, |_| true).await
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        _now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.living(&of(department), |record| record.serves(department)).await
    }

    async fn memory_bytes(&self) -> Result<u64, PresenceError> {
        let agents = self.members(ALL).await?;
        let records = self.records(&agents).await?;
        let departments: BTreeSet<_> =
            records.values().flat_map(|r| r.department_ids.iter().chain(&r.department_id)).copied().collect();
        let keys: Vec<_> = std::iter::once(ALL.to_owned())
            .chain(departments.into_iter().map(of))
            .chain(records.into_keys().map(key))
            .collect();
        let mut bytes = 0;
        for page in keys.chunks(MAX_BATCH_KEYS) {
            let mut ask = pipe();
            for key in page {
                ask.cmd("MEMORY").arg("USAGE").arg(key);
            }
            let sizes: Vec<Option<u64>> = self.server.run(&ask).await.map_err(failed)?;
            bytes += sizes.into_iter().flatten().sum::<u64>();
        }
        Ok(bytes)
    }
}

fn key(agent: PersonId) -> String {
    format!("agent:online:{agent}")
}

fn of(department: DepartmentId) -> String {
    format!("agents:dept:{department}")
}

fn names(agents: &[PersonId]) -> Vec<String> {
    agents.iter().map(ToString::to_string).collect()
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn parse_record(text: &str) -> Result<PresenceRecord, PresenceError> {
    serde_json::from_str(text).map_err(|error| PresenceError(format!("a record can't be read: {error}")))
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over so")]
fn failed(error: RedisError) -> PresenceError {
    PresenceError(error.to_string())
}
