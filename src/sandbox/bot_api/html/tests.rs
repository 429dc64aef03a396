//! Tests of the HTML parser with valid and invalid texts.
use super::*;

fn entities(source: &str) -> (String, Vec<(Kind, usize, usize)>) {
    let parsed = parse(source).unwrap();
    (parsed.text, parsed.entities.into_iter().map(|e| (e.kind, e.offset, e.length)).collect())
}

fn error(source: &str) -> String {
    parse(source).unwrap_err().to_string()
}

#[test]
fn every_tag_becomes_its_entity() {
    for (tags, kind) in [
        (vec!["b", "strong"], Kind::Bold),
        (vec!["i", "em"], Kind::Italic),
        (vec!["u", "ins"], Kind::Underline),
        (vec!["s", "strike", "del"], Kind::Strikethrough),
        (vec!["tg-spoiler"], Kind::Spoiler),
        (vec!["code"], Kind::Code),
        (vec!["pre"], Kind::Pre { language: None }),
        (vec!["blockquote"], Kind::Blockquote { expandable: false }),
    ] {
        for tag in tags {
            let (text, found) = entities(&format!("🎫<{tag}>x y</{tag}>"));
            assert_eq!((text.as_str(), found), ("🎫x y", vec![(kind.clone(), 2, 3)]), "{tag}");
        }
    }
    assert_eq!(
        entities("<blockquote expandable>q</blockquote>").1,
        [(Kind::Blockquote { expandable: true }, 0, 1)]
    );
    assert_eq!(entities("<span class=\"tg-spoiler\">q</span>").1, [(Kind::Spoiler, 0, 1)]);
    assert_eq!(
        entities("<pre><code class=\"language-rust\">fn</code></pre>").1,
        [(Kind::Pre { language: Some("rust".to_owned()) }, 0, 2)]
    );
}

#[test]
fn links_and_mentions_are_parsed() {
    let link = |url: &str| Kind::TextLink { url: url.to_owned() };
    assert_eq!(entities("<a href='https://a.id/?x=1&amp;y'>t</a>").1, [(link("https://a.id/?x=1&y"), 0, 1)]);
    assert_eq!(entities("<a>antri.id</a>").1, [(link("http://antri.id/"), 0, 8)]);
    assert_eq!(entities("<a href=\"tg://user?id=42\">t</a>").1, [(Kind::TextMention { user: 42 }, 0, 1)]);
    assert_eq!(entities("<a href=\"javascript://x\">t</a>"), ("t".to_owned(), vec![]));
}

#[test]
fn nested_tags_are_parsed_in_any_case() {
    let (text, found) = entities("<B>a<i>b</I></b>");
    assert_eq!(text, "ab");
    assert_eq!(found, [(Kind::Italic, 1, 1), (Kind::Bold, 0, 2)]);
    assert_eq!(entities("<b></b>"), (String::new(), vec![]));
}

#[test]
fn character_references_are_decoded() {
    assert_eq!(entities("&lt;b&gt; &amp;amp; &quot; &#65;&#x42;").0, "<b> &amp; \" AB");
    assert_eq!(entities("&nbsp; & &copy; &#; &apos;").0, "&nbsp; & &copy; &#; &apos;");
    assert_eq!(entities("a > b").0, "a > b");
}

#[test]
fn invalid_html_is_rejected_with_telegrams_message() {
    assert_eq!(error("a <h1>x</h1>"), "Unsupported start tag \"h1\" at byte offset 2");
    assert_eq!(error("1 < 2 > 1"), "Unsupported start tag \"\" at byte offset 2");
    assert_eq!(error("1 <2"), "Unclosed start tag at byte offset 2");
    assert_eq!(error("<b>x"), "Can't find end tag corresponding to start tag \"b\"");
    assert_eq!(error("x</b>"), "Unexpected end tag at byte offset 1");
    assert_eq!(error("<b>x</i>"), "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"");
    assert_eq!(error("<a href=\"x>t</a>"), "Unclosed start tag at byte offset 0");
    assert_eq!(error("<b>x</b"), "Unclosed end tag at byte offset 4");
    assert_eq!(error("<br/>"), "Unsupported start tag \"br/\" at byte offset 0");
    assert_eq!(error("<b / >x</b>"), "Empty attribute name in the tag \"b\" at byte offset 0");
    assert_eq!(error("<a href=x_y>t</a>"), "Unexpected end of name token at byte offset 8");
    assert_eq!(error("<span>x</span>"), "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0");
}
