//! Parser of the `HTML` parse mode: tags become entities, character references become characters.
//!
//! It is as strict as Telegram: an unknown, unclosed or crossed tag is an error for the whole message.
use crate::sandbox::chats::entities::{Entity, Kind};
use crate::sandbox::chats::text::{Formatted, printable};

/// A syntax error in Telegram's HTML. Positions are byte offsets into the source.
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

const SUPPORTED_TAGS: [&str; 17] = [
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

/// A start tag whose end tag was not read yet.
struct OpenTag {
    tag: String,
    /// The value of the one attribute that affects the entity: a link, a language, "expandable".
    attribute: Option<String>,
    /// The start of the text inside, in UTF-16 units of the output.
    offset: usize,
    /// The start of the text inside, in bytes of the output.
    byte: usize,
}

#[derive(Default)]
struct Parser {
    out: Formatted,
    /// The length of the output in UTF-16 units.
    units: usize,
    open: Vec<OpenTag>,
}

/// Parses a text in Telegram's HTML.
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

    /// Reads the tag at `at` and returns the rest of the source.
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
        if !SUPPORTED_TAGS.contains(&tag.as_str()) {
            return Err(HtmlError::Unsupported { tag, at });
        }
        let mut relevant = None;
        loop {
            rest = rest.trim_ascii_start();
            if let Some(after) = rest.strip_prefix('>') {
                if tag == "span" && relevant.as_deref() != Some("spoiler") {
                    return Err(HtmlError::PlainSpan { at });
                }
                let byte = self.out.text.len();
                self.open.push(OpenTag { tag, attribute: relevant, offset: self.units, byte });
                return Ok(after);
            }
            if rest.is_empty() {
                return Err(HtmlError::UnclosedStart { at });
            }
            let (name, value, after) = attribute(source, rest, &tag, at)?;
            rest = after;
            relevant = relevant_value(&tag, name, value).or(relevant);
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

    fn close(&mut self, open: OpenTag) {
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
            "blockquote" => Kind::Blockquote { expandable: open.attribute.is_some() },
            // <pre><code class="language-x"> is one block with a language.
            "pre" => match last {
                Some(Entity { kind: Kind::Pre { .. }, .. }) => return,
                _ => Kind::Pre { language: None },
            },
            "code" if open.attribute.is_some() && self.open.last().is_some_and(|o| o.tag == "pre") => {
                Kind::Pre { language: open.attribute }
            }
            "code" => Kind::Code,
            "a" => {
                let inner_text = || self.out.text.get(open.byte..).unwrap_or_default().to_owned();
                match link(open.attribute.unwrap_or_else(inner_text)) {
                    Some(kind) => kind,
                    None => return,
                }
            }
            // Custom emoji and dates are not available to ordinary bots: only the text is kept.
            _ => return,
        };
        self.out.entities.push(Entity { kind, offset, length });
    }
}

/// Returns the part of an attribute that affects the entity, if there is one.
fn relevant_value(tag: &str, name: &str, value: Option<String>) -> Option<String> {
    match (tag, name) {
        ("a", "href") => value.filter(|v| !v.is_empty()),
        ("code", "class") => value?.strip_prefix("language-").map(str::to_owned),
        ("span", "class") => value?.strip_prefix("tg-").map(str::to_owned),
        ("blockquote", "expandable") => Some(String::new()),
        _ => None,
    }
}

type Attribute<'a> = (&'a str, Option<String>, &'a str);

/// Reads `name`, `name=token` or `name="text"`. Returns name, value and the rest of the source.
fn attribute<'a>(source: &str, rest: &'a str, tag: &str, at: usize) -> Result<Attribute<'a>, HtmlError> {
    let ends_name = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '"' | '\'');
    let end = rest.find(ends_name).ok_or(HtmlError::UnclosedStart { at })?;
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
        let is_no_token = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        let end = value.find(is_no_token).ok_or(HtmlError::UnclosedStart { at })?;
        let (word, after) = value.split_at(end);
        if !after.starts_with(|c: char| c.is_ascii_whitespace() || c == '>') {
            return Err(HtmlError::NameToken { at: source.len() - value.len() });
        }
        return Ok((name, Some(word.to_ascii_lowercase()), after));
    };
    let inside = value.get(1..).unwrap_or_default();
    let (raw, after) = inside.split_once(quote).ok_or(HtmlError::UnclosedStart { at })?;
    Ok((name, Some(decode_references(raw)), after))
}

fn decode_references(mut raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    while let Some(c) = raw.chars().next() {
        let (c, rest) = reference(raw).unwrap_or((c, raw.get(c.len_utf8()..).unwrap_or_default()));
        out.push(c);
        raw = rest;
    }
    out
}

/// Reads `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&#9993;` or `&#x2709;`. Returns the character and the rest of
/// the source; `None` for anything else, which stays as written.
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

/// Returns a link or a mention of a user by id; `None` if the URL is invalid.
fn link(url: String) -> Option<Kind> {
    if let Some(id) = url.strip_prefix("tg://user?id=") {
        return id.parse().ok().map(|user| Kind::TextMention { user });
    }
    let full = if url.contains("://") { url } else { format!("http://{url}") };
    let parsed = url::Url::parse(&full).ok()?;
    let supported = matches!(parsed.scheme(), "http" | "https" | "tg" | "ton" | "tonsite");
    let has_domain = !matches!(parsed.scheme(), "http" | "https") || parsed.host_str()?.contains('.');
    (supported && has_domain).then(|| Kind::TextLink { url: parsed.into() })
}

#[cfg(test)]
mod tests;
