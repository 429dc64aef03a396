//! Detection of the entities that Telegram finds in plain text: commands, mentions, tags, links, addresses, phone
//! numbers.
use super::entities::{Entity, Kind};

/// The longest hashtag, in characters after `#`.
const MAX_HASHTAG_CHARS: usize = 256;
/// The digits of a phone number with its country code.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// The top-level domains of links without a scheme. Telegram knows all; these suffice for tests.
const TOP_LEVEL_DOMAINS: [&str; 36] = [
    "com", "net", "org", "edu", "gov", "info", "biz", "name", "io", "ai", "app", "dev", "me", "co", "tv",
    "cc", "xyz", "online", "site", "shop", "store", "tech", "cloud", "blog", "id", "my", "sg", "au", "uk",
    "us", "eu", "de", "fr", "nl", "jp", "in",
];

/// Returns the entities that Telegram detects. Those that overlap code, a link or a mention in `existing` are left
/// out.
pub(in crate::sandbox) fn detect(text: &str, existing: &[Entity]) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut previous = None;
    let mut skip_until = 0;
    for (at, c) in text.char_indices() {
        if at >= skip_until {
            let rest = text.get(at..).unwrap_or_default();
            if let Some((kind, bytes)) = match_at(previous, c, rest) {
                let length = rest.get(..bytes).map_or(0, |t| t.encode_utf16().count());
                skip_until = at + bytes;
                found.push(Entity { kind, offset, length });
            }
        }
        offset += c.len_utf16();
        previous = Some(c);
    }
    let overlaps = |e: &Entity| {
        existing.iter().any(|g| {
            matches!(g.kind, Kind::Code | Kind::Pre { .. } | Kind::TextLink { .. } | Kind::TextMention { .. })
                && g.offset < e.end()
                && e.offset < g.end()
        })
    };
    found.retain(|e| !overlaps(e));
    found
}

fn match_at(previous: Option<char>, c: char, rest: &str) -> Option<(Kind, usize)> {
    // Inside of a word, a path or an address nothing begins.
    if previous.is_some_and(|b| is_word(b) || matches!(b, '/' | '@' | '#' | '$')) {
        return None;
    }
    match c {
        '/' => command(rest).map(|bytes| (Kind::BotCommand, bytes)),
        '@' => mention(rest).map(|bytes| (Kind::Mention, bytes)),
        '#' => hashtag(rest).map(|bytes| (Kind::Hashtag, bytes)),
        '$' => cashtag(rest).map(|bytes| (Kind::Cashtag, bytes)),
        '+' => phone_number(rest).map(|bytes| (Kind::PhoneNumber, bytes)),
        _ if previous.is_some_and(|b| matches!(b, '.' | '-')) => None,
        _ => link(rest)
            .map(|url| (Kind::Url { url: url.to_owned() }, url.len()))
            .or_else(|| email(rest).map(|bytes| (Kind::Email, bytes)))
            .or_else(|| bare_link(rest).map(|url| (Kind::Url { url: format!("http://{url}") }, url.len()))),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_length(rest: &str) -> usize {
    rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Returns the bytes of `/name` or `/name@bot`, at most 64 letters, unless it is part of a path or a longer
/// word.
fn command(rest: &str) -> Option<usize> {
    let name = name_length(rest.get(1..)?);
    if name == 0 || name > 64 {
        return None;
    }
    let mut bytes = 1 + name;
    if let Some(bot) = mention(rest.get(bytes..)?) {
        bytes += bot;
    }
    let after = rest.get(bytes..)?.chars().next();
    (!after.is_some_and(|c| is_word(c) || c == '/')).then_some(bytes)
}

/// Returns the bytes of `@name`, 3 to 32 letters.
fn mention(rest: &str) -> Option<usize> {
    let name = name_length(rest.strip_prefix('@')?);
    let after = rest.get(1 + name..)?.chars().next();
    ((3..=32).contains(&name) && !after.is_some_and(is_word)).then_some(1 + name)
}

/// Returns the bytes of `#tag` or `#tag@channel`: letters of any script, and not digits alone.
fn hashtag(rest: &str) -> Option<usize> {
    let name: String = rest.get(1..)?.chars().take_while(|c| is_word(*c)).collect();
    let is_tag = name.chars().any(|c| !c.is_ascii_digit()) && name.chars().count() <= MAX_HASHTAG_CHARS;
    let bytes = 1 + name.len();
    let after = rest.get(bytes..)?;
    (is_tag && !after.starts_with('#')).then(|| bytes + mention(after).unwrap_or_default())
}

/// Returns the bytes of `$USD`: 3 to 8 capital letters.
fn cashtag(rest: &str) -> Option<usize> {
    let name = rest.get(1..)?.bytes().take_while(u8::is_ascii_uppercase).count();
    let after = rest.get(1 + name..)?.chars().next();
    ((3..=8).contains(&name) && !after.is_some_and(|c| is_word(c) || c == '$')).then_some(1 + name)
}

/// Returns the bytes of `+62 812-3456-7890`: a country code and digits, with single marks between them.
fn phone_number(rest: &str) -> Option<usize> {
    let (mut digits, mut bytes, mut mark) = (0, 1, true);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '0'..='9' => {
                digits += 1;
                bytes = at + 1;
                mark = false;
            }
            ' ' | '-' | '.' | '(' | ')' if !mark || c == '(' => mark = c != ')',
            _ => break,
        }
    }
    let after = rest.get(bytes..)?.chars().next();
    (PHONE_DIGITS.contains(&digits) && !after.is_some_and(is_word)).then_some(bytes)
}

/// Returns `http://…` or `https://…` up to white space, without the punctuation that ends a sentence.
fn link(rest: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|s| rest.get(..s.len()).is_some_and(|start| start.eq_ignore_ascii_case(s)))?;
    let link = until_space(rest);
    (link.len() > scheme.len()).then_some(link)
}

