//! Log configuration: filter and format.
use super::env::Reader;
use tracing_subscriber::EnvFilter;

/// The log's filter and format.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `RUST_LOG`: the log filter, as directives of `tracing`. Default `antri=info,warn`.
    pub filter: String,
    /// `LOG_FORMAT`: `text` for people, or `json` for programs. Default `text`.
    pub format: LogFormat,
}

/// Format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "antri=info,warn".to_owned(), format: LogFormat::Text }
    }
}

impl LogConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            filter: read.or(
                "RUST_LOG",
                default.filter,
                "directives with commas between them, such as antri=debug,warn",
                |text| EnvFilter::builder().parse(text).ok().map(|_| text.to_owned()),
            ),
            format: read.or("LOG_FORMAT", default.format, "text or json", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            }),
        }
    }
}
