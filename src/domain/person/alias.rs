//! Alias of an agent: the name that customers see. Aliases are unique by their keys.
use crate::domain::text::search::tokenize;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The longest alias, in characters.
pub const MAX_ALIAS_CHARS: usize = 30;

/// The words, in the languages of the desk, before the number of an agent without an alias.
const NUMBERED: [&str; 2] = ["agen", "agent"];

/// Returns an alias as it is stored: with single blanks between its words. `None` if it is too long, has no
/// letter or digit, or has a character that nobody sees.
#[must_use]
pub fn checked_alias(text: &str) -> Option<String> {
    let alias = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let is_valid = alias.chars().count() <= MAX_ALIAS_CHARS
        && alias.chars().all(is_visible)
        && !alias_key(&alias).is_empty();
    is_valid.then_some(alias)
}

/// Returns the key of an alias or a name: its words in lower case, without accents and signs. Names with the
/// same key look alike to customers.
#[must_use]
pub fn alias_key(alias: &str) -> String {
    tokenize(alias).join(" ")
}

/// Returns true if an alias looks like that of an agent who has none, such as "Agen 3".
#[must_use]
pub fn is_numbered(alias: &str) -> bool {
    let key = alias_key(alias);
    let mut numbers = NUMBERED.iter().filter_map(|word| key.strip_prefix(word));
    numbers.any(|number| number.trim().chars().all(char::is_numeric))
}

fn is_visible(c: char) -> bool {
    use GeneralCategory as Is;
    let blank = matches!(c, '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    let invisible = matches!(
        c.general_category(),
        Is::Control
            | Is::Format
            | Is::LineSeparator
            | Is::ParagraphSeparator
            | Is::PrivateUse
            | Is::Surrogate
            | Is::Unassigned
    );
    c == ' ' || !(blank || invisible || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_has_visible_characters_and_single_blanks() {
        assert_eq!(checked_alias("  Kak   Rina "), Some("Kak Rina".to_owned()));
        for valid in ["R", "7", "Rina ❤️", "Ærø-Ñandú", "あい", &"x".repeat(30)] {
            assert_eq!(checked_alias(valid).as_deref(), Some(valid));
        }
        let invalid =
            ["", "  ", "❤️", "…", "Ri\u{200B}na", "Ri\u{202E}na", "Ri\nna", "Ri\u{0}na", "Ri\u{3164}na"];
        for invalid in invalid.into_iter().chain(["Ri\u{00A0}na", "Ri\u{2028}na", "Ri\u{E000}na"]) {
            assert_eq!(checked_alias(invalid), None, "{invalid:?}");
        }
        assert_eq!(checked_alias(&"x".repeat(31)), None);
    }

    #[test]
    fn names_that_look_alike_have_one_key() {
        for same in ["RINA", "rína!", " Rina ", "Rina 🙂"] {
            assert_eq!(alias_key(same), "rina", "{same}");
        }
        assert_ne!(alias_key("Rina"), alias_key("Rini"));
    }

    #[test]
    fn the_aliases_of_others_by_number_are_recognized() {
        for numbered in ["Agen 3", "AGENT 12", "agen3", "Agen", "Agent #7"] {
            assert!(is_numbered(numbered), "{numbered}");
        }
        for free in ["Agen Rina", "Agnes 3", "3"] {
            assert!(!is_numbered(free), "{free}");
        }
    }
}
