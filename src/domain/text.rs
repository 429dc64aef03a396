//! Text that people wrote, cleaned and measured where it enters.
pub mod formatted;
pub mod search;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Maximum length of the name of a person, department or category, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// Removes characters that make text look different from what it contains: bidirectional and other invisible
/// controls, and more than three combining marks in a row. Trims the ends. Returns an empty text if nothing
/// in it is visible.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut keep = cleaning_filter(text);
    let kept: String = text.chars().filter(|c| keep(*c)).collect();
    kept.trim().to_owned()
}

/// Returns a filter for the characters of `text`, in order: true for those that [`clean`] keeps.
pub(super) fn cleaning_filter(text: &str) -> impl FnMut(char) -> bool {
    let (is_visible, mut marks) = (text.chars().any(is_visible), 0);
    move |c| {
        marks = if is_combining(c) { marks + 1 } else { 0 };
        is_visible && marks <= 3 && !is_hidden(c)
    }
}

/// Returns true if a character is visible by itself. Blanks, controls, joiners and marks without a letter are
/// not, and neither are letters and symbols that are blank. Characters that are newer than the Unicode table
/// count as visible.
fn is_visible(c: char) -> bool {
    use GeneralCategory as Is;
    let blank = matches!(c, '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    let invisible = matches!(
        c.general_category(),
        Is::Control
            | Is::Format
            | Is::SpaceSeparator
            | Is::LineSeparator
            | Is::ParagraphSeparator
            | Is::NonspacingMark
            | Is::EnclosingMark
    );
    !blank && !invisible
}

fn is_hidden(c: char) -> bool {
    let bidi =
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    bidi || (c.is_control() && c != '\n') || c == '\u{FEFF}'
}

pub(super) fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Returns the first `max` characters of `text`, with an ellipsis if some were left out. It leaves out a word that was
/// cut, unless little would be left.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    let Some((end, next)) = text.char_indices().nth(max.saturating_sub(1)) else { return text.to_owned() };
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept = text.get(..end).unwrap_or_default();
    let cuts_word = next.is_alphanumeric() && kept.ends_with(char::is_alphanumeric);
    let whole_words = kept.rfind(char::is_whitespace).filter(|at| cuts_word && *at > end / 2);
    with_ellipsis(whole_words.and_then(|at| kept.get(..at)).unwrap_or(kept))
}

/// Returns the beginning of a text with an ellipsis, which takes the place of blanks and of a sentence's mark at the
/// cut.
#[must_use]
pub fn with_ellipsis(kept: &str) -> String {
    let kept = kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '…'));
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_removes_direction_marks_and_stacked_accents() {
        assert_eq!(clean("  a\u{202E}b\u{0000}c\n"), "abc");
        let zalgo = format!("z{}", "\u{0301}".repeat(40));
        assert_eq!(clean(&zalgo).chars().count(), 4);
    }

    #[test]
    fn clean_empties_invisible_text() {
        let blanks = "\u{200B}\u{200C}\u{200D}\u{2060}\u{2063}\u{00AD}\u{FEFF}\u{180E}\u{034F}\u{FE0F}\u{E0020}\u{2800}\u{3164}\u{115F}\u{00A0}\u{2028}\n";
        assert_eq!(clean(blanks), "");
        assert!(blanks.chars().all(|c| clean(&c.to_string()).is_empty()));
        for visible in ["a", "7", "•", "◀️", "👨\u{200D}👩", "あ", "ك", "\u{200B}x"] {
            assert!(!clean(visible).is_empty(), "{visible}");
        }
    }

    #[test]
    fn a_shortened_text_ends_with_an_ellipsis() {
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("abc def", 5), "abc…");
        assert_eq!(shorten("Mati. Tolong", 7), "Mati…");
        assert_eq!(shorten("Mati. Tolong", 12), "Mati. Tolong");
        assert_eq!(shorten("........", 4), "…");
        assert_eq!(shorten("Internet di rumah kami mati", 20), "Internet di rumah…");
        assert_eq!(shorten("Internet di rumah kami mati", 18), "Internet di rumah…");
        assert_eq!(shorten("a Internetnya", 10), "a Interne…", "little would be left");
        assert_eq!(
            (shorten("", 0), shorten("ab", 0), shorten("ab", 1)),
            (String::new(), "…".into(), "…".into())
        );
    }
}
