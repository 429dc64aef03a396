//! Redaction of secrets in finished log lines, as a last safeguard.
use std::borrow::Cow;
use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// The replacement of a redacted secret.
const REDACTED: &str = "[secret]";

/// The shortest key of a bot token that is redacted. Real keys have 35 characters.
const MIN_KEY_CHARS: usize = 30;

/// A writer that redacts secrets in log lines. The subscriber writes each line with one call.
pub(super) struct Scrubbed<W>(pub(super) W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Scrubbed<W> {
    type Writer = Scrubbed<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Scrubbed(self.0.make_writer())
    }
}

impl<W: Write> Write for Scrubbed<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(scrub(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns the text without bot tokens (`1234567890:AAF…`) and without user and password in URLs
/// (`scheme://user:password@`).
fn scrub(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied_to = 0;
    for (colon, _) in text.match_indices(':') {
        if colon < copied_to {
            continue;
        }
        let (Some(before), Some(after)) = (text.get(copied_to..colon), text.get(colon + 1..)) else {
            continue;
        };
        let digits = trailing(before, |c| c.is_ascii_digit());
        let key = leading(after, |c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let (start, end) = if digits > 0 && key >= MIN_KEY_CHARS {
            (colon - digits, colon + 1 + key)
        } else if let Some(user) = userinfo(after) {
            (colon + 3, colon + 3 + user)
        } else {
            continue;
        };
        out.push_str(text.get(copied_to..start).unwrap_or_default());
        out.push_str(REDACTED);
        copied_to = end;
    }
    if copied_to == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied_to..).unwrap_or_default());
    Cow::Owned(out)
}

/// Returns the length of `user:password` in the rest of a URL after its first colon, if the URL has a user.
fn userinfo(after: &str) -> Option<usize> {
    let authority = after.strip_prefix("//")?;
    let end = leading(authority, |c| !c.is_whitespace() && !"/?#\"<>".contains(c));
    authority.get(..end)?.rfind('@')
}

fn leading(text: &str, part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !part(c)).unwrap_or(text.len())
}

fn trailing(text: &str, part: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_end_matches(part).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bot_tokens_and_passwords_are_redacted() {
        let token = "1234567890:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
        for (text, scrubbed) in [
            (token.to_owned(), "[secret]".to_owned()),
            (
                format!("GET https://api.telegram.org/bot{token}/getMe failed"),
                "GET https://api.telegram.org/bot[secret]/getMe failed".to_owned(),
            ),
            (format!("é {token}, {token} ü"), "é [secret], [secret] ü".to_owned()),
            ("mongodb://desk:p@ss@db:27017/x".to_owned(), "mongodb://[secret]@db:27017/x".to_owned()),
            ("redis://:secret@cache:6379".to_owned(), "redis://[secret]@cache:6379".to_owned()),
        ] {
            assert_eq!(scrub(&text), scrubbed);
        }
    }

    #[test]
    fn text_without_secrets_is_unchanged() {
        for text in [
            "",
            ":",
            "12:34:56Z info antri::engine: assigned ticket=3f0e8f4e-8f6e-4a44-9b1e-0a8f3a0e6f11",
            "https://desk.example:8443/a@b",
            "mail to: rina@desk.example",
        ] {
            assert!(matches!(scrub(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
