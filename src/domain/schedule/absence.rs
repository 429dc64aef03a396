//! Ends of absences, as agents type them: a length of time, a time of day, or a date, in either language.
#[cfg(test)]
mod tests;

use super::dates::date;
use super::first_instant;
use super::words::{Clock, clock, number};
use crate::domain::Time;
use crate::domain::ticket::snooze::{MORNING_HOUR, next_morning};
use chrono::{Days, NaiveDate, NaiveTime, SubsecRound, TimeDelta};
use chrono_tz::Tz;

/// The longest absence with an end.
pub const MAX_ABSENCE: TimeDelta = TimeDelta::days(366);

/// Why a text is no end of an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsenceError {
    /// The text is neither a length of time, nor a time of day, nor a date.
    Unclear,
    /// The time is over.
    Past,
    /// The time is more than [`MAX_ABSENCE`] away.
    TooFar,
}

/// The words before a time that say nothing.
const FILLERS: [&str; 13] = [
    "sampai", "sampe", "hingga", "s/d", "sd", "selama", "tanggal", "tgl", "until", "till", "for", "at", "on",
];
/// Returns the end that the text names: `1h`, `2 jam 30 menit`, `14:00`, `besok 09.00`, `2026-12-01`, `1 Des`. A date
/// without a time of day ends in the morning.
pub fn parse_absence_end(text: &str, now: Time, zone: Tz) -> Result<Time, AbsenceError> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty() && !FILLERS.contains(word))
        .collect();
    let end = match words.as_slice() {
        [] => None,
        words => duration(words).map(|time| now.checked_add_signed(time).ok_or(AbsenceError::TooFar)),
    };
    let end = match end {
        Some(end) => end?,
        None => moment(&words, now, zone)?,
    };
    match end.trunc_subsecs(0) {
        end if end <= now => Err(AbsenceError::Past),
        end if end - now > MAX_ABSENCE => Err(AbsenceError::TooFar),
        end => Ok(end),
    }
}

/// Returns the sum of lengths such as `1h`, `1h30m`, `2 jam`, `90 menit`, `3 hari`.
fn duration(words: &[&str]) -> Option<TimeDelta> {
    let joined = words.concat();
    let mut rest = joined.as_str();
    let mut sum = TimeDelta::zero();
    while !rest.is_empty() {
        let (count, after) = number(rest)?;
        let unit_end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let seconds = match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" | "j" | "jam" => 3_600,
            "m" | "min" | "mins" | "minute" | "minutes" | "mnt" | "menit" => 60,
            "s" | "sec" | "second" | "seconds" | "dtk" | "detik" => 1,
            "d" | "day" | "days" | "hari" => 86_400,
            _ => return None,
        };
        sum = sum.checked_add(&TimeDelta::try_seconds(i64::from(count).checked_mul(seconds)?)?)?;
        rest = after;
    }
    (!sum.is_zero()).then_some(sum)
}

/// Returns the moment of a date, of a time of day, or of both.
fn moment(words: &[&str], now: Time, zone: Tz) -> Result<Time, AbsenceError> {
    let today = now.with_timezone(&zone).date_naive();
    let (date, rest) = match date(words, today) {
        Some((date, rest)) => (Some(date), rest),
        None => (None, words),
    };
    let (is_marked, rest) = match rest {
        ["jam" | "pukul", rest @ ..] => (true, rest),
        rest => (date.is_some(), rest),
    };
    let time = match rest {
        [] => None,
        // A number alone could be anything.
        [only] if !is_marked && !only.contains([':', '.']) => return Err(AbsenceError::Unclear),
        [only] => Some(clock(only).and_then(Clock::time).ok_or(AbsenceError::Unclear)?),
        _ => return Err(AbsenceError::Unclear),
    };
    let at = |date: NaiveDate, time: NaiveTime| {
        first_instant(date.and_time(time), zone).ok_or(AbsenceError::Unclear)
    };
    let morning = NaiveTime::MIN + TimeDelta::hours(i64::from(MORNING_HOUR));
    match (date, time) {
        // The rest of today.
        (Some(date), None) if date == today => Ok(next_morning(now, zone)),
        (Some(date), time) => at(date, time.unwrap_or(morning)),
        (None, Some(time)) => match at(today, time)? {
            at if at > now => Ok(at),
            _ => at(today + Days::new(1), time),
        },
        (None, None) => Err(AbsenceError::Unclear),
    }
}
