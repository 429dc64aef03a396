//! Failpoints for the crash tests (feature `failpoints`): kill this process by SIGKILL at a named point, like
//! a power cut, or panic there. The tests also set the limits, and how far the clock is ahead.
use crate::clock::Clock;
use crate::outbox::rate_limit::RateLimits;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicI64, Ordering};

/// The variable that holds the failpoint, and how often it is passed before: `outbox-after-send`,
/// `outbox-after-send:3`.
pub const VARIABLE: &str = "ANTRI_CRASH_AT";

/// The variable that holds a failpoint at which the process panics, once, and how often it is passed before.
pub const PANIC_VARIABLE: &str = "ANTRI_PANIC_AT";

/// The variable that removes the rate limits of calls to Telegram if it is `none`. The simulated Telegram of
/// the tests has no limits, and with them a story takes a minute.
const RATE_VARIABLE: &str = "ANTRI_PACE";

/// The variable that holds how many seconds the wall clock is ahead, so that no test waits for the next minute.
pub const CLOCK_VARIABLE: &str = "ANTRI_CLOCK_AHEAD";

/// How long a released ticket stays away from its former holder: long enough that another agent takes it
/// first, and short enough that no story waits for a minute.
pub const RETURN_DELAY: TimeDelta = TimeDelta::seconds(2);

/// Returns the system clock, ahead by the seconds that [`CLOCK_VARIABLE`] names.
#[must_use]
pub fn clock() -> Clock {
    let seconds = std::env::var(CLOCK_VARIABLE).ok().and_then(|seconds| seconds.parse().ok());
    let (system, ahead) = (Clock::system(), TimeDelta::seconds(seconds.unwrap_or(0)));
    let steady = system.clone();
    Clock::from_parts(move || system.now() + ahead, move || steady.steady())
}

/// Returns the rate limits of calls to Telegram.
#[must_use]
pub fn limits() -> RateLimits {
    if std::env::var(RATE_VARIABLE).is_ok_and(|limits| limits == "none") {
        RateLimits::NONE
    } else {
        RateLimits::TELEGRAM
    }
}

/// Activates the failpoints that [`VARIABLE`] and [`PANIC_VARIABLE`] name, if they are set.
pub fn arm() {
    activate(VARIABLE, |passes_left| {
        if passes_left <= 0 {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // The signal is delivered asynchronously; nothing after the failpoint may run.
            loop {
                std::thread::park();
            }
        }
    });
    activate(PANIC_VARIABLE, panic_once);
}

fn panic_once(passes_left: i64) {
    assert_ne!(passes_left, 0, "injected panic");
}

/// Calls `action` at each pass of the failpoint that `variable` names, with the number of passes that are left.
fn activate(variable: &str, action: impl Fn(i64) + Send + Sync + 'static) {
    let Ok(value) = std::env::var(variable) else { return };
    let (point, passes) = value.split_once(':').unwrap_or((&value, "0"));
    let remaining = AtomicI64::new(passes.parse().unwrap_or(0));
    let activated = fail::cfg_callback(point, move || action(remaining.fetch_sub(1, Ordering::SeqCst)));
    if let Err(error) = activated {
        tracing::error!(error, "failed to activate failpoint");
    }
}
