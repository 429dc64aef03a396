//! Names in the field's terms: a definition or a file that is called by a banned word is found. Uses of a name are not
//! looked at, so a name of another crate is no finding.
//!
//! A name of more than four words is a sentence, as a test's is, and may use any word in its ordinary meaning.
use super::banned_words::{BANNED_NAMES, BANNED_WORDS};
use super::definitions::{Definition, Kind, definitions};
use super::lexer::tokens;
use super::source::{File, assert_none, files, planted};
use std::collections::BTreeSet;

/// As many words as a name has before it is a sentence.
const MAX_WORDS: usize = 4;

fn findings(files: &[File]) -> Vec<String> {
    files.iter().filter(|file| file.is_rust()).flat_map(findings_in).collect()
}

fn findings_in(file: &File) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let path = &file.path;
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some((word, instead)) = banned_word(name.trim_end_matches(".rs")).or_else(|| banned_name(name)) {
        found.insert(format!("{path} calls itself `{name}`: for \"{word}\" the field says {instead}"));
    }
    for Definition { kind, name, .. } in definitions(&tokens(&file.text)) {
        // A variant has its type's name before it, which makes its own plain.
        let as_a_whole = if kind == Kind::Variant { None } else { banned_name(name) };
        if let Some((word, instead)) = banned_word(name).or(as_a_whole) {
            let noun = kind.noun();
            found.insert(format!("{path} calls {noun} `{name}`: for \"{word}\" the field says {instead}"));
        }
    }
    found
}

/// Returns the banned word that stands in a name, and what to use instead.
fn banned_word(name: &str) -> Option<(&'static str, &'static str)> {
    let words = split(name);
    if words.len() > MAX_WORDS {
        return None;
    }
    BANNED_WORDS.iter().find_map(|(banned, instead)| {
        let word = banned.split_whitespace().find(|word| {
            let parts: Vec<_> = word.split('_').collect();
            words.windows(parts.len()).any(|window| window == parts)
        })?;
        Some((word, *instead))
    })
}

/// Returns the banned name that is this one as a whole, and what to use instead.
fn banned_name(name: &str) -> Option<(&'static str, &'static str)> {
    BANNED_NAMES.iter().find_map(|(banned, instead)| {
        let word = banned.split_whitespace().find(|word| *word == name)?;
        Some((word, *instead))
    })
}

/// Returns the words of a name, in lower case: `LeaseMark`, `lease_mark` and `LEASE_MARK` have two.
fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn names_are_the_terms_of_the_field() {
    assert_none(&findings(&files()));
}

#[test]
fn every_word_and_name_of_the_table_is_found() {
    let all = BANNED_WORDS.iter().chain(BANNED_NAMES);
    for (name, instead) in
        all.flat_map(|(names, instead)| names.split_whitespace().map(move |name| (name, instead)))
    {
        let (path, code) = match name.strip_suffix(".rs") {
            Some(_) => (format!("src/store/{name}"), String::new()),
            None => ("src/store.rs".to_owned(), format!("fn {name}() {{}}")),
        };
        let found = findings(&planted(&[(&path, &code)]));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].starts_with(&path) && found[0].contains(instead), "{name}: {found:?}");
    }
}

#[test]
fn the_terms_of_the_table_are_not_banned_themselves() {
    for (names, instead) in BANNED_WORDS.iter().chain(BANNED_NAMES) {
        for term in instead.split('`').skip(1).step_by(2) {
            assert_eq!(banned_word(term).or_else(|| banned_name(term)), None, "`{term}`, for \"{names}\"");
        }
    }
}

#[test]
fn a_banned_word_is_found_in_every_kind_of_name() {
    for (path, code, message) in [
        ("src/store/mongo/hands.rs", "", "src/store/mongo/hands.rs calls itself `hands.rs`"),
        ("tests/it/support/trouble.rs", "", "calls itself `trouble.rs`"),
        ("src/a.rs", "pub(super) struct Hands;", "a type `Hands`"),
        ("src/a.rs", "struct ChatLane(u8);", "a type `ChatLane`"),
        ("src/a.rs", "trait Standing {}", "a type `Standing`"),
        ("src/a.rs", "const FACES_SEEN: u8 = 1;", "a constant `FACES_SEEN`"),
        ("src/a.rs", "struct A { told: bool }", "a field `told`"),
        ("src/a.rs", "enum A { PutAside(u8) }", "a variant `PutAside`"),
        ("src/a.rs", "enum A { B { owed: u8 } }", "a field `owed`"),
        ("benches/a.rs", "async fn what_is_owed() {}", "a function `what_is_owed`"),
        ("src/a.rs", "mod doubts { }", "a module `doubts`"),
        ("src/a.rs", "macro_rules! gift { () => {} }", "a macro `gift`"),
        ("src/a.rs", "impl A { fn look_afresh(&self) {} }", "a function `look_afresh`"),
        ("src/a.rs", "struct Known;", "a type `Known`"),
        ("src/a.rs", "const MOST: u8 = 1;", "a constant `MOST`"),
    ] {
        let found = findings(&planted(&[(path, code)]));
        assert_eq!(found.len(), 1, "{path}: {code}: {found:?}");
        assert!(found[0].contains(message) && found[0].contains(" the field says "), "{code}: {found:?}");
    }
}

#[test]
fn ordinary_words_and_other_crates_names_are_allowed() {
    for (path, code) in [
        (
            "src/a.rs",
            "fn known_departments() {} fn unknown() {} struct UnknownDepartment; enum A { Known(B) }",
        ),
        (
            "src/a.rs",
            "fn returns() {} fn roll_back() {} struct Interfaces; fn handler() {} fn hand_over() {}",
        ),
        ("src/a.rs", "const MOST_MINUTES: u8 = 1; const AT_MOST: u8 = 1; fn at_most() {}"),
        (
            "src/a.rs",
            "use other::{Told, Lane}; fn f(told: &Told) { told.gift(); let owed = Lane { fate: 1 }; }",
        ),
        ("src/a.rs", "// Told and owed.\nfn f() -> &'static str { \"doubt\" } impl Standing for A {}"),
        ("src/a.rs", "#[test] fn a_ticket_that_waits_too_long_is_told_once() {}"),
        (
            "src/a.rs",
            "struct Roster; struct Seat; struct Slot; fn sweep() {} mod inbox {} mod outbox {} struct Feed;",
        ),
        ("src/store/mongo/in_flight.rs", "struct InFlight; fn uncertain() {}"),
    ] {
        assert_eq!(findings(&planted(&[(path, code)])), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn names_are_split_into_their_words() {
    for (name, words) in [
        ("Hands", "hands"),
        ("on_hand", "on hand"),
        ("LeaseMark", "lease mark"),
        ("FACES_SEEN", "faces seen"),
        ("HTTPServer2Go", "httpserver2 go"),
        ("__a", "a"),
    ] {
        assert_eq!(split(name).join(" "), words, "{name}");
    }
}
