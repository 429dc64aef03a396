//! Failpoints for the crash tests (feature `failpoints`): kill this process by SIGKILL at a named point, like
//! a power cut.
use crate::outbox::rate_limit::RateLimits;

/// The variable that holds the failpoint, and how often it is passed before: `outbox-after-send`,
/// `outbox-after-send:3`.
pub const VARIABLE: &str = "ANTRI_CRASH_AT";

/// The variable that removes the rate limits of calls to Telegram if it is `none`. The simulated Telegram of
/// the tests has no limits, and with them a story takes a minute.
const RATE_VARIABLE: &str = "ANTRI_PACE";

/// Returns the rate limits of calls to Telegram.
#[must_use]
pub fn limits() -> RateLimits {
    if std::env::var(RATE_VARIABLE).is_ok_and(|limits| limits == "none") {
        RateLimits::NONE
    } else {
        RateLimits::TELEGRAM
    }
}

/// Activates the failpoint that [`VARIABLE`] names, if it is set.
pub fn arm() {
    let Ok(value) = std::env::var(VARIABLE) else { return };
    let (point, passes) = value.split_once(':').unwrap_or((&value, "0"));
    let remaining = std::sync::atomic::AtomicI64::new(passes.parse().unwrap_or(0));
    let activated = fail::cfg_callback(point, move || {
        if remaining.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) <= 0 {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // The signal is delivered asynchronously; nothing after the failpoint may run.
            loop {
                std::thread::park();
            }
        }
    });
    if let Err(error) = activated {
        tracing::error!(error, "failed to activate failpoint");
    }
}
