//! The languages of the desk's texts.
use serde::{Deserialize, Serialize};

/// The languages of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Locale {
    /// All locales in display order.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// Returns the locale of an IETF language tag such as Telegram's `language_code` (`id`, `en-GB`), or
    /// `None` for other languages.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            // The former code of Indonesian, which older phones name.
            "id" | "in" => Some(Self::Id),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Returns the two-letter tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn a_tag_names_a_language_with_any_region_and_by_its_former_code() {
        for (tag, locale) in [
            ("id", Some(Locale::Id)),
            ("ID-id", Some(Locale::Id)),
            ("in", Some(Locale::Id)),
            ("in_ID", Some(Locale::Id)),
            ("en-GB", Some(Locale::En)),
            ("es", None),
            ("ind", None),
            ("", None),
        ] {
            assert_eq!(Locale::from_tag(tag), locale, "{tag}");
        }
    }
}
