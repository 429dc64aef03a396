//! Presence in Redis: one expiring record per agent, and sets of agents that live twice as long.
//!
//! Each command names one key, so the keys may lie on different nodes. A write is one transaction; on a
//! cluster, which has none over several keys, it is one pipeline in a safe order (`batch_writer`). Each call
//! reconnects if necessary. A timeout is an error: presence is then unknown, which does not mean that no
//! agent is online.
mod batch_writer;
mod client_reports;
mod denied;
mod foreign_sets;
mod unreadable;

use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Availability;
use crate::domain::presence::PresenceRecord;
use crate::engine::ports::{Presence, PresenceError};
use async_trait::async_trait;
use batch_writer::{BatchWriter, PresenceWrite};
use denied::{Denied, is_denied};
use foreign_sets::is_wrong_type;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, Pipeline, RedisError, Value, cmd, pipe};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use unreadable::Unreadable;

/// How long connecting and each response of the server may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);
/// Keys or members per request; each record has about 300 bytes.
const MAX_BATCH_KEYS: usize = 1_000;
/// The key of the set of all agents who are online.
const ALL_AGENTS: &str = "agents:all";
/// How the key of a record begins; the agent's id follows.
const RECORD_PREFIX: &str = "agent:online:";

/// Presence that all processes on one Redis share.
#[derive(Clone)]
pub struct RedisPresence {
    server: Server,
    batch_writer: BatchWriter,
    unreadable: Unreadable,
}

/// A connection to the server.
#[derive(Clone)]
struct Server {
    connection: ConnectionManager,
    /// True once the server is known to belong to a cluster, which has no transactions over several keys.
    is_cluster: Arc<AtomicBool>,
    denied: Denied,
}

impl RedisPresence {
    /// Returns presence on the server at `address`, a `redis://` or `rediss://` URL, which need not be
    /// reachable yet. Must be called inside the runtime.
    pub fn open(address: &str) -> Result<Self, PresenceError> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(COMMAND_TIMEOUT))
            .set_response_timeout(Some(COMMAND_TIMEOUT))
            // The next call tries again, so no caller waits for several attempts.
            .set_number_of_retries(0);
        let client = Client::open(address).map_err(presence_error)?;
        let connection = ConnectionManager::new_lazy_with_config(client, settings).map_err(presence_error)?;
        let server = Server { connection, is_cluster: Arc::default(), denied: Denied::default() };
        Ok(Self {
            batch_writer: BatchWriter::start(server.clone()),
            server,
            unreadable: Unreadable::default(),
        })
    }

    /// Errors if the server does not respond.
    pub async fn ping(&self) -> Result<(), PresenceError> {
        self.server.query(&cmd("PING")).await.map_err(presence_error)
    }

    /// Returns the live records of `agents`. Unreadable records are left out.
    async fn records(
        &self,
        agents: &[PersonId],
    ) -> Result<BTreeMap<PersonId, PresenceRecord>, PresenceError> {
        let mut records = BTreeMap::new();
        for page in agents.chunks(MAX_BATCH_KEYS) {
            let mut batch = pipe();
            batch.ignore_errors();
            for agent in page {
                batch.cmd("GET").arg(record_key(*agent));
            }
            let replies: Vec<Result<Value, RedisError>> =
                self.server.query_pipeline(&batch).await.map_err(presence_error)?;
            for (agent, reply) in page.iter().zip(replies) {
                let record = self.unreadable.parse(*agent, reply).map_err(presence_error)?;
                records.extend(record.map(|record| (*agent, record)));
            }
        }
        Ok(records)
    }

    /// Returns the members of a set, by id. Restores the set if its key holds another type.
    async fn members(&self, set: &str) -> Result<Vec<PersonId>, PresenceError> {
        let mut read = self.server.query::<Vec<Vec<u8>>>(cmd("SMEMBERS").arg(set)).await;
        if read.as_ref().is_err_and(is_wrong_type) {
            self.server.restore_set(set).await.map_err(presence_error)?;
            read = self.server.query(cmd("SMEMBERS").arg(set)).await;
        }
        let ids = read.map_err(presence_error)?;
        let ids = ids.iter().filter_map(|id| std::str::from_utf8(id).ok()?.parse().ok().map(PersonId));
        Ok(ids.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Returns the live records of the members that belong in the set. Other members are removed.
    async fn read_set(
        &self,
        set: &str,
        belongs: impl Fn(&PresenceRecord) -> bool + Send,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        let members = self.members(set).await?;
        let mut live = self.records(&members).await?;
        live.retain(|_, record| belongs(record));
        let orphans: Vec<_> = members.into_iter().filter(|agent| !live.contains_key(agent)).collect();
        live.extend(self.remove_orphans(set, &orphans, belongs).await?);
        Ok(live.into_values().collect())
    }

    /// Removes members without a record from a set. A member whose heartbeat came in between is restored and
    /// its record returned.
    async fn remove_orphans(
        &self,
        set: &str,
        orphans: &[PersonId],
        belongs: impl Fn(&PresenceRecord) -> bool + Send,
    ) -> Result<BTreeMap<PersonId, PresenceRecord>, PresenceError> {
        if orphans.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut removal = pipe();
        for page in orphans.chunks(MAX_BATCH_KEYS) {
            removal.cmd("SREM").arg(set).arg(id_strings(page));
        }
        self.server.query_pipeline::<()>(&removal).await.map_err(presence_error)?;
        let mut restored = self.records(orphans).await?;
        restored.retain(|_, record| belongs(record));
        if !restored.is_empty() {
            let agents: Vec<_> = restored.keys().copied().collect();
            self.server
                .query::<()>(cmd("SADD").arg(set).arg(id_strings(&agents)))
                .await
                .map_err(presence_error)?;
        }
        Ok(restored)
    }
}

impl Server {
    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.connection.clone()).await.inspect_err(|error| self.denied.note(error))
    }

    async fn query_pipeline<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, RedisError> {
        pipe.query_async(&mut self.connection.clone()).await.inspect_err(|error| self.denied.note(error))
    }

    /// Runs commands in one round trip; in one transaction unless the server belongs to a cluster.
    async fn run_pipeline(&self, mut pipe: Pipeline) -> Result<(), RedisError> {
        if !self.is_cluster.load(Ordering::Relaxed) {
            pipe.atomic();
            match self.query_pipeline(&pipe).await {
                // The server responded, but rejected the transaction.
                Err(error) if !error.is_io_error() && self.detect_cluster().await? => {}
                result => return result,
            }
            let transaction = std::mem::replace(&mut pipe, Pipeline::new());
            for command in transaction.cmd_iter() {
                pipe.add_command(command.clone());
            }
        }
        self.query_pipeline(&pipe).await
    }

    /// Returns true if the server belongs to a cluster, and stores the answer.
    async fn detect_cluster(&self) -> Result<bool, RedisError> {
        let info: String = self.query(cmd("INFO").arg("cluster")).await?;
        let is_cluster = info.contains("cluster_enabled:1");
        self.is_cluster.store(is_cluster, Ordering::Relaxed);
        Ok(is_cluster)
    }
}

