//! Canned replies: texts that admins write once and agents send often, with placeholders for the names.
use crate::domain::ids::{DepartmentId, ReplyId};
use crate::domain::text::formatted::{Entity, FormattedText, byte_at, units};
use serde::{Deserialize, Serialize};

/// The longest word of a reply, in characters.
pub const MAX_WORD_CHARS: usize = 30;
/// The longest text of a reply, in characters: names fit into the message as well.
pub const MAX_REPLY_CHARS: usize = 3_000;
/// The longest text of a message made of a reply, in UTF-16 units: the head of a relayed message fits as well.
pub const MAX_FILLED_UNITS: usize = 3_500;
/// The longest template of a file's caption, in UTF-16 units: names and the head of a relayed message fit into the 1,024
/// of Telegram as well.
pub const MAX_CAPTION_UNITS: usize = 800;
/// The most replies of a desk.
pub const MAX_REPLIES: usize = 200;

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReply {
    /// Its id.
    pub id: ReplyId,
    /// The department whose agents can send it; `None` for all agents.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// The word by which agents name it, unique within the department regardless of case.
    pub word: String,
    /// The text, with placeholders.
    pub text: FormattedText,
}

/// The placeholders of a reply.
const PLACEHOLDERS: [&str; 3] = ["{name}", "{number}", "{agent}"];

/// Returns the first word in braces that is no placeholder: customers would read it as it is.
#[must_use]
pub fn unknown_placeholder(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(start, _)| {
        let from_brace = text.get(start..)?;
        let found = from_brace.get(..=from_brace.find('}')?)?;
        let word = found.strip_prefix('{')?.strip_suffix('}')?.trim();
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let is_known = PLACEHOLDERS.iter().any(|known| known.eq_ignore_ascii_case(found));
        (is_word && !is_known).then_some(found)
    })
}

/// The values of the placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placeholders {
    /// The customer's name: `{name}`.
    pub name: String,
    /// The number of the ticket: `{number}`.
    pub number: String,
    /// The agent's name as customers see it: `{agent}`.
    pub agent: String,
}

impl Placeholders {
    /// Returns the placeholder at the start of `text` and its value. The case does not matter.
    fn at_start(&self, text: &str) -> Option<(&'static str, &str)> {
        let all = [("{name}", &*self.name), ("{number}", &*self.number), ("{agent}", &*self.agent)];
        let starts = |placeholder: &str| {
            text.get(..placeholder.len()).is_some_and(|start| start.eq_ignore_ascii_case(placeholder))
        };
        all.into_iter().find(|(placeholder, _)| starts(placeholder))
    }

