//! HTML rendering of a text with entities, safe to insert into a page.
use super::entities::{Entity, Kind};
use super::text::Formatted;

/// Returns the text as HTML. Everything except the generated tags is escaped; line breaks are kept.
pub(in crate::sandbox) fn safe_html(formatted: &Formatted) -> String {
    let mut out = String::with_capacity(formatted.text.len() + 16);
    let mut open: Vec<&Entity> = Vec::new();
    let mut offset = 0;
    for c in formatted.text.chars() {
        close_until(&mut out, &mut open, offset);
        open_at(&mut out, &mut open, &formatted.entities, offset);
        escape(&mut out, c);
        offset += c.len_utf16();
    }
    while let Some(entity) = open.pop() {
        out.push_str(tags(&entity.kind).1);
    }
    out
}

/// Closes the entities that end at `offset`. Entities may cross: inner ones that do not end here are closed
/// and reopened around the end of the outer one.
fn close_until(out: &mut String, open: &mut Vec<&Entity>, offset: usize) {
    let Some(first) = open.iter().position(|e| e.end() <= offset) else { return };
    let reopened: Vec<&Entity> = open.drain(first..).collect();
    for entity in reopened.iter().rev() {
        out.push_str(tags(&entity.kind).1);
    }
    for entity in reopened.into_iter().filter(|e| e.end() > offset) {
        open_tag(out, entity);
        open.push(entity);
    }
}

fn open_at<'a>(out: &mut String, open: &mut Vec<&'a Entity>, entities: &'a [Entity], offset: usize) {
    let mut starting: Vec<&Entity> = entities.iter().filter(|e| e.offset == offset).collect();
    starting.sort_by_key(|e| std::cmp::Reverse(e.length));
    for entity in starting {
        open_tag(out, entity);
        open.push(entity);
    }
}

fn open_tag(out: &mut String, entity: &Entity) {
    match &entity.kind {
        Kind::TextLink { url } | Kind::Url { url } => open_link(out, url),
        kind => out.push_str(tags(kind).0),
    }
}

fn open_link(out: &mut String, url: &str) {
    let allowed = ["http://", "https://", "tg://"].iter().any(|scheme| url.starts_with(scheme));
    out.push_str("<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
    for c in if allowed { url } else { "#" }.chars() {
        escape(out, c);
    }
    out.push_str("\">");
}

fn tags(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bold => ("<b>", "</b>"),
        Kind::Italic => ("<i>", "</i>"),
        Kind::Underline => ("<u>", "</u>"),
        Kind::Strikethrough => ("<s>", "</s>"),
        Kind::Spoiler => ("<tg-spoiler>", "</tg-spoiler>"),
        Kind::Code => ("<code>", "</code>"),
        Kind::Pre { .. } => ("<pre>", "</pre>"),
        Kind::TextLink { .. } | Kind::Url { .. } => ("", "</a>"),
        Kind::Blockquote { expandable: false } => ("<blockquote>", "</blockquote>"),
        Kind::Blockquote { expandable: true } => ("<blockquote expandable>", "</blockquote>"),
        Kind::TextMention { .. }
        | Kind::BotCommand
        | Kind::Mention
        | Kind::Hashtag
        | Kind::Cashtag
        | Kind::Email
        | Kind::PhoneNumber => ("", ""),
    }
}

fn escape(out: &mut String, c: char) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c if c < ' ' && c != '\n' => out.push(' '),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str) -> String {
        safe_html(&Formatted::parse(source, Some("HTML"), None).unwrap())
    }

    #[test]
    fn only_generated_tags_are_not_escaped() {
        assert_eq!(html("🎫 <b>a <i>b</i></b>\n&lt;script&gt;"), "🎫 <b>a <i>b</i></b>\n&lt;script&gt;");
        assert_eq!(
            html("<a href=\"https://a.id/?q=&quot;&gt;\">t</a>"),
            "<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"https://a.id/?q=%22%3E\">t</a>"
        );
        let typed = Formatted::typed("x https://a.id/'<b>");
        assert!(safe_html(&typed).ends_with("href=\"https://a.id/\">https://a.id/</a>&#39;&lt;b&gt;"));
    }

    #[test]
    fn crossing_entities_are_closed_in_order() {
        let entity = |kind, offset, length| Entity { kind, offset, length };
        let crossed = Formatted {
            text: "abcd".to_owned(),
            entities: vec![entity(Kind::Bold, 0, 3), entity(Kind::Italic, 1, 3)],
        };
        assert_eq!(safe_html(&crossed), "<b>a<i>bc</i></b><i>d</i>");
    }
}
