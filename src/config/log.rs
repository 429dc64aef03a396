//! Log configuration: filter and format.
use super::env::Reader;
use tracing_subscriber::filter::{ParseError, Targets};

/// Why a log filter was refused.
#[derive(Debug, thiserror::Error)]
pub enum LogFilterError {
    /// A directive names a span or a field, or lacks the level after its `=`.
    #[error("`{0}` is not of the form module=level")]
    Directive(String),
    /// A directive has no known level.
    #[error(transparent)]
    Level(#[from] ParseError),
}

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
pub fn log_filter(text: &str) -> Result<Targets, LogFilterError> {
    // An empty directive, as after a last comma, would be one for every module at the level `error`.
    let directives: Vec<_> =
        text.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    // Other parsers of this syntax know spans and fields; here one would be a module that does not exist.
    let is_foreign = |directive: &&&str| directive.contains(['[', ']', '{', '}']) || directive.ends_with('=');
    if let Some(directive) = directives.iter().find(is_foreign) {
        return Err(LogFilterError::Directive((*directive).to_owned()));
    }
    if directives.is_empty() {
        return Ok(Targets::new());
    }
    Ok(directives.join(",").parse()?)
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
        assert!(!filter.would_enable("mongodb", &Level::INFO));
        let filter = log_filter("antri=debug,").unwrap();
        assert!(!filter.would_enable("mongodb", &Level::ERROR), "a last comma is no directive for the rest");
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
        for text in ["antri=", "warn,antri[request]=debug", "antri[{route,method}]=debug"] {
            assert!(matches!(log_filter(text), Err(LogFilterError::Directive(_))), "{text}");
        }
    }
}
