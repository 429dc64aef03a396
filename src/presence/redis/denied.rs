//! Commands that the server does not grant to this user: a warning for each, once.
use redis::RedisError;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The error code of Redis for a command or key that the user has no right to.
const NO_PERMISSION: &str = "NOPERM";

/// The refusals of the server so far, each in its words, which name the command.
#[derive(Clone, Default)]
pub(super) struct Denied(Arc<Mutex<BTreeSet<String>>>);

impl Denied {
    /// Logs what `error` says about missing rights, unless it was logged before.
    pub(super) fn note(&self, error: &RedisError) {
        for refusal in refusals(error) {
            let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if logged.insert(refusal.clone()) {
                tracing::warn!(
                    refusal,
                    "Redis does not grant a right to this user; docs/deployment.md lists those that suffice"
                );
            }
        }
    }
}

/// Returns whether the server refused a command or key for lack of rights.
pub(super) fn is_denied(error: &RedisError) -> bool {
    !refusals(error).is_empty()
}

/// Returns the server's words about missing rights: of the error, or of each error of a pipeline.
fn refusals(error: &RedisError) -> Vec<String> {
    if error.is_io_error() {
        return Vec::new();
    }
    let errors = error.clone().into_server_errors();
    let refused = errors.iter().flat_map(|all| all.iter()).filter(|(_, error)| error.code() == NO_PERMISSION);
    refused.map(|(_, error)| error.details().unwrap_or("no details").to_owned()).collect()
}
