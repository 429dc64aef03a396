//! Timers of the leader: each has the engine do what is due, and waits until the next time.
use crate::clock::Clock;
use crate::domain::Time;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The shortest time between two looks at the store.
const MIN_LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// What a timer has the engine do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Timed {
    /// Resume snoozed tickets.
    Snoozes,
    /// Nudge holders who do not react, and hand their tickets over.
    Responses,
    /// Set agents online whose absence is over.
    Absences,
    /// Set agents online and offline by their working hours.
    WorkingHours,
    /// Refresh the cards of tickets that wait in departments that open or close.
    BusinessHours,
    /// Send the daily summary.
    DailySummary,
}

impl Timed {
    /// All timers.
    pub(super) const ALL: [Self; 6] = [
        Self::Snoozes,
        Self::Responses,
        Self::Absences,
        Self::WorkingHours,
        Self::BusinessHours,
        Self::DailySummary,
    ];

    /// Has the engine do what is due by `now`. Returns when the next is due.
    async fn run(self, engine: &Engine, now: Time) -> Result<Option<Time>, EngineError> {
        match self {
            Self::Snoozes => engine.resume_snoozed(now).await,
            Self::Responses => engine.handle_unanswered(now).await,
            Self::Absences => engine.end_absences(now).await,
            Self::WorkingHours => engine.follow_working_hours(now).await,
            Self::BusinessHours => Ok(engine.refresh_business_hours(now).await?),
            Self::DailySummary => engine.send_daily_summary(now).await,
        }
    }
}

/// Runs until `stop`. It looks at the store at once, for what came due while no process ran. Then it waits for
/// what is due next, but at most `longest`: a replica may change it, and the wall clock may be set.
pub(super) async fn run_timer(
    timed: Timed,
    engine: Arc<Engine>,
    clock: Clock,
    longest: Duration,
    stop: CancellationToken,
) {
    loop {
        let next = match timed.run(&engine, clock.now()).await {
            Ok(next) => next.map(|at| (at - clock.now()).to_std().unwrap_or_default()),
            Err(error) => {
                tracing::error!(%error, ?timed, "timer failed");
                None
            }
        };
        let wait = next.unwrap_or(longest).max(MIN_LOOK_INTERVAL).min(longest);
        tokio::select! { () = tokio::time::sleep(wait) => {} () = stop.cancelled() => return }
    }
}
