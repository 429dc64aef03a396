//! Restoration of presence sets whose key another program overwrote with a value of another type.
//!
//! The records still say who is present. A set that lacked some of them would make the desk mark agents as
//! lost, so a restored set begins with all of them, and reads remove those that do not belong in it.
use super::{MAX_BATCH_KEYS, RECORD_PREFIX, Server};
use crate::domain::ids::PersonId;
use redis::{RedisError, cmd, pipe};
use std::collections::BTreeSet;

/// The error code of Redis for a key that holds another type than the command needs.
const WRONG_TYPE: &str = "WRONGTYPE";

/// Returns whether the server rejected a command because of the type of a key.
pub(super) fn is_wrong_type(error: &RedisError) -> bool {
    error
        .clone()
        .into_server_errors()
        .is_some_and(|all| all.iter().any(|(_, error)| error.code() == WRONG_TYPE))
}

impl Server {
    /// Restores those of `sets` whose key holds another type. Returns whether there was one.
    pub(super) async fn restore_foreign_sets(&self, sets: BTreeSet<String>) -> Result<bool, RedisError> {
        let mut found = false;
        for set in sets {
            // Removes nothing: no member has an empty name.
            match self.query::<u64>(cmd("SREM").arg(&set).arg("")).await {
                Err(error) if is_wrong_type(&error) => {
                    self.restore_set(&set).await?;
                    found = true;
                }
                Err(error) => return Err(error),
                Ok(_) => {}
            }
        }
        Ok(found)
    }

    /// Replaces the value of `set` by the agents who have a record.
    pub(super) async fn restore_set(&self, set: &str) -> Result<(), RedisError> {
        let agents = self.agents_with_key().await?;
        tracing::warn!(set, agents = agents.len(), "restored a presence set whose key held another type");
        let mut restoration = pipe();
        // One transaction: nobody may read the set without its members.
        restoration.cmd("DEL").arg(set);
        for page in agents.chunks(MAX_BATCH_KEYS) {
            restoration.cmd("SADD").arg(set).arg(page);
        }
        self.run_pipeline(restoration).await
    }

    /// Returns the ids in the keys of records. Reads the names of all keys, which only a restoration is worth.
    async fn agents_with_key(&self) -> Result<Vec<String>, RedisError> {
        let (mut agents, mut cursor) = (BTreeSet::new(), 0_u64);
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{RECORD_PREFIX}*")).arg("COUNT").arg(MAX_BATCH_KEYS);
            let (next, keys): (u64, Vec<Vec<u8>>) = self.query(&scan).await?;
            let ids =
                keys.iter().filter_map(|key| std::str::from_utf8(key).ok()?.strip_prefix(RECORD_PREFIX));
            agents.extend(ids.filter_map(|id| id.parse().ok().map(PersonId)));
            cursor = next;
            if cursor == 0 {
                return Ok(agents.iter().map(ToString::to_string).collect());
            }
        }
    }
}
