//! Formatted text of people as Telegram's HTML.
use super::{escape, truncate};
use crate::domain::text::formatted::{Entity, EntityKind, FormattedText, byte_at};
use std::collections::VecDeque;

/// The most entities that are rendered; Telegram shows about a hundred.
const MAX_ENTITIES: usize = 200;

/// An entity as a range of bytes, with its tags.
#[derive(Debug, Clone)]
struct Tagged {
    from: usize,
    to: usize,
    open: String,
    close: &'static str,
    /// True if no other entity may stand inside.
    is_verbatim: bool,
}

/// Returns the text as HTML. Entities that overlap are split, and kinds without a tag are left out.
#[must_use]
pub fn html_of(text: &FormattedText) -> String {
    let tagged = text.entities.iter().filter_map(|entity| tagged(&text.text, entity));
    let mut entities: Vec<_> = tagged.take(MAX_ENTITIES).collect();
    entities.sort_by_key(|entity| (entity.from, usize::MAX - entity.to));
    let mut html = String::new();
    render(&text.text, (0, text.text.len()), &mut entities.into(), &mut html);
    html
}

/// Returns at most the first `max` UTF-16 units, as [`truncate`] does.
#[must_use]
pub fn truncated(text: &FormattedText, max: usize) -> FormattedText {
    let short = truncate(&text.text, max);
    if short == text.text {
        return text.clone();
    }
    let kept = short.strip_suffix('…').map_or(0, str::len);
    FormattedText { text: short, ..text.slice(0, kept) }
}

/// Renders the entities that begin within a range. The rest of one that ends behind it stays in `entities`.
fn render(text: &str, (from, to): (usize, usize), entities: &mut VecDeque<Tagged>, html: &mut String) {
    let mut done = from;
    while entities.front().is_some_and(|entity| entity.from < to)
        && let Some(entity) = entities.pop_front()
    {
        html.push_str(&escape(text.get(done..entity.from).unwrap_or_default()));
        let end = entity.to.min(to);
        if entity.to > to {
            let rest = Tagged { from: to, ..entity.clone() };
            let at = entities.iter().position(|other| other.from >= to).unwrap_or(entities.len());
            entities.insert(at, rest);
        }
        html.push_str(&entity.open);
        if entity.is_verbatim {
            entities.retain(|other| other.from >= end);
            html.push_str(&escape(text.get(entity.from..end).unwrap_or_default()));
        } else {
            render(text, (entity.from, end), entities, html);
        }
        html.push_str(entity.close);
        done = end;
    }
    html.push_str(&escape(text.get(done..to).unwrap_or_default()));
}

fn tagged(text: &str, entity: &Entity) -> Option<Tagged> {
    let (open, close) = tags(&entity.kind)?;
    let is_verbatim = matches!(
        entity.kind,
        EntityKind::Code
            | EntityKind::Pre(_)
            | EntityKind::TextLink(_)
            | EntityKind::TextMention(_)
            | EntityKind::CustomEmoji(_)
    );
    let (from, to) = (byte_at(text, entity.offset), byte_at(text, entity.end()));
    (from < to).then_some(Tagged { from, to, open, close, is_verbatim })
}

fn tags(kind: &EntityKind) -> Option<(String, &'static str)> {
    let (open, close) = match kind {
        EntityKind::Bold => ("<b>".to_owned(), "</b>"),
        EntityKind::Italic => ("<i>".to_owned(), "</i>"),
        EntityKind::Underline => ("<u>".to_owned(), "</u>"),
        EntityKind::Strikethrough => ("<s>".to_owned(), "</s>"),
        EntityKind::Spoiler => ("<tg-spoiler>".to_owned(), "</tg-spoiler>"),
        EntityKind::Blockquote => ("<blockquote>".to_owned(), "</blockquote>"),
        EntityKind::ExpandableBlockquote => ("<blockquote expandable>".to_owned(), "</blockquote>"),
        EntityKind::Code => ("<code>".to_owned(), "</code>"),
        EntityKind::Pre(Some(language)) if !language.is_empty() => {
            (format!("<pre><code class=\"language-{}\">", escape(language)), "</code></pre>")
        }
        EntityKind::Pre(_) => ("<pre>".to_owned(), "</pre>"),
        EntityKind::TextLink(url) => (format!("<a href=\"{}\">", escape(url)), "</a>"),
        EntityKind::TextMention(id) => (format!("<a href=\"tg://user?id={id}\">"), "</a>"),
        EntityKind::CustomEmoji(id) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => {
            (format!("<tg-emoji emoji-id=\"{id}\">"), "</tg-emoji>")
        }
        _ => return None,
    };
    Some((open, close))
}

