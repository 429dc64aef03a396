//! The `HTML` parse mode: tags become entities, character references become characters.
//!
//! It is as strict as Telegram: an unknown, unclosed or crossed tag refuses the whole message.
use super::entities::{Entity, Kind};
use super::text::{Formatted, printable};

/// Why a text is not Telegram's HTML; positions are byte offsets into the source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::sandbox) enum HtmlError {
    #[error("Unsupported start tag \"{tag}\" at byte offset {at}")]
    Unsupported { tag: String, at: usize },
    #[error("Unclosed start tag at byte offset {at}")]
    UnclosedStart { at: usize },
    #[error("Unclosed end tag at byte offset {at}")]
    UnclosedEnd { at: usize },
    #[error("Unexpected end tag at byte offset {at}")]
    UnexpectedEnd { at: usize },
    #[error("Unmatched end tag at byte offset {at}, expected \"</{expected}>\", found \"</{found}>\"")]
    Unmatched { at: usize, expected: String, found: String },
    #[error("Can't find end tag corresponding to start tag \"{tag}\"")]
    NeverEnds { tag: String },
    #[error("Empty attribute name in the tag \"{tag}\" at byte offset {at}")]
    EmptyAttribute { tag: String, at: usize },
    #[error("Unexpected end of name token at byte offset {at}")]
    NameToken { at: usize },
    #[error("Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}")]
    PlainSpan { at: usize },
}

const TAGS: [&str; 17] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

struct Open {
    tag: String,
    /// The one attribute that matters for this tag: a link, a language, "expandable".
    detail: Option<String>,
    /// Where the text inside begins: in UTF-16 units and in bytes of the result.
    offset: usize,
    byte: usize,
}

#[derive(Default)]
struct Parser {
    out: Formatted,
    /// Length of the result so far in UTF-16 units.
    units: usize,
    open: Vec<Open>,
}

pub(in crate::sandbox) fn parse(source: &str) -> Result<Formatted, HtmlError> {
    let mut parser = Parser::default();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let at = source.len() - rest.len();
        rest = match c {
            '<' => parser.tag(source, at)?,
            '&' => {
                let (c, after) = reference(rest).unwrap_or(('&', rest.get(1..).unwrap_or_default()));
                parser.push(c);
                after
            }
            _ => {
                parser.push(printable(c));
                rest.get(c.len_utf8()..).unwrap_or_default()
            }
        };
    }
    match parser.open.pop() {
        Some(open) => Err(HtmlError::NeverEnds { tag: open.tag }),
        None => Ok(parser.out),
    }
}

impl Parser {
    fn push(&mut self, c: char) {
        self.out.text.push(c);
        self.units += c.len_utf16();
    }

    /// Reads the tag at `at` and returns what follows it.
    fn tag<'a>(&mut self, source: &'a str, at: usize) -> Result<&'a str, HtmlError> {
        let inside = source.get(at + 1..).unwrap_or_default();
        match inside.strip_prefix('/') {
            Some(name) => self.end_tag(name, at),
            None => self.start_tag(source, inside, at),
        }
    }

    fn start_tag<'a>(&mut self, source: &'a str, inside: &'a str, at: usize) -> Result<&'a str, HtmlError> {
        let end = inside.find(|c: char| c.is_ascii_whitespace() || c == '>');
        let (name, mut rest) = inside.split_at(end.ok_or(HtmlError::UnclosedStart { at })?);
        let tag = name.to_ascii_lowercase();
        if !TAGS.contains(&tag.as_str()) {
            return Err(HtmlError::Unsupported { tag, at });
        }
        let mut detail = None;
        loop {
            rest = rest.trim_ascii_start();
            if let Some(after) = rest.strip_prefix('>') {
                if tag == "span" && detail.as_deref() != Some("spoiler") {
                    return Err(HtmlError::PlainSpan { at });
                }
                let byte = self.out.text.len();
                self.open.push(Open { tag, detail, offset: self.units, byte });
                return Ok(after);
            }
            if rest.is_empty() {
                return Err(HtmlError::UnclosedStart { at });
            }
            let (name, value, after) = attribute(source, rest, &tag, at)?;
            rest = after;
            detail = parse_error(&tag, name, value).or(detail);
        }
    }

    fn end_tag<'a>(&mut self, inside: &'a str, at: usize) -> Result<&'a str, HtmlError> {
        let open = self.open.pop().ok_or(HtmlError::UnexpectedEnd { at })?;
        let end = inside.find('>').ok_or(HtmlError::UnclosedEnd { at })?;
        let (name, after) = inside.split_at(end);
        let found = name.trim_ascii_end().to_ascii_lowercase();
        if found.contains(|c: char| c.is_ascii_whitespace()) {
            return Err(HtmlError::UnclosedEnd { at });
        }
        if !found.is_empty() && found != open.tag {
            return Err(HtmlError::Unmatched { at, expected: open.tag, found });
        }
        self.close(open);
        Ok(after.get(1..).unwrap_or_default())
    }

    fn close(&mut self, open: Open) {
        let (offset, length) = (open.offset, self.units - open.offset);
        if length == 0 {
            return;
        }
        let covers_all = |e: &&Entity| e.offset == offset && e.length == length;
        let last = self.out.entities.last().filter(covers_all);
        let kind = match open.tag.as_str() {
            "b" | "strong" => Kind::Bold,
            "i" | "em" => Kind::Italic,
            "u" | "ins" => Kind::Underline,
            "s" | "strike" | "del" => Kind::Strikethrough,
            "tg-spoiler" | "span" => Kind::Spoiler,
            "blockquote" => Kind::Blockquote { expandable: open.detail.is_some() },
            // <pre><code class="language-x"> is one block with a language.
            "pre" => match last {
                Some(Entity { kind: Kind::Pre { .. }, .. }) => return,
                _ => Kind::Pre { language: None },
            },
            "code" if open.detail.is_some() && self.open.last().is_some_and(|o| o.tag == "pre") => {
                Kind::Pre { language: open.detail }
            }
            "code" => Kind::Code,
            "a" => {
                let shown = || self.out.text.get(open.byte..).unwrap_or_default().to_owned();
                match link(open.detail.unwrap_or_else(shown)) {
                    Some(kind) => kind,
                    None => return,
                }
            }
            // Custom emoji and dates need things that a plain bot does not have: the text alone stays.
            _ => return,
        };
        self.out.entities.push(Entity { kind, offset, length });
    }
}

