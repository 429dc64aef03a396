//! Localized texts by key: the Fluent files of `locales/`, compiled into the program.
//!
//! All locales must have the same keys with the same variables; the tests check it.
use crate::domain::number::TicketNumber;
use crate::domain::person::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use unic_langid::LanguageIdentifier;

#[cfg(test)]
mod tests;

/// The files of a locale: name, for error messages, and content.
type Files = [(&'static str, &'static str); 17];

macro_rules! files {
    ($locale:literal) => {
        [
            ("common", include_str!(concat!("../locales/", $locale, "/common.ftl"))),
            ("cards", include_str!(concat!("../locales/", $locale, "/cards.ftl"))),
            ("notices", include_str!(concat!("../locales/", $locale, "/notices.ftl"))),
            ("service", include_str!(concat!("../locales/", $locale, "/service.ftl"))),
            ("conversation", include_str!(concat!("../locales/", $locale, "/conversation.ftl"))),
            ("canned", include_str!(concat!("../locales/", $locale, "/canned.ftl"))),
            ("console", include_str!(concat!("../locales/", $locale, "/console.ftl"))),
            ("pickup", include_str!(concat!("../locales/", $locale, "/pickup.ftl"))),
            ("records", include_str!(concat!("../locales/", $locale, "/records.ftl"))),
            ("menu", include_str!(concat!("../locales/", $locale, "/menu.ftl"))),
            ("handlers", include_str!(concat!("../locales/", $locale, "/handlers.ftl"))),
            ("admin", include_str!(concat!("../locales/", $locale, "/admin.ftl"))),
            ("audit", include_str!(concat!("../locales/", $locale, "/audit.ftl"))),
            ("availability", include_str!(concat!("../locales/", $locale, "/availability.ftl"))),
            ("schedule", include_str!(concat!("../locales/", $locale, "/schedule.ftl"))),
            ("settings", include_str!(concat!("../locales/", $locale, "/settings.ftl"))),
            ("statistics", include_str!(concat!("../locales/", $locale, "/statistics.ftl"))),
        ]
    };
}

fn files(locale: Locale) -> Files {
    match locale {
        Locale::Id => files!("id"),
        Locale::En => files!("en"),
    }
}

/// An argument of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Text, inserted unchanged.
    Text(Cow<'a, str>),
    /// An amount; plural forms depend on it, and its thousands are marked as the language does it. A year or an
    /// id is a text.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a TicketNumber> for Arg<'a> {
    fn from(number: &'a TicketNumber) -> Self {
        Self::Text(Cow::Borrowed(number.as_str()))
    }
}

macro_rules! number_args {
    ($($int:ty),*) => {$(
        impl From<$int> for Arg<'_> {
            fn from(number: $int) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

number_args!(u8, u16, u32, u64, usize, i32, i64);

impl<'a> From<Arg<'a>> for FluentValue<'a> {
    fn from(arg: Arg<'a>) -> Self {
        match arg {
            Arg::Text(text) => Self::String(text),
            Arg::Number(number) => Self::from(number),
        }
    }
}

/// A fault of the locale files, found at start-up.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// A file does not parse.
    #[error("locales/{locale}/{file}.ftl: {problem}")]
    Syntax {
        /// The locale's tag.
        locale: &'static str,
        /// The file's name without its ending.
        file: &'static str,
        /// The parser's message.
        problem: String,
    },
    /// A key is defined twice in the files of one locale.
    #[error("locales/{locale}/{file}.ftl: {problem}")]
    Duplicate {
        /// The locale's tag.
        locale: &'static str,
        /// The file with the second definition.
        file: &'static str,
        /// The duplicate key.
        problem: String,
    },
    /// A locale's tag is not a valid language tag.
    #[error("{0} is not a valid language tag")]
    Tag(&'static str),
}

/// The texts of every locale.
pub struct Texts {
    indonesian: FluentBundle<FluentResource>,
    english: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl Texts {
    /// Parses the compiled-in files.
    pub fn load() -> Result<Self, TextError> {
        Ok(Self { indonesian: load_bundle(Locale::Id)?, english: load_bundle(Locale::En)? })
    }

    /// Returns the text of `key` in `locale`. A missing key is logged for the operator, and falls back to the
    /// other locale and then to the key itself.
    #[must_use]
    pub fn format(&self, locale: Locale, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let other = match locale {
            Locale::Id => Locale::En,
            Locale::En => Locale::Id,
        };
        if let Some(text) = self.lookup(locale, key, args) {
            return text;
        }
        tracing::error!(key, locale = locale.tag(), "missing text in locale");
        self.lookup(other, key, args).unwrap_or_else(|| key.to_owned())
    }

    /// Returns whether `locale` has this key.
    #[must_use]
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        self.bundle(locale).get_message(key).is_some_and(|message| message.value().is_some())
    }

    fn bundle(&self, locale: Locale) -> &FluentBundle<FluentResource> {
        match locale {
            Locale::Id => &self.indonesian,
            Locale::En => &self.english,
        }
    }

    fn lookup(&self, locale: Locale, key: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
        let bundle = self.bundle(locale);
        let pattern = bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, value.clone());
        }
        let mut faults = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut faults).into_owned();
        if !faults.is_empty() {
            tracing::error!(key, locale = locale.tag(), ?faults, "failed to resolve references in text");
        }
        Some(text)
    }
}

fn load_bundle(locale: Locale) -> Result<FluentBundle<FluentResource>, TextError> {
    let tag = locale.tag();
    let language: LanguageIdentifier = tag.parse().map_err(|_| TextError::Tag(tag))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Fluent's isolation marks around arguments are hidden characters, and would end up in numbers copied
    // from Telegram.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match locale {
        Locale::Id => |value, _| with_marked_thousands(value, '.'),
        Locale::En => |value, _| with_marked_thousands(value, ','),
    }));
    for (file, source) in files(locale) {
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| TextError::Syntax { locale: tag, file, problem: format!("{errors:?}") })?;
        bundle.add_resource(resource).map_err(|errors| TextError::Duplicate {
            locale: tag,
            file,
            problem: format!("{errors:?}"),
        })?;
    }
    Ok(bundle)
}

/// Returns a number from 1,000 on with a mark between its thousands. The library's own option, `useGrouping`, has no
/// effect (`findings/fluent-number-options.sh`).
fn with_marked_thousands(value: &FluentValue<'_>, mark: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let digits = number.as_string();
    if digits.len() < 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    Some(text)
}