#[cfg(test)]
mod tests {
    use super::super::utf16_units;
    use super::*;
    use proptest::prelude::*;

    fn formatted(text: &str, entities: &[(usize, usize, EntityKind)]) -> FormattedText {
        let entity = |(offset, length, kind): &(usize, usize, EntityKind)| Entity {
            offset: *offset,
            length: *length,
            kind: kind.clone(),
        };
        FormattedText { text: text.into(), entities: entities.iter().map(entity).collect() }
    }

    #[test]
    fn entities_become_tags_and_text_is_escaped() {
        let link = EntityKind::TextLink("https://a.example/?a=1&b=\"2\"".into());
        let text =
            formatted("😀 <a> & b", &[(0, 2, EntityKind::Bold), (3, 3, link), (9, 1, EntityKind::Code)]);
        let expected = "<b>😀</b> <a href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\">&lt;a&gt;</a> &amp; <code>b</code>";
        assert_eq!(html_of(&text), expected);
    }

    #[test]
    fn overlapping_entities_are_split_and_code_holds_no_other() {
        let overlap = formatted("abcdef", &[(0, 4, EntityKind::Bold), (2, 4, EntityKind::Italic)]);
        assert_eq!(html_of(&overlap), "<b>ab<i>cd</i></b><i>ef</i>");
        let code = formatted("abcd", &[(0, 4, EntityKind::Code), (1, 2, EntityKind::Bold)]);
        assert_eq!(html_of(&code), "<code>abcd</code>");
    }

    #[test]
    fn a_cut_text_loses_what_is_behind_the_cut() {
        let text = formatted("halo dunia", &[(0, 4, EntityKind::Bold), (5, 5, EntityKind::Italic)]);
        assert_eq!(html_of(&truncated(&text, 5)), "<b>halo</b>…");
        assert_eq!(html_of(&truncated(&text, 8)), "<b>halo</b> <i>du</i>…");
    }

    fn kind() -> impl Strategy<Value = EntityKind> {
        prop_oneof![
            Just(EntityKind::Bold),
            Just(EntityKind::Blockquote),
            Just(EntityKind::Code),
            Just(EntityKind::Pre(Some("rust\"".into()))),
            Just(EntityKind::TextLink("<\">".into())),
            Just(EntityKind::CustomEmoji("77".into())),
            Just(EntityKind::Other("x".into())),
        ]
    }

    proptest! {
        #[test]
        fn any_entities_keep_the_text_and_nest_their_tags(
            text in "[a<&😀 \n]{0,30}",
            entities in proptest::collection::vec((0_usize..40, 0_usize..40, kind()), 0..12),
        ) {
            let text = formatted(&text, &entities);
            let html = html_of(&text);
            prop_assert_eq!(utf16_units(&html), text.text.encode_utf16().count());
            let mut open = Vec::new();
            for piece in html.split('<').skip(1) {
                let tag = piece.split('>').next().unwrap_or_default();
                match tag.strip_prefix('/') {
                    Some(name) => prop_assert_eq!(open.pop(), Some(name)),
                    None => open.push(tag.split(' ').next().unwrap_or_default()),
                }
            }
            prop_assert!(open.is_empty());
        }
    }
}
