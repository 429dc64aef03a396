//! Text length as Telegram counts it: UTF-16 units after its HTML is parsed.
use crate::domain::text::with_ellipsis;

/// The longest message, in UTF-16 units after parsing.
pub const MAX_TEXT_UNITS: usize = 4_096;
/// The longest toast, in UTF-16 units.
pub const MAX_TOAST_UNITS: usize = 200;

/// Returns the length of `html` in Telegram's count: UTF-16 units without tags, where an entity counts as its
/// character.
#[must_use]
pub fn utf16_units(html: &str) -> usize {
    let (mut count, mut in_tag, mut in_entity) = (0, false, false);
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            '&' => {
                in_entity = true;
                count += 1;
            }
            ';' if in_entity => in_entity = false,
            _ if in_entity => {}
            c => count += c.len_utf16(),
        }
    }
    count
}

/// Returns at most the first `max` UTF-16 units of a plain text, including the ellipsis if it was cut. It
/// does not split characters, nor emoji of several characters as far as their joiners show it.
#[must_use]
pub fn truncate(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let Some(limit) = max.checked_sub(1) else { return String::new() };
    let (mut used, mut char_end, mut cluster_end, mut flag_halves) = (0, 0, 0, 0_usize);
    let mut previous = None;
    for (at, c) in text.char_indices() {
        if used > limit {
            break;
        }
        char_end = at;
        let is_joined =
            joins_previous(c) || previous == Some(JOINER) || (is_flag_half(c) && flag_halves % 2 == 1);
        if !is_joined {
            cluster_end = at;
        }
        flag_halves = if is_flag_half(c) { flag_halves + 1 } else { 0 };
        used += c.len_utf16();
        previous = Some(c);
    }
    // A text of joiners only has no good place for a cut.
    let end = if cluster_end == 0 { char_end } else { cluster_end };
    with_ellipsis(text.get(..end).unwrap_or_default())
}

const JOINER: char = '\u{200D}';

/// Returns true if a character belongs to the one before it: joiner, variation selector, skin tone, combining
/// mark or tag.
fn joins_previous(c: char) -> bool {
    matches!(c, JOINER | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{0300}'..='\u{036F}' | '\u{20D0}'..='\u{20FF}' | '\u{E0020}'..='\u{E007F}')
}

fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_counted_as_telegram_does() {
        assert_eq!(utf16_units("<b>a&lt;b</b> &amp;😀"), 7);
        assert_eq!(utf16_units("<a href=\"x\">é</a>"), 1);
    }

    #[test]
    fn text_is_cut_between_visible_characters() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdef", 4), "abc…");
        assert_eq!(truncate("abcdef", 0), "");
        assert_eq!(truncate("ab. cdef", 5), "ab…");
        assert_eq!(truncate("😀😀😀", 4), "😀…");
        let family = "👨\u{200D}👩\u{200D}👧";
        assert_eq!(truncate(&format!("ab{family}c"), 9), "ab…");
        assert_eq!(truncate("a👍🏽b👍🏽", 7), "a👍🏽b…");
        assert_eq!(truncate("a🇮🇩🇬🇧", 8), "a🇮🇩…");
        let joiners = "\u{200D}".repeat(50);
        assert!(truncate(&joiners, 10).encode_utf16().count() <= 10);
    }

    #[test]
    fn a_cut_text_never_exceeds_the_limit() {
        let text = "aé😀\u{200D}🏽🇮🇩 x".repeat(40);
        for max in 0..300 {
            let length = truncate(&text, max).encode_utf16().count();
            assert!(length <= max, "{length} > {max}");
        }
    }
}
