//! Unreadable presence records: left out of every answer, counted, and logged once each.
use super::foreign_sets::is_wrong_type;
use crate::domain::ids::PersonId;
use crate::domain::presence::PresenceRecord;
use redis::{RedisError, Value, from_redis_value};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The agents whose record could not be read last time.
#[derive(Clone, Default)]
pub(super) struct Unreadable(Arc<Mutex<BTreeSet<PersonId>>>);

impl Unreadable {
    /// Returns the agents who have an unreadable record, as of the last read of each.
    pub(super) fn agents(&self) -> Vec<PersonId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Returns the record in the server's reply to `GET`, or none if it is missing or unreadable. Errors if
    /// the server rejected the command for another reason than the type of the key.
    pub(super) fn parse(
        &self,
        agent: PersonId,
        reply: Result<Value, RedisError>,
    ) -> Result<Option<PresenceRecord>, RedisError> {
        let parsed = match reply {
            Ok(Value::Nil) => Ok(None),
            Ok(value) => parse_record(agent, value).map(Some),
            Err(error) if is_wrong_type(&error) => Err("the key holds another type".to_owned()),
            Err(error) => return Err(error),
        };
        let mut agents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match parsed {
            Ok(record) => {
                agents.remove(&agent);
                Ok(record)
            }
            Err(reason) => {
                if agents.insert(agent) {
                    let unreadable = agents.len();
                    tracing::warn!(%agent, reason, unreadable, "left out an unreadable presence record");
                }
                Ok(None)
            }
        }
    }
}

/// Returns the record of `agent`, or why it is none. The reason quotes nothing of the record.
fn parse_record(agent: PersonId, value: Value) -> Result<PresenceRecord, String> {
    let bytes: Vec<u8> = from_redis_value(value).map_err(|_| "the value is no string".to_owned())?;
    let record: PresenceRecord = serde_json::from_slice(&bytes)
        .map_err(|error| format!("invalid JSON at line {}, column {}", error.line(), error.column()))?;
    if record.agent_id == agent { Ok(record) } else { Err("the record is another agent's".to_owned()) }
}