    /// Returns a text with the placeholders filled in, in one pass: a value is inserted as plain text, and a
    /// placeholder in it stays as it is. Entities move along; one around a placeholder covers the value. A text
    /// that gets longer than [`MAX_FILLED_UNITS`] is cut.
    #[must_use]
    pub fn fill(&self, template: &FormattedText) -> FormattedText {
        let (mut text, mut length, mut rest) = (String::new(), 0, template.text.as_str());
        // For each UTF-16 unit of the source, the start and the end of what stands in its place.
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        while let Some(c) = rest.chars().next() {
            let (replaced, inserted) = match self.at_start(rest) {
                Some((placeholder, value)) => (placeholder.len(), value),
                None => (c.len_utf8(), rest.get(..c.len_utf8()).unwrap_or_default()),
            };
            let (taken, after) = rest.split_at(replaced);
            starts.extend(std::iter::repeat_n(length, units(taken)));
            text.push_str(inserted);
            length += units(inserted);
            ends.extend(std::iter::repeat_n(length, units(taken)));
            rest = after;
        }
        let entities = template.entities.iter().map(|entity| {
            let offset = starts.get(entity.offset).copied().unwrap_or(length);
            let last = entity.end().checked_sub(1);
            let end = last.map_or(0, |last| ends.get(last).copied().unwrap_or(length));
            Entity { offset, length: end.saturating_sub(offset), kind: entity.kind.clone() }
        });
        let entities = entities.filter(|entity| entity.length > 0).collect();
        let filled = FormattedText { text, entities };
        filled.slice(0, byte_at(&filled.text, MAX_FILLED_UNITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::formatted::EntityKind;

    fn reply(text: &str, bold: Option<(usize, usize)>) -> FormattedText {
        let kind = EntityKind::Bold;
        let entities = bold.map(|(offset, length)| Entity { offset, length, kind });
        FormattedText { text: text.into(), entities: entities.into_iter().collect() }
    }

    fn bold(text: &FormattedText) -> Vec<&str> {
        let range = |e: &Entity| byte_at(&text.text, e.offset)..byte_at(&text.text, e.end());
        text.entities.iter().map(|e| &text.text[range(e)]).collect()
    }

    fn values(name: &str, number: &str, agent: &str) -> Placeholders {
        Placeholders { name: name.into(), number: number.into(), agent: agent.into() }
    }

    fn sari() -> Placeholders {
        values("Sari 😀", "INC1", "Budi")
    }

    #[test]
    fn placeholders_are_filled_in_any_case() {
        let text = sari().fill(&reply("Halo {name}, tiket {Number}. {AGENT} {agent} {other} {name", None));
        assert_eq!(text.text, "Halo Sari 😀, tiket INC1. Budi Budi {other} {name");
        assert_eq!(sari().fill(&reply("", None)), FormattedText::default());
    }

    #[test]
    fn a_word_in_braces_is_a_placeholder_or_unknown() {
        for text in ["Halo {name}, {NUMBER} {Agent}", "{} { } {a b} {", "}{", "{\"kunci\": 1}"] {
            assert_eq!(unknown_placeholder(text), None, "{text}");
        }
        for (text, unknown) in [
            ("Halo {nama}!", "{nama}"),
            ("{name} {tiket}", "{tiket}"),
            ("{ name }", "{ name }"),
            ("{{nomor}", "{nomor}"),
            ("{agen_1}", "{agen_1}"),
        ] {
            assert_eq!(unknown_placeholder(text), Some(unknown), "{text}");
        }
    }

    #[test]
    fn a_value_is_never_interpreted() {
        let hostile = values("<b>{number}</b> *{agent}* &amp;", "{name}", "{agent}");
        let text = hostile.fill(&reply("{name}|{number}|{agent}", None));
        assert_eq!(text.text, "<b>{number}</b> *{agent}* &amp;|{name}|{agent}");
        assert!(text.entities.is_empty());
    }

    #[test]
    fn entities_move_along() {
        // 😀 is two UTF-16 units.
        let text = sari().fill(&reply("😀 {name} baik {agent}!", Some((10, 4))));
        assert_eq!(bold(&text), ["baik"]);
        assert_eq!(bold(&sari().fill(&reply("a {name} b", Some((2, 6))))), ["Sari 😀"]);
        assert_eq!(bold(&sari().fill(&reply("a {name} b", Some((0, 10))))), ["a Sari 😀 b"]);
        // An entity within the braces covers the value, and one beyond the text ends with it.
        assert_eq!(bold(&sari().fill(&reply("a {name} b", Some((3, 2))))), ["Sari 😀"]);
        assert_eq!(bold(&sari().fill(&reply("{name}", Some((0, 6))))), ["Sari 😀"]);
        assert_eq!(bold(&sari().fill(&reply("{name} x", Some((0, 999))))), ["Sari 😀 x"]);
        let nameless = Placeholders { name: String::new(), ..sari() };
        assert!(nameless.fill(&reply("{name} x", Some((0, 6)))).entities.is_empty());
    }

    #[test]
    fn a_text_that_gets_too_long_is_cut() {
        let text = sari().fill(&reply(&"{name}".repeat(500), Some((0, 3_000))));
        assert_eq!(units(&text.text), 3_500);
        assert_eq!(bold(&text), [text.text.as_str()]);
    }
}
