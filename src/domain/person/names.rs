//! Names as people compare them.

/// Returns the key under which names are equal to a reader: without space around them, in lower case.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
