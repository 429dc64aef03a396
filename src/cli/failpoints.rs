//! For the crash tests only (feature `failpoints`): ends this process by SIGKILL at a named point, as a power cut would.
use crate::outbox::rate_limit::RateLimits;

/// The variable that names the point, and how often it is passed before: `outbox-after-send` or `outbox-after-send:3`.
pub const VARIABLE: &str = "ANTRI_CRASH_AT";

/// The variable that lifts the pace towards Telegram when it is `none`: the parent's Telegram has none, and a story that
/// keeps it takes a minute.
const RATE_VARIABLE: &str = "ANTRI_PACE";

/// The pace to keep.
#[must_use]
pub fn limits() -> RateLimits {
    if std::env::var(RATE_VARIABLE).is_ok_and(|pace| pace == "none") {
        RateLimits::NONE
    } else {
        RateLimits::TELEGRAM
    }
}

/// Arms the point that the environment names, if it names one.
pub fn arm() {
    let Ok(wish) = std::env::var(VARIABLE) else { return };
    let (point, passes) = wish.split_once(':').unwrap_or((&wish, "0"));
    let left = std::sync::atomic::AtomicI64::new(passes.parse().unwrap_or(0));
    let armed = fail::cfg_callback(point, move || {
        if left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) <= 0 {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // The signal is on its way; nothing of what follows may happen.
            loop {
                std::thread::park();
            }
        }
    });
    if let Err(error) = armed {
        tracing::error!(error, "the crash point can't be armed");
    }
}