#[async_trait]
impl Presence for RedisPresence {
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
        self.batch_writer
            .submit(PresenceWrite { agent: record.agent_id, departments, record: Some((text, ttl)) })
            .await
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.batch_writer
            .submit(PresenceWrite { agent, departments: departments.to_vec(), record: None })
            .await
    }

    async fn report_client(
        &self,
        agent: PersonId,
        report: (&str, Availability),
        ttl: Duration,
        now: Time,
    ) -> Result<Vec<Availability>, PresenceError> {
        client_reports::report(&self.server, agent, report, ttl, now).await.map_err(presence_error)
    }

    async fn get(&self, agent: PersonId, _now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        let reply = self.server.query(cmd("GET").arg(record_key(agent))).await;
        self.unreadable.parse(agent, reply).map_err(presence_error)
    }

    async fn all(&self, _now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.read_set(ALL_AGENTS, |_| true).await
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        _now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.read_set(&department_key(department), |record| record.serves(department)).await
    }

    async fn memory_bytes(&self) -> Result<Option<u64>, PresenceError> {
        let agents = self.members(ALL_AGENTS).await?;
        let records = self.records(&agents).await?;
        let departments: BTreeSet<_> =
            records.values().flat_map(|r| r.department_ids.iter().chain(&r.department_id)).copied().collect();
        let keys: Vec<_> = std::iter::once(ALL_AGENTS.to_owned())
            .chain(departments.into_iter().map(department_key))
            .chain(records.into_keys().map(record_key))
            .collect();
        let mut bytes = 0;
        for page in keys.chunks(MAX_BATCH_KEYS) {
            let mut batch = pipe();
            for key in page {
                batch.cmd("MEMORY").arg("USAGE").arg(key);
            }
            match self.server.query_pipeline::<Vec<Option<u64>>>(&batch).await {
                Ok(sizes) => bytes += sizes.into_iter().flatten().sum::<u64>(),
                Err(error) if is_denied(&error) => return Ok(None),
                Err(error) => return Err(presence_error(error)),
            }
        }
        Ok(Some(bytes))
    }

    async fn unreadable_records(&self) -> Result<usize, PresenceError> {
        // No set leads to an unreadable record, so nothing else would read it again.
        self.records(&self.unreadable.agents()).await?;
        Ok(self.unreadable.agents().len())
    }
}

fn record_key(agent: PersonId) -> String {
    format!("{RECORD_PREFIX}{agent}")
}

fn department_key(department: DepartmentId) -> String {
    format!("agents:dept:{department}")
}

fn id_strings(agents: &[PersonId]) -> Vec<String> {
    agents.iter().map(ToString::to_string).collect()
}

/// Returns at least 1, because Redis rejects a TTL of zero.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that `map_err` needs")]
fn presence_error(error: RedisError) -> PresenceError {
    PresenceError(error.to_string())
}
