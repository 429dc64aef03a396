//! Tests of the locale files: equal keys and variables, no foreign words, and every key that the source uses.
use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Returns the bodies of all messages by key. `only` limits the files, unless it is empty.
fn messages(locale: Locale, only: &[&str]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (file, source) in files(locale) {
        if !only.is_empty() && !only.contains(&file) {
            continue;
        }
        let mut key = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let (true, Some((name, value))) = (starts, line.split_once('=')) {
                key = name.trim().to_owned();
                assert!(found.insert(key.clone(), value.to_owned()).is_none(), "{key} is defined twice");
            } else if !line.trim().is_empty() {
                let body = found.get_mut(&key).unwrap();
                body.push('\n');
                body.push_str(line);
            }
        }
    }
    found
}

fn variables(body: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    body.split('$').skip(1).map(name).collect()
}

/// Returns the words that people read, without placeables, tags, entities and commands.
fn visible_words(body: &str) -> Vec<String> {
    let mut text = String::new();
    let (mut tag, mut variable) = (false, false);
    for c in body.chars() {
        tag = (tag || c == '<') && c != '>';
        variable = c == '$' || c == '/' || (variable && c.is_alphanumeric());
        text.push(if tag || variable { ' ' } else { c });
    }
    text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

fn sources(under: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        let rust = path.extension().is_some_and(|ext| ext == "rs");
        if path.is_dir() {
            sources(&path, found);
        } else if rust && !name.contains("/tests") {
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn source(part: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part), &mut found);
    assert!(!found.is_empty());
    found
}

/// Returns the string literal at the start of `code` if it looks like a key.
fn key_literal(code: &str) -> Option<&str> {
    let (literal, _) = code.trim_start().strip_prefix('"')?.split_once('"')?;
    let key = literal.contains('-')
        && literal.starts_with(|c: char| c.is_ascii_lowercase())
        && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    key.then_some(literal)
}

#[test]
fn both_locales_have_the_same_keys_and_variables() {
    let (id, en) = (messages(Locale::Id, &[]), messages(Locale::En, &[]));
    let keys = |all: &BTreeMap<String, String>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&id), keys(&en));
    for (key, body) in &id {
        assert_eq!(variables(body), variables(&en[key]), "{key}");
    }
}

#[test]
fn no_text_is_empty() {
    for locale in Locale::ALL {
        for (key, body) in messages(locale, &[]) {
            assert!(!body.trim().is_empty(), "{key} in {}", locale.tag());
        }
    }
}

/// Returns a text without the names that admins type to have them filled in, such as `{agent}`: they are the same
/// in all languages.
fn without_fill_ins(body: &str) -> String {
    let (open, close) = (r#"{"{"}"#, r#"{"}"}"#);
    let mut parts = body.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(close).map_or(part, |(_, rest)| rest))
}

#[test]
fn no_locale_has_words_of_the_other_language() {
    let english = "the and you your yours is are was were be been of for with from this that it its not no new \
        queue waiting open close send cancel refresh customer agent agents department category assigned completed \
        pending busy away please hello thank thanks page today yesterday ago minute minutes hour hours press help \
        welcome here there now offered slots tickets";
    let indonesian = "anda tiket antrian agen kategori departemen dan yang untuk dengan tidak sudah belum kami \
        menit jam hari baru selesai dibatalkan ditunda menunggu tekan terima kasih halo silakan";
    for (locale, foreign) in [(Locale::Id, english), (Locale::En, indonesian)] {
        let foreign: BTreeSet<&str> = foreign.split_whitespace().collect();
        for (key, body) in messages(locale, &[]) {
            let leaked: Vec<_> = visible_words(&without_fill_ins(&body))
                .into_iter()
                .filter(|word| foreign.contains(word.as_str()))
                .collect();
            // Plural selectors (`one`, `other`) belong to the file format, so the English list omits them.
            assert!(leaked.is_empty(), "{key} in {}: {leaked:?}", locale.tag());
        }
    }
}

#[test]
fn every_key_in_the_source_exists() {
    let texts = Texts::load().unwrap();
    let exists = |key: &str| Locale::ALL.into_iter().all(|locale| texts.has(locale, key));
    for (file, code) in source("src") {
        for call in [".say(", ".plain(", ".text(", ".toast(", ".message(", ".button(", ".numbered_button("] {
            for key in code.split(call).skip(1).filter_map(key_literal) {
                assert!(exists(key), "{file}: {key}");
            }
        }
    }
    // A key that is stored in a variable first is recognized by its first part, which is that of other keys.
    let all = messages(Locale::Id, &[]);
    let families: BTreeSet<&str> = all.keys().filter_map(|key| key.split('-').next()).collect();
    for (file, code) in source("src/bot") {
        for key in code.match_indices('"').filter_map(|(at, _)| key_literal(&code[at..])) {
            let is_key = key.split('-').next().is_some_and(|family| families.contains(family));
            assert!(!is_key || exists(key), "{file}: {key}");
        }
    }
}

#[test]
fn every_key_of_cards_notices_and_menu_is_used() {
    let code: String = source("src").into_iter().map(|(_, code)| code).collect();
    for key in messages(Locale::Id, &["cards", "notices", "menu"]).keys() {
        assert!(code.contains(&format!("\"{key}\"")), "{key} is not used");
    }
}

#[test]
fn numbers_select_plurals_and_text_is_inserted_unchanged() {
    let texts = Texts::load().unwrap();
    let say = |locale, count: u32| texts.format(locale, "time-minutes-ago", &[("count", count.into())]);
    assert_eq!(say(Locale::En, 1), "1 minute ago");
    assert_eq!(say(Locale::En, 10), "10 minutes ago");
    assert_eq!(say(Locale::Id, 10), "10 menit yang lalu");
    let label = texts.format(Locale::Id, "line-category", &[("label", "A & B".into())]);
    assert_eq!(label, "Kategori: A & B");
    let large = texts.format(Locale::En, "line-position", &[("position", 1_234_567_u64.into())]);
    assert_eq!(large, "Queue position: #1,234,567");
}

#[test]
fn a_missing_key_falls_back_to_the_key() {
    let texts = Texts::load().unwrap();
    assert_eq!(texts.format(Locale::En, "no-such-text", &[]), "no-such-text");
    assert!(!texts.has(Locale::Id, "no-such-text"));
}

#[test]
fn texts_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Texts>();
}

#[test]
fn thousands_of_an_amount_are_marked_as_each_language_does_it() {
    let texts = Texts::load().unwrap();
    let assert_shown = |locale, amount: Arg<'static>, expected: &str| {
        let text = texts.format(locale, "draft-long", &[("length", amount)]);
        assert!(text.contains(&format!(" {expected} ")), "{text} has no {expected}");
    };
    for (amount, english, indonesian) in [
        (0, "0", "0"),
        (999, "999", "999"),
        (1_000, "1,000", "1.000"),
        (12_288, "12,288", "12.288"),
        (100_000, "100,000", "100.000"),
        (1_234_567, "1,234,567", "1.234.567"),
    ] {
        assert_shown(Locale::En, amount.into(), english);
        assert_shown(Locale::Id, amount.into(), indonesian);
    }
    // A year, for example, is given as a text.
    assert_shown(Locale::En, "2026".into(), "2026");
}
