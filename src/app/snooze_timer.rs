//! The timer of snoozed tickets: has the engine resume each one when its time has come.
use crate::clock::Clock;
use crate::engine::Engine;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The shortest time between two looks at the store.
const MIN_LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Runs until `stop`. It looks at the store at once, for what came due while no process ran. Then it waits for the
/// next due ticket, but at most `longest`: a replica may snooze a ticket, and the wall clock may be set.
pub(super) async fn resume_snoozed(
    engine: Arc<Engine>,
    clock: Clock,
    longest: Duration,
    stop: CancellationToken,
) {
    loop {
        let next = match engine.resume_snoozed(clock.now()).await {
            Ok(next) => next.map(|at| (at - clock.now()).to_std().unwrap_or_default()),
            Err(error) => {
                tracing::error!(%error, "failed to resume snoozed tickets");
                None
            }
        };
        let wait = next.unwrap_or(longest).max(MIN_LOOK_INTERVAL).min(longest);
        tokio::select! { () = tokio::time::sleep(wait) => {} () = stop.cancelled() => return }
    }
}
