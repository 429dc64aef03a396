//! Tokens of typed schedules: numbers, times of day, and the names of weekdays in both languages.
use chrono::{NaiveTime, Weekday};

/// Minutes of a day.
pub(super) const DAY_MINUTES: u16 = 24 * 60;

/// A time of day in minutes; 24:00 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clock(pub(super) u16);

impl Clock {
    /// Returns it as a time; `None` for 24:00.
    pub(super) fn time(self) -> Option<NaiveTime> {
        NaiveTime::from_hms_opt(u32::from(self.0 / 60), u32::from(self.0 % 60), 0)
    }
}

/// Returns the number at the beginning of the text, and the text behind it.
pub(super) fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

/// Returns the time of day of `8`, `08:00`, `08.00` or `24:00`.
pub(super) fn clock(word: &str) -> Option<Clock> {
    let (hours, rest) = number(word).filter(|_| !word.starts_with("000"))?;
    let minutes = match rest.strip_prefix([':', '.']) {
        Some(minutes) if minutes.len() == 2 => number(minutes).filter(|(_, rest)| rest.is_empty())?.0,
        Some(_) => return None,
        None if rest.is_empty() => 0,
        None => return None,
    };
    let at = u16::try_from(hours.checked_mul(60)?.checked_add(minutes)?).ok()?;
    (minutes < 60 && at <= DAY_MINUTES).then_some(Clock(at))
}

/// The names of the weekdays in both languages.
const WEEKDAYS: [(Weekday, &[&str]); 7] = [
    (Weekday::Mon, &["senin", "monday"]),
    (Weekday::Tue, &["selasa", "tuesday"]),
    (Weekday::Wed, &["rabu", "wednesday"]),
    (Weekday::Thu, &["kamis", "thursday"]),
    (Weekday::Fri, &["jumat", "jum'at", "friday"]),
    (Weekday::Sat, &["sabtu", "saturday"]),
    (Weekday::Sun, &["minggu", "ahad", "sunday"]),
];

/// Returns the weekday of a name, or of its first three letters or more.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    let word = word.trim_end_matches('.').replace('’', "'");
    let is_short = |name: &&str| word.len() >= 3 && name.starts_with(word.as_str());
    WEEKDAYS.iter().find(|(_, names)| names.iter().any(|name| is_short(&name))).map(|(day, _)| *day)
}
