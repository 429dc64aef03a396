//! The last line of defence: strikes out what looks like a secret in finished lines of the log.
use std::borrow::Cow;
use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// What stands in the place of what was struck out.
const REDACTED: &str = "[secret]";

/// The key in a bot token has 35 characters; a little less is suspicious enough.
const KEY: usize = 30;

/// A writer of log lines with the secrets struck out. The subscriber hands over each line in one piece.
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

/// The text without bot tokens (`1234567890:AAF…`) and without user and password in addresses (`scheme://user:password@`).
fn scrub(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (colon, _) in text.match_indices(':') {
        if colon < done {
            continue;
        }
        let (Some(before), Some(after)) = (text.get(done..colon), text.get(colon + 1..)) else { continue };
        let digits = trailing(before, |c| c.is_ascii_digit());
        let key = leading(after, |c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let (start, end) = if digits > 0 && key >= KEY {
            (colon - digits, colon + 1 + key)
        } else if let Some(user) = userinfo(after) {
            (colon + 3, colon + 3 + user)
        } else {
            continue;
        };
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(REDACTED);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// The length of `user:password` in what follows the colon of an address, if there is one.
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
    fn bot_tokens_and_passwords_are_struck_out() {
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
    fn everything_else_is_left_alone() {
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
