//! A scanner of JSON bytes that finds where values begin and end. It tracks strings, escapes and brackets only,
//! so it splits an answer whose parts no JSON parser accepts: bytes that are not UTF-8, deep nesting.

/// Returns the elements of the array `json`, or `None` if they cannot be told apart.
pub(super) fn elements(json: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = json.trim_ascii().strip_prefix(b"[")?.trim_ascii_start();
    let mut found = Vec::new();
    while rest != b"]" {
        let (value, after) = split_value(rest)?;
        found.push(value);
        rest = next_member(after, b']')?;
    }
    Some(found)
}

/// Returns the keys (with their escapes) and values of the object `json`, or `None` if they cannot be told
/// apart.
pub(super) fn members(json: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut rest = json.trim_ascii().strip_prefix(b"{")?.trim_ascii_start();
    let mut found = Vec::new();
    while rest != b"}" {
        let (key, after) = split_value(rest)?;
        let key = key.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let (value, after) = split_value(after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())?;
        found.push((key, value));
        rest = next_member(after, b'}')?;
    }
    Some(found)
}

/// Returns the value of `key` in the object `json`.
pub(super) fn member<'a>(json: &'a [u8], key: &str) -> Option<&'a [u8]> {
    members(json)?.into_iter().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value)
}

/// Returns the integer that `json` is.
pub(super) fn integer(json: &[u8]) -> Option<i64> {
    std::str::from_utf8(json.trim_ascii()).ok()?.parse().ok()
}

/// Returns the number after the first `"key":` in bytes of any shape.
pub(super) fn first_integer(bytes: &[u8], key: &str) -> Option<i64> {
    let quoted = format!("\"{key}\"");
    let start = bytes.windows(quoted.len()).position(|window| window == quoted.as_bytes())?;
    let number = bytes.get(start + quoted.len()..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    integer(number.get(..digits)?)
}

/// Skips the comma after a member. Returns the rest, which is `close` alone after the last member.
fn next_member(after: &[u8], close: u8) -> Option<&[u8]> {
    let after = after.trim_ascii_start();
    match after.strip_prefix(b",") {
        Some(rest) => Some(rest.trim_ascii_start()).filter(|rest| *rest != [close]),
        None => Some(after).filter(|rest| *rest == [close]),
    }
}

/// Splits the bytes after the value that they begin with.
fn split_value(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = match json.first()? {
        b'"' => string_end(json)?,
        b'{' | b'[' => container_end(json)?,
        _ => json.iter().position(|byte| b",:]}\"{[".contains(byte) || byte.is_ascii_whitespace())?,
    };
    (end > 0).then(|| json.split_at_checked(end)).flatten()
}

/// Returns the length of the string that `json` begins with.
fn string_end(json: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in json.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns the length of the array or object that `json` begins with.
fn container_end(json: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                at += string_end(json.get(at..)?)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arrays_and_objects_are_split_without_reading_their_values() {
        let parts = elements(b" [ {\"a\":\"]\\\"}\"} , -1.5e3,\"\xff\\\\\" , [[]],null ] ").unwrap();
        let expected: [&[u8]; 5] = [b"{\"a\":\"]\\\"}\"}", b"-1.5e3", b"\"\xff\\\\\"", b"[[]]", b"null"];
        assert_eq!(parts, expected);
        assert_eq!(elements(b"[]").unwrap(), Vec::<&[u8]>::new());
        assert_eq!(members(b"{}").unwrap(), []);
        assert_eq!(member(b"{\"x\" : {\"id\":1}, \"id\":2}", "id"), Some(&b"2"[..]));
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        for json in [
            "", "[", "[1", "[1,", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "[\"]", "[{]", "[,1]", "]", "{1:2}",
        ] {
            assert!(elements(json.as_bytes()).is_none() && members(json.as_bytes()).is_none(), "{json}");
        }
    }

    #[test]
    fn the_first_integer_is_found_in_bytes_of_any_shape() {
        assert_eq!(first_integer(b"{{{\"update_id\" : 77,,", "update_id"), Some(77));
        assert_eq!(first_integer(b"\xff\"update_id\":-5}", "update_id"), Some(-5));
        assert_eq!(first_integer(b"\"update_id\":\"x\"", "update_id"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned_without_a_panic(bytes: Vec<u8>) {
            let _ = (elements(&bytes), members(&bytes), first_integer(&bytes, "update_id"));
        }

        #[test]
        fn strings_of_any_text_are_split(texts: Vec<String>) {
            let json = serde_json::to_string(&texts).unwrap();
            let parts = elements(json.as_bytes()).unwrap();
            prop_assert_eq!(parts.len(), texts.len());
        }
    }
}
