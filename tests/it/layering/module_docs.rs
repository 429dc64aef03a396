//! The `//!` comment at the head of each file: there is one, and its first word doesn't ask a question.
use super::source::{File, assert_none, files, planted};

/// First words of a riddle or of half a sentence. A noun phrase begins otherwise.
const NO_NOUN: [&str; 7] = ["what", "who", "whoever", "how", "where", "of", "that"];

fn findings(files: &[File]) -> Vec<String> {
    let finding = |file: &File| Some(format!("{} {}", file.path, wrong(&file.text)?));
    files.iter().filter(|file| file.is_rust()).filter_map(finding).collect()
}

/// Returns what is wrong with the comment at the head of this text.
fn wrong(text: &str) -> Option<String> {
    let Some(doc) = text.strip_prefix("//!") else {
        return Some("begins without a //! comment: say in 1 to 6 lines what the module is for".to_owned());
    };
    let start = doc.trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = start.split(|c: char| !c.is_alphanumeric()).next()?;
    NO_NOUN.contains(&first.to_lowercase().as_str()).then(|| {
        format!(
            "begins its //! comment with \"{first}\": begin with a noun phrase that holds the standard term, as in \"A \
             write queue with group commit.\""
        )
    })
}

#[test]
fn a_module_doc_begins_with_a_noun_phrase() {
    assert_none(&findings(&files()));
}

#[test]
fn a_missing_module_doc_and_a_riddle_are_found() {
    for (text, word) in [
        ("pub mod callback;\n", "without"),
        ("", "without"),
        ("/// Not the module's.\n//! The module's.\n", "without"),
        ("//! What the store has at hand.\n", "\"What\""),
        ("//! Who may know whom.\n", "\"Who\""),
        ("//! Whoever waits.\n", "\"Whoever\""),
        ("//! how it is put together\n", "\"how\""),
        ("//! WHERE it goes\n", "\"WHERE\""),
        ("//! Of each half two.\n", "\"Of\""),
        ("//! **That**'s it.\n", "\"That\""),
        ("//!\n//! What's left.\n", "\"What\""),
    ] {
        let found = findings(&planted(&[("tests/it/x.rs", text)]));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(word) && found[0].starts_with("tests/it/x.rs "), "{text}: {found:?}");
    }
}

#[test]
fn a_noun_phrase_is_allowed_as_a_module_doc() {
    for (path, text) in [
        ("src/store/ttl_cache.rs", "//! A single-value cache with a TTL. What is older is read again.\n"),
        ("src/a.rs", "//! Whatsoever, Howitzers, Offers and Thatch begin like the words and are none.\n"),
        ("benches/desk.rs", "//! `Engine` benchmarks.\n"),
        ("src/store/sqlite/schema.sql", "-- What it holds.\n"),
    ] {
        assert_eq!(findings(&planted(&[(path, text)])), Vec::<String>::new(), "{text}");
    }
}
