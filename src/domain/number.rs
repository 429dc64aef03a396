//! Ticket numbers that people read aloud: `INC` + MMDDYYYY + HHMMSS + tenth of a second + two letters.
use chrono::{NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};

/// A ticket's number, such as `INC120420251352536CO`: 20 characters, upper case, unique on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(String);

/// Length of a number in characters.
const LENGTH: usize = 20;
/// Count of numbers in one tenth of a second: the pairs of two letters.
pub const NUMBERS_PER_TENTH: u32 = 26 * 26;

impl TicketNumber {
    /// Returns the number for the tenth of a second of `local`, with the `nth` pair of letters (modulo 676).
    #[must_use]
    pub fn new(local: NaiveDateTime, nth: u32) -> Self {
        let nth = nth % NUMBERS_PER_TENTH;
        let letter = |n: u32| char::from_u32(u32::from(b'A') + n).unwrap_or('A');
        let tenth = (local.nanosecond() / 100_000_000).min(9);
        Self(format!("INC{}{tenth}{}{}", local.format("%m%d%Y%H%M%S"), letter(nth / 26), letter(nth % 26)))
    }

    /// Parses a number in any case, with or without surrounding blanks. Returns `None` if the text is no
    /// ticket number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let digits = text.strip_prefix("INC")?;
        let is_valid = digits.len() == 17
            && digits
                .bytes()
                .enumerate()
                .all(|(i, b)| if i < 15 { b.is_ascii_digit() } else { b.is_ascii_uppercase() });
        is_valid.then_some(Self(text))
    }

    /// Returns true if a number can end with this text, in upper case.
    #[must_use]
    pub fn can_end_with(text: &str) -> bool {
        let Some(start) = LENGTH.checked_sub(text.len()) else { return false };
        text.bytes().zip(start..).all(|(byte, at)| match at {
            0..3 => "INC".as_bytes().get(at) == Some(&byte),
            3..18 => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase(),
        })
    }

    /// Returns the first ticket number in a text.
    #[must_use]
    pub fn find_in(text: &str) -> Option<Self> {
        text.match_indices("INC").find_map(|(at, _)| Self::parse(text.get(at..at + LENGTH)?))
    }

    /// Returns the number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn a_number_has_the_specified_format() {
        let at = NaiveDate::from_ymd_opt(2025, 12, 4).unwrap().and_hms_milli_opt(13, 52, 53, 600).unwrap();
        let number = TicketNumber::new(at, 2 * 26 + 14);
        assert_eq!(number.as_str(), "INC120420251352536CO");
        assert_eq!(TicketNumber::parse(" inc120420251352536co "), Some(number));
    }

    #[test]
    fn the_end_of_a_number_is_told_from_a_word() {
        for end in ["36CO", "CO", "120420251352536CO", "C120420251352536CO", "INC120420251352536CO"] {
            assert!(TicketNumber::can_end_with(end), "{end}");
        }
        for word in ["YANG", "WIFI", "36co", "2025", "N36CO", "XINC120420251352536CO", "É6CO"] {
            assert!(!TicketNumber::can_end_with(word), "{word}");
        }
    }

    #[test]
    fn parse_rejects_other_formats() {
        for wrong in [
            "",
            "INC",
            "INC12042025135253CO",
            "INC1204202513525361O",
            "XXX120420251352536CO",
            "INC120420251352536ÇO",
        ] {
            assert_eq!(TicketNumber::parse(wrong), None, "{wrong}");
        }
    }
}
