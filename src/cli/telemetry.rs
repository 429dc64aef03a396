//! Log setup, and the convention for log lines.
//!
//! Lines go to standard error, in UTC, as text or JSON (`LOG_FORMAT`), filtered by `RUST_LOG`. The
//! convention:
//!
//! - The message is a short constant; values are in fields: `tracing::info!(%ticket, %agent, "assigned")`.
//! - Levels: `error` if an operator has to act, `warn` for a rare fault that heals by itself, `info` for
//!   changes of tickets and people, `debug` for the steps in between.
//! - Fields hold ids, never the data behind them: `ticket`, `person`, `agent`, `department` (UUIDs), `number`
//!   (of a ticket), `update` (Telegram's `update_id`), `chat` (Telegram's id of it), `error` (an error's
//!   `Display`).
//! - The name of a field with a unit ends in the unit: `waited_ms`, `size_bytes`, `after_s`. Counts are plain
//!   plurals: `tickets`, `attempts`.
//! - Never: names, usernames, mail addresses, the text or files of messages, tokens, secrets, addresses with
//!   passwords in them.
//!
//! Two safeguards do not depend on callers: lines below `warn` of libraries that handle tokens and messages
//! are dropped, and bot tokens and passwords in URLs are redacted in every line.
mod scrub;

use crate::config::log::{LogConfig, LogFilterError, LogFormat, log_filter};
use scrub::Scrubbed;
use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// Libraries that handle tokens or message texts in plain text.
const WIRE_TARGETS: [&str; 12] = [
    "teloxide",
    "teloxide_core",
    "reqwest",
    "hyper",
    "hyper_util",
    "h2",
    "rustls",
    "axum",
    "tower",
    "tower_http",
    "tungstenite",
    "tokio_tungstenite",
];

/// Why logging setup failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TelemetryError {
    /// The filter does not parse. The filter of a loaded configuration does.
    #[error("invalid log filter")]
    Filter(#[from] LogFilterError),
    /// A global logger exists already: the program calls [`init`] once.
    #[error("logging is already initialized")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts logging for the whole process, including panics. Must be called once, by the program.
pub(super) fn init(config: &LogConfig) -> Result<(), TelemetryError> {
    let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Unlike `set_global_default`, `try_init` also captures what teloxide logs with the `log` crate.
    subscriber(config, ansi, std::io::stderr)?.try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn subscriber<W>(
    config: &LogConfig,
    ansi: bool,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_ansi(ansi).with_writer(Scrubbed(writer));
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match config.format {
        LogFormat::Text => Box::new(layer),
        LogFormat::Json => Box::new(layer.json().flatten_event(true).with_span_list(false)),
    };
    let filter = log_filter(&config.filter)?;
    Ok(tracing_subscriber::registry().with(layer.with_filter(filter.and(filter_fn(without_wire_logs)))))
}

/// Returns whether a line may be logged, whatever `RUST_LOG` enables.
fn without_wire_logs(line: &Metadata<'_>) -> bool {
    let library = line.target().split("::").next().unwrap_or_default();
    *line.level() <= LevelFilter::WARN || !WIRE_TARGETS.contains(&library)
}

/// Logs a panic. Only a literal message is included: a formatted one may hold personal data, and the source
/// location identifies the panic anyway.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(what = message, place = location, thread = thread.name().unwrap_or_default(), "panic");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat, write: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let config = LogConfig { filter: filter.to_owned(), format };
        let subscriber = subscriber(&config, false, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, write);
        let bytes = buffer.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_default_filter_shows_info_of_the_desk_and_warnings_of_libraries() {
        let out = logged(&LogConfig::default().filter, LogFormat::Text, || {
            tracing::info!(target: "antri::engine", tickets = 3, "assigned");
            tracing::debug!(target: "antri::engine", "detail");
            tracing::info!(target: "some_library", "chatter");
            tracing::warn!(target: "teloxide::dispatching", "retrying");
        });
        assert_eq!(out.lines().count(), 2, "{out}");
        assert!(out.contains("assigned tickets=3") && out.contains("retrying"), "{out}");
    }

    #[test]
    fn wire_libraries_are_not_logged_below_warn() {
        let out = logged("trace,hyper_util::client=trace", LogFormat::Text, || {
            tracing::trace!(target: "teloxide_core::net", "body");
            tracing::debug!(target: "hyper_util::client::pool", "headers");
            tracing::trace!(target: "antri::outbox", "ours");
            tracing::error!(target: "reqwest", "failed");
        });
        assert_eq!(out.lines().count(), 2, "{out}");
    }

    #[test]
    fn json_format_writes_one_object_per_line() {
        let out = logged("info", LogFormat::Json, || tracing::info!(tickets = 3, "assigned"));
        let line: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&line["message"], &line["tickets"]), (&"assigned".into(), &3.into()));
        assert!(line["timestamp"].is_string() && line["level"] == "INFO");
    }

    #[test]
    fn secrets_are_redacted_in_both_formats() {
        let error = "https://api.telegram.org/bot1234567890:CANARY-g0gYncWnm5IyfZlpPRqRRv6kNAGlao/getMe";
        for format in [LogFormat::Text, LogFormat::Json] {
            let out = logged("info", format, || {
                tracing::warn!(error, uri = "mongodb://desk:CANARY@db", "request failed");
            });
            assert!(out.contains("request failed") && !out.contains("CANARY"), "{out}");
        }
    }

    #[test]
    fn a_panic_is_logged_with_its_location_but_without_a_formatted_message() {
        let out = logged("info", LogFormat::Text, || {
            let previous_hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(log_panic));
            let secret = "CANARY".to_owned();
            let literal = std::panic::catch_unwind(|| panic!("a literal"));
            let formatted = std::panic::catch_unwind(|| panic!("it was {secret}"));
            std::panic::set_hook(previous_hook);
            assert!(literal.is_err() && formatted.is_err());
        });
        let panics = out.lines().filter(|line| line.contains("telemetry.rs")).count();
        assert_eq!(panics, 2, "{out}");
        assert!(out.contains("a literal") && out.contains("(not shown)") && !out.contains("CANARY"), "{out}");
    }
}
