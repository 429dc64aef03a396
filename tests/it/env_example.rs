//! The variables in `.env.example`, the README and the configuration: the same names, the same defaults, and
//! a doc comment at each field.
use antri::config::{Config, Env};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Returns the variables of `.env.example` with their values.
fn example() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            let duplicate = lines.insert(name.to_owned(), value.to_owned());
            assert_eq!(duplicate, None, "{name} is in .env.example twice");
        }
    }
    lines
}

/// Returns the names of the variables that the configuration reads.
fn read_variables() -> BTreeSet<String> {
    let env = Env::default();
    Config::load(&env).unwrap();
    env.asked().into_iter().map(str::to_owned).collect()
}

#[test]
fn the_example_has_the_variables_that_are_read() {
    let named: BTreeSet<_> = example().into_keys().collect();
    let read = read_variables();
    let missing: Vec<_> = read.difference(&named).collect();
    let unread: Vec<_> = named.difference(&read).collect();
    assert!(missing.is_empty(), "add to .env.example, with meaning and default: {missing:?}");
    assert!(unread.is_empty(), "nothing reads these, take them out of .env.example: {unread:?}");
}

#[test]
fn the_example_has_the_defaults_of_the_code() {
    let default = format!("{:#?}", Config::default());
    for (name, value) in example() {
        let config = Config::load(&Env::from_iter([(name.as_str(), value.as_str())]));
        let config = config.unwrap_or_else(|error| panic!(".env.example: {error}"));
        assert_eq!(format!("{config:#?}"), default, "{name}={value} in .env.example is not the default");
    }
    let together = Config::load(&Env::from_iter(example())).unwrap();
    assert_eq!(format!("{together:#?}"), default, "all of .env.example together is not the default");
}

/// Shows that the comparison above would find a wrong default: another value changes the configuration.
#[test]
fn every_example_variable_changes_the_configuration() {
    let default = format!("{:?}", Config::default());
    // These belong to a section that exists only when a server is named.
    let dependent = [
        ("MONGODB_DB", "MONGODB_URI", "mongodb://x"),
        ("REDIS_PORT", "REDIS_HOST", "x"),
        ("REDIS_DB", "REDIS_HOST", "x"),
    ];
    for (name, value) in example().into_iter().filter(|(_, value)| !value.is_empty()) {
        let section = dependent.into_iter().find(|(dependent, ..)| *dependent == name);
        let Some((_, switch, on)) = section else {
            let other = other_value(&name, &value);
            let config = Config::load(&Env::from_iter([(name.as_str(), other)])).unwrap();
            assert_ne!(format!("{config:?}"), default, "{name} changes nothing");
            continue;
        };
        let with = Config::load(&Env::from_iter([(switch, on), (name.as_str(), value.as_str())])).unwrap();
        let without = Config::load(&Env::from_iter([(switch, on)])).unwrap();
        assert_eq!(format!("{with:?}"), format!("{without:?}"), "{name}={value} is not the default");
    }
}

/// Returns a valid value of a variable that is not its default.
fn other_value(name: &str, default: &str) -> &'static str {
    match name {
        "TELEGRAM_API_URL" => "http://localhost:8081",
        "DATA_DIR" => "elsewhere",
        "HTTP_ADDR" => "0.0.0.0:80",
        "DEFAULT_LOCALE" => "en",
        "TIMEZONE" => "UTC",
        "RUST_LOG" => "debug",
        "LOG_FORMAT" => "json",
        "SESSION_LIFETIME" => "86400",
        name if name.ends_with("_RETENTION") => "86400",
        _ if default.parse::<u64>().is_ok() => "200",
        _ => panic!("add a valid value for {name} here"),
    }
}

#[test]
fn every_variable_is_documented_at_its_field_with_its_default() {
    let docs = field_docs();
    for (name, default) in example() {
        let doc = docs.iter().find(|doc| doc.starts_with(&format!("`{name}`: ")));
        let doc = doc.unwrap_or_else(|| panic!("no doc comment in src/config/ begins with `{name}`: "));
        let has_default = match default.as_str() {
            "" => doc.contains("No default"),
            value => doc.contains(&format!("Default {value}")) || doc.contains(&format!("Default `{value}`")),
        };
        assert!(has_default, "the default of {name} ({default:?}) is missing in: {doc}");
    }
}

/// Returns the doc comments in `src/config/`, each as one line.
fn field_docs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
    let mut docs = vec![String::new()];
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            match (line.trim().strip_prefix("/// "), docs.last_mut().unwrap()) {
                (Some(words), doc) if doc.is_empty() => words.clone_into(doc),
                (Some(words), doc) => doc.extend([" ", words]),
                (None, doc) if doc.is_empty() => {}
                (None, _) => docs.push(String::new()),
            }
        }
    }
    docs
}

/// The README has a table of the same variables and defaults; `–` stands for none.
#[test]
fn the_readme_has_the_variables_and_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        let [_, name, default, ..] = cells.as_slice() else { return None };
        let is_variable = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        is_variable.then(|| (name.clone(), default.replace('–', "")))
    };
    let table: BTreeMap<_, _> = readme.lines().filter_map(row).collect();
    assert_eq!(table, example());
}