/// The part of an attribute that changes the entity, if it does.
fn parse_error(tag: &str, name: &str, value: Option<String>) -> Option<String> {
    match (tag, name) {
        ("a", "href") => value.filter(|v| !v.is_empty()),
        ("code", "class") => value?.strip_prefix("language-").map(str::to_owned),
        ("span", "class") => value?.strip_prefix("tg-").map(str::to_owned),
        ("blockquote", "expandable") => Some(String::new()),
        _ => None,
    }
}

type Attribute<'a> = (&'a str, Option<String>, &'a str);

/// Reads `name`, `name=token` or `name="text"`; returns name, value and what follows.
fn attribute<'a>(source: &str, rest: &'a str, tag: &str, at: usize) -> Result<Attribute<'a>, HtmlError> {
    let stop = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '"' | '\'');
    let end = rest.find(stop).ok_or(HtmlError::UnclosedStart { at })?;
    if end == 0 {
        return Err(HtmlError::EmptyAttribute { tag: tag.to_owned(), at });
    }
    let (name, after) = rest.split_at(end);
    let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
        return Ok((name, None, after));
    };
    let value = value.trim_ascii_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        let token = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        let end = value.find(token).ok_or(HtmlError::UnclosedStart { at })?;
        let (word, after) = value.split_at(end);
        if !after.starts_with(|c: char| c.is_ascii_whitespace() || c == '>') {
            return Err(HtmlError::NameToken { at: source.len() - value.len() });
        }
        return Ok((name, Some(word.to_ascii_lowercase()), after));
    };
    let inside = value.get(1..).unwrap_or_default();
    let (raw, after) = inside.split_once(quote).ok_or(HtmlError::UnclosedStart { at })?;
    Ok((name, Some(decoded(raw)), after))
}

fn decoded(mut raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    while let Some(c) = raw.chars().next() {
        let (c, rest) = reference(raw).unwrap_or((c, raw.get(c.len_utf8()..).unwrap_or_default()));
        out.push(c);
        raw = rest;
    }
    out
}

/// `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&#9993;`, `&#x2709;`; anything else stays as it is written.
fn reference(rest: &str) -> Option<(char, &str)> {
    let inside = rest.strip_prefix('&')?;
    let (c, after) = if let Some(number) = inside.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix('x') {
            Some(hex) => (hex, 16),
            None => (number, 10),
        };
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let (digits, after) = digits.split_at(end);
        (u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|c| *c != '\0')?, after)
    } else {
        let end = inside.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(inside.len());
        let (name, after) = inside.split_at(end);
        let c = match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            _ => return None,
        };
        (c, after)
    };
    Some((c, after.strip_prefix(';').unwrap_or(after)))
}

/// A link, a mention of a person by id, or nothing when the address is no address.
fn link(url: String) -> Option<Kind> {
    if let Some(id) = url.strip_prefix("tg://user?id=") {
        return id.parse().ok().map(|user| Kind::TextMention { user });
    }
    let full = if url.contains("://") { url } else { format!("http://{url}") };
    let parsed = url::Url::parse(&full).ok()?;
    let known = matches!(parsed.scheme(), "http" | "https" | "tg" | "ton" | "tonsite");
    let named = !matches!(parsed.scheme(), "http" | "https") || parsed.host_str()?.contains('.');
    (known && named).then(|| Kind::TextLink { url: parsed.into() })
}

#[cfg(test)]
mod tests;
