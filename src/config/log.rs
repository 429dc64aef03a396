//! Log configuration: filter and format.
use super::env::Reader;
use tracing_subscriber::filter::{ParseError, Targets};

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

/// Parses a log filter: directives of the form `module=level`, a module or a level, with commas between them.
pub fn log_filter(text: &str) -> Result<Targets, ParseError> {
    // An empty directive, as after a last comma, would be one for every module at the level `trace`.
    let directives: Vec<_> =
        text.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    if directives.is_empty() {
        return Ok(Targets::new());
    }
    directives.join(",").parse()
}

impl LogConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            filter: read.or(
                "RUST_LOG",
                default.filter,
                "directives with commas between them, such as antri=debug,warn",
                |text| log_filter(text).ok().map(|_| text.to_owned()),
            ),
            format: read.or("LOG_FORMAT", default.format, "text or json", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_filter_has_modules_with_levels_and_one_level_for_the_rest() {
        let filter = log_filter("antri=debug, warn,").unwrap();
        assert!(filter.would_enable("antri::inbox", &Level::DEBUG));
        assert!(filter.would_enable("mongodb", &Level::WARN));
        assert!(!filter.would_enable("antri::inbox", &Level::TRACE));
        assert!(!filter.would_enable("mongodb", &Level::INFO), "the last comma ends the list");
    }

    #[test]
    fn an_empty_filter_enables_nothing() {
        for text in ["", " , "] {
            assert!(!log_filter(text).unwrap().would_enable("antri", &Level::ERROR), "{text:?}");
        }
    }

    #[test]
    fn a_filter_without_a_known_level_is_refused() {
        assert!(log_filter("antri=loud").is_err());
        assert!(log_filter("antri=info=warn").is_err());
    }
}
