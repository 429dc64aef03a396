//! Environment variables and their reader, which parses values and collects all problems.
use secrecy::SecretString;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Longest part of an invalid value that an error repeats, in characters.
const SHOWN: usize = 80;

/// Text of an error about a value that is secret or may contain a secret.
const NOT_SHOWN: &str = "the value (not shown) won't do";

/// Variables and their values. Records the names that were read, so that a test can compare them with
/// `.env.example`.
#[derive(Default)]
pub struct Env {
    /// The value is `None` if it is not UTF-8.
    values: BTreeMap<String, Option<String>>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl Env {
    /// Reads the environment of the process and the `.env` file in the working directory or a parent of it.
    /// The environment overrides the file. The environment of the process is not changed.
    pub fn process() -> Result<Self, ConfigError> {
        let mut env = Self::default();
        match dotenvy::dotenv_iter() {
            Ok(file) => env.take_file(file)?,
            Err(error) if error.not_found() => {}
            Err(error) => return Err(ConfigError::one(".env", &format!("can't be opened: {error}"))),
        }
        let process = std::env::vars_os();
        env.values.extend(process.filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()))));
        Ok(env)
    }

    fn take_file(&mut self, file: dotenvy::Iter<impl std::io::Read>) -> Result<(), ConfigError> {
        let mut place = "the first line".to_owned();
        for entry in file {
            // dotenvy's own error repeats the line, which may contain a secret.
            let (name, value) = entry.map_err(|_| {
                let what = "can't be read, expected NAME=value, with quotes around blanks, # and $";
                ConfigError::one(".env", &format!("{place} {what}"))
            })?;
            place = format!("the line after {name}");
            self.values.insert(name, Some(value));
        }
        Ok(())
    }

    /// Returns the names that were read so far.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<&'static str> {
        self.asked.borrow().clone()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let values = pairs.into_iter().map(|(k, v)| (k.into(), Some(v.into()))).collect();
        Self { values, asked: RefCell::default() }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// All problems of a configuration. `Display` writes one line per problem, and each line names its variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// Returns an error with one problem. `what` says what is wrong with the variable `name` and what is
    /// expected.
    #[must_use]
    pub fn one(name: &'static str, what: &str) -> Self {
        Self { problems: vec![format!("{name}: {what}")] }
    }

    /// Returns the problems, one line each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// One pass over an [`Env`]. Every method records the name as read and treats an empty or blank value as
/// unset. An invalid value is recorded as a problem; the returned value is then irrelevant, because
/// [`Reader::finish`] fails.
pub(super) struct Reader<'a> {
    env: &'a Env,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(env: &'a Env) -> Self {
        Self { env, problems: Vec::new() }
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.problems }) }
    }

    /// Records a problem of one variable, or of a combination of variables.
    pub(super) fn problem(&mut self, name: &'static str, what: &str) {
        self.problems.push(format!("{name}: {what}"));
    }

    /// Returns the trimmed value if it is set.
    fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.env.asked.borrow_mut().insert(name);
        let Some(value) = self.env.values.get(name)? else {
            self.problem(name, "not valid UTF-8");
            return None;
        };
        Some(value.trim()).filter(|text| !text.is_empty())
    }

    /// Returns true if the variable has a value, valid or not.
    pub(super) fn is_set(&self, name: &str) -> bool {
        let value = self.env.values.get(name);
        value.is_some_and(|value| value.as_ref().is_none_or(|text| !text.trim().is_empty()))
    }

    /// Returns true if the variable has this value.
    pub(super) fn has_value(&self, name: &str, text: &str) -> bool {
        self.env
            .values
            .get(name)
            .is_some_and(|value| value.as_ref().is_some_and(|value| value.trim() == text))
    }

    /// Returns the parsed value if it is set. `expected` describes valid values for the error.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(text);
        if value.is_none() {
            let given = repeatable(text).map_or_else(|| NOT_SHOWN.to_owned(), |text| format!("got {text:?}"));
            self.problem(name, &format!("{given}, expected {expected}"));
        }
        value
    }

    /// Returns the parsed value, or the default if it is unset.
    pub(super) fn or<T>(
        &mut self,
        name: &'static str,
        default: T,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        self.optional(name, expected, parse).unwrap_or(default)
    }

    /// Returns a whole number of seconds within `range`, or the default if it is unset.
    pub(super) fn seconds(
        &mut self,
        name: &'static str,
        default: Duration,
        range: RangeInclusive<u64>,
    ) -> Duration {
        self.optional_seconds(name, range).unwrap_or(default)
    }

    /// Returns a whole number of seconds within `range` if it is set.
    pub(super) fn optional_seconds(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<Duration> {
        let expected = format!("a whole number of seconds from {} to {}", range.start(), range.end());
        self.optional(name, &expected, |text| {
            text.parse().ok().filter(|n| range.contains(n)).map(Duration::from_secs)
        })
    }

    /// Returns the parsed values of a list that is separated by commas or blanks.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let split = |c: char| c == ',' || c.is_whitespace();
        self.or(name, Vec::new(), expected, |text| {
            text.split(split).filter(|item| !item.is_empty()).map(parse).collect()
        })
    }

    /// Returns a secret that passes `check`, if it is set. An error never repeats the value.
    pub(super) fn secret(
        &mut self,
        name: &'static str,
        expected: &str,
        check: impl FnOnce(&str) -> bool,
    ) -> Option<SecretString> {
        let text = self.text(name)?;
        if check(text) {
            return Some(text.into());
        }
        self.problem(name, &format!("{NOT_SHOWN}, expected {expected}"));
        None
    }
}

/// Returns the part of an invalid value that an error may repeat. Returns `None` if the value may contain a
/// password, key or token, because people paste secrets into the wrong line.
fn repeatable(text: &str) -> Option<String> {
    let longest = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c)).map(str::len).max();
    if text.contains('@') || longest >= Some(30) {
        return None;
    }
    Some(text.chars().take(SHOWN).collect())
}
