//! Words of the full-text search: both stores index and look for the same ones.
use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The longest word that is indexed, in characters. A longer one is found by its beginning.
const MAX_WORD_CHARS: usize = 40;
/// The most words of one text that are indexed.
const MAX_WORDS: usize = 4_000;
/// The longest line that is shown of a match, in characters.
const MAX_LINE_CHARS: usize = 120;
/// A line with more words than this is shown from a few words before the match.
const MAX_LINE_TOKENS: usize = 12;
const TOKENS_BEFORE: usize = 3;
/// The most words of a query.
pub const MAX_QUERY_WORDS: usize = 6;

/// Returns the words of a text, in lower case and without accents, each once and in order.
#[must_use]
pub fn tokenize(text: &str) -> Vec<String> {
    let (mut words, mut word): (Vec<String>, String) = (Vec::new(), String::new());
    let mut known = std::collections::HashSet::new();
    let mut end = |word: &mut String| {
        let done = std::mem::take(word);
        if !done.is_empty() && words.len() < MAX_WORDS && known.insert(done.clone()) {
            words.push(done);
        }
    };
    let mut length = 0;
    for c in text.chars() {
        match group(c) {
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => {
                if length < MAX_WORD_CHARS {
                    push_folded(&mut word, c);
                }
                length += 1;
            }
            // An accent belongs to the letter before it.
            GeneralCategoryGroup::Mark => {}
            _ => {
                end(&mut word);
                length = 0;
            }
        }
    }
    end(&mut word);
    words
}

/// Returns the group of a character. Most are ASCII, for which it needs no look-up in the tables of Unicode.
fn group(c: char) -> GeneralCategoryGroup {
    match c {
        'a'..='z' | 'A'..='Z' => GeneralCategoryGroup::Letter,
        '0'..='9' => GeneralCategoryGroup::Number,
        _ if c.is_ascii() => GeneralCategoryGroup::Other,
        _ => c.general_category_group(),
    }
}

fn push_folded(word: &mut String, c: char) {
    if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
        return;
    }
    decompose_canonical(c, |part| {
        if part.general_category_group() != GeneralCategoryGroup::Mark {
            word.extend(
                part.to_lowercase().filter(|c| c.general_category_group() != GeneralCategoryGroup::Mark),
            );
        }
    });
}

/// Returns the words that a query looks for: each is the beginning of a word.
#[must_use]
pub fn query_words(query: &str) -> Vec<String> {
    let mut words = tokenize(query);
    words.truncate(MAX_QUERY_WORDS);
    words
}

/// Returns true if each word is the beginning of a word of the text.
#[must_use]
pub fn matches(text: &str, words: &[String]) -> bool {
    let of_text = tokenize(text);
    words.iter().all(|word| of_text.iter().any(|other| other.starts_with(word.as_str())))
}

/// Returns the line of a text with the most of these words, from a few words before the first of them; `None`
/// if no line has one.
#[must_use]
pub fn matching_line(text: &str, words: &[String]) -> Option<String> {
    let begins = |token: &str| {
        let of_token = tokenize(token);
        words.iter().filter(|word| of_token.iter().any(|other| other.starts_with(word.as_str()))).count()
    };
    let best = text.lines().rev().max_by_key(|line| begins(line)).filter(|line| begins(line) > 0)?;
    let tokens: Vec<&str> = best.split_whitespace().collect();
    let first = tokens.iter().position(|token| begins(token) > 0).unwrap_or_default();
    let from = if tokens.len() > MAX_LINE_TOKENS { first.saturating_sub(TOKENS_BEFORE) } else { 0 };
    let line = tokens.get(from..).unwrap_or_default().join(" ");
    let line = if from > 0 { format!("… {line}") } else { line };
    Some(super::shorten(&line, MAX_LINE_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_accents() {
        assert_eq!(tokenize("Café CAFÉ, cafe\u{301}! İnternet-2"), ["cafe", "internet", "2"]);
        assert_eq!(tokenize("💥 — "), Vec::<String>::new());
        assert_eq!(tokenize("Ärger Ñandú Łódź"), ["arger", "nandu", "łodz"]);
        assert_eq!(tokenize(&"x".repeat(99)), ["x".repeat(MAX_WORD_CHARS)]);
    }

    #[test]
    fn a_query_word_is_the_beginning_of_a_word() {
        assert!(matches("Internetnya mati sejak pagi", &query_words("MATI inter")));
        assert!(!matches("Internetnya mati", &query_words("nya")));
        assert_eq!(query_words("a b c d e f g h").len(), MAX_QUERY_WORDS);
    }

    #[test]
    fn the_line_that_matched_is_shown() {
        let words = query_words("los merah");
        assert_eq!(matching_line("halo\nlampu LOS merah\nlos", &words).as_deref(), Some("lampu LOS merah"));
        let long = format!("{}lampu LOS merah", "kata ".repeat(30));
        assert_eq!(matching_line(&long, &words).as_deref(), Some("… kata kata lampu LOS merah"));
        assert_eq!(matching_line("halo", &words), None);
    }
}