/// Returns `example.com/path`: a domain with a known end, and what follows it.
fn bare_link(rest: &str) -> Option<&str> {
    let domain = domain(rest)?;
    let after = rest.get(domain.len()..)?;
    match after.chars().next() {
        Some('/' | '?' | '#') => Some(until_space(rest)),
        Some(':') if after.get(1..).is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit())) => {
            Some(until_space(rest))
        }
        Some(c) if is_word(c) || c == '@' => None,
        _ => Some(domain),
    }
}

fn until_space(rest: &str) -> &str {
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\''])
}

/// Returns the bytes of `name@example.com`.
fn email(rest: &str) -> Option<usize> {
    let is_local = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-');
    let local = rest.bytes().take_while(is_local).count();
    let domain = domain(rest.get(local..)?.strip_prefix('@')?)?;
    let bytes = local + 1 + domain.len();
    let after = rest.get(bytes..)?.chars().next();
    ((1..=64).contains(&local) && !after.is_some_and(is_word)).then_some(bytes)
}

/// Returns the domain at the start of a text: labels with dots between them, the last one a known end.
fn domain(rest: &str) -> Option<&str> {
    let is_domain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let length = rest.bytes().take_while(is_domain).count();
    let domain = rest.get(..length)?.trim_end_matches(['.', '-']);
    let (before, end) = domain.rsplit_once('.')?;
    let labels_ok = before.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    let known = TOP_LEVEL_DOMAINS.iter().any(|known| known.eq_ignore_ascii_case(end));
    (labels_ok && known).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str) -> Vec<(Kind, usize, usize)> {
        detect(text, &[]).into_iter().map(|e| (e.kind, e.offset, e.length)).collect()
    }

    /// Returns the parts of a text that are entities of a kind.
    fn parts(kind: &Kind, text: &str) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let found = detect(text, &[])
            .into_iter()
            .filter(|e| std::mem::discriminant(&e.kind) == std::mem::discriminant(kind));
        found.map(|e| String::from_utf16(&units[e.offset..e.end()]).unwrap()).collect()
    }

    #[test]
    fn commands_are_detected_with_utf16_offsets() {
        assert_eq!(detected("/start claim_x"), [(Kind::BotCommand, 0, 6)]);
        assert_eq!(detected("🎫 /new@antri_bot hello"), [(Kind::BotCommand, 3, 14)]);
        assert_eq!(detected("a/b /usr/bin 1/2 //x /"), []);
        assert_eq!(detected("(/help)"), [(Kind::BotCommand, 1, 5)]);
    }

    #[test]
    fn mentions_and_links_are_detected_outside_of_code() {
        assert_eq!(detected("to @siti_1, me@example.com"), [(Kind::Mention, 3, 7), (Kind::Email, 12, 14)]);
        let url = "https://t.me/x?start=a_b".to_owned();
        assert_eq!(detected("see https://t.me/x?start=a_b."), [(Kind::Url { url }, 4, 24)]);
        let code = Entity { kind: Kind::Code, offset: 0, length: 6 };
        assert_eq!(detect("/start", &[code]), []);
    }

    #[test]
    fn tags_are_detected() {
        assert_eq!(
            parts(&Kind::Hashtag, "#gangguan, #wifi_mati! #2026 #kota2 a#b ##x #日本"),
            ["#gangguan", "#wifi_mati", "#kota2", "#日本"]
        );
        assert_eq!(parts(&Kind::Hashtag, "#promo@antri_toko"), ["#promo@antri_toko"]);
        assert_eq!(parts(&Kind::Cashtag, "$IDR $USD, $usd $TOOLONGNAME $US a$USD"), ["$IDR", "$USD"]);
    }

    #[test]
    fn addresses_without_a_scheme_are_detected() {
        let url = Kind::Url { url: String::new() };
        let text =
            "t.me/antri_bot?start=1, www.contoh.co.id. printer.mati a.b antri.id:8080/x 3.5 mail@toko.com";
        assert_eq!(parts(&url, text), ["t.me/antri_bot?start=1", "www.contoh.co.id", "antri.id:8080/x"]);
        assert_eq!(parts(&Kind::Email, "a.b+c@toko-baru.co.id, @x y@z x@y.zzzzz"), ["a.b+c@toko-baru.co.id"]);
        assert_eq!(detected("t.me/x")[0].0, Kind::Url { url: "http://t.me/x".to_owned() });
    }

    #[test]
    fn phone_numbers_are_detected() {
        let text =
            "+6281234567890, +62 812-3456-7890 +1 (212) 555-0123. +12 1+6281234567890 +123456789012345678";
        let found = ["+6281234567890", "+62 812-3456-7890", "+1 (212) 555-0123"];
        assert_eq!(parts(&Kind::PhoneNumber, text), found);
    }
}
