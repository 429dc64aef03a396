//! Parser of weekly plans as people type them, in either language: `Sen–Jum 08:00–17:00, Sab 09:00–12:00`.
//!
//! Days stand before their times, and times without days belong to the days before them. An interval that ends before
//! it begins lasts past midnight.
#[cfg(test)]
mod tests;

use super::weekly_plan::{Interval, PlanError, WeeklyPlan};
use super::words::{Clock, DAY_MINUTES, clock, weekday};
use chrono::Weekday;
use chrono_tz::Tz;

/// What is wrong with a typed plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrammarError {
    /// This part was not understood.
    Unclear(String),
    /// The times before any day are these.
    DaysMissing(String),
    /// The days without times are these.
    TimesMissing(String),
    /// The plan has too many intervals.
    TooMany,
}

/// A typed plan, with the time zone if the text names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPlan {
    /// The plan.
    pub plan: WeeklyPlan,
    /// The time zone.
    pub zone: Option<Tz>,
}

/// A part of a typed plan.
enum Token {
    Days(Vec<u8>),
    Times(Vec<(Clock, Clock)>),
    Zone(Tz),
}

/// Returns the plan that a text describes.
pub fn parse_plan(text: &str) -> Result<TypedPlan, GrammarError> {
    let mut zone = None;
    let mut intervals = Vec::new();
    let (mut days, mut days_text): (Vec<u8>, Option<&str>) = (Vec::new(), None);
    let normal = normalized(text);
    for word in normal.split(' ').filter(|word| !word.is_empty()) {
        match token(word).ok_or_else(|| GrammarError::Unclear(word.to_owned()))? {
            Token::Days(more) => {
                // Days after times begin a new entry.
                if days_text.is_none() {
                    days.clear();
                }
                days.extend(more);
                days_text = Some(word);
            }
            Token::Times(_) if days.is_empty() => return Err(GrammarError::DaysMissing(word.to_owned())),
            Token::Times(times) => {
                let each = days.iter().flat_map(|day| times.iter().map(move |times| (*day, *times)));
                intervals.extend(each.flat_map(|(day, (from, to))| on_day(day, from, to)));
                days_text = None;
            }
            Token::Zone(named) => zone = Some(named),
        }
    }
    if let Some(days) = days_text {
        return Err(GrammarError::TimesMissing(days.to_owned()));
    }
    match WeeklyPlan::try_from(intervals) {
        Ok(plan) => Ok(TypedPlan { plan, zone }),
        Err(PlanError::TooMany) => Err(GrammarError::TooMany),
        Err(PlanError::Empty | PlanError::Outside) => Err(GrammarError::Unclear(text.trim().to_owned())),
    }
}

/// Returns the text with one blank between its words and none within them.
fn normalized(text: &str) -> String {
    let mut text = format!(" {} ", text.to_lowercase());
    for dash in ['–', '—', '−', '‑', '~'] {
        text = text.replace(dash, "-");
    }
    for word in [" s/d ", " s.d. ", " sampai ", " sd ", " to ", " until ", " till "] {
        text = text.replace(word, "-");
    }
    text = text.replace([',', ';', '\n', '\t', '&', '+', '·'], " ");
    for phrase in ["setiap hari", "tiap hari", "every day", "everyday"] {
        text = text.replace(phrase, "daily");
    }
    for phrase in [" 24 jam ", " 24 h ", " 24 hours "] {
        text = text.replace(phrase, " 24h ");
    }
    for word in [" dan ", " and ", " hari ", " jam ", " pukul "] {
        text = text.replace(word, " ");
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    for (dash, short) in [(" - ", "-"), (" -", "-"), ("- ", "-")] {
        text = text.replace(dash, short);
    }
    text
}

fn token(word: &str) -> Option<Token> {
    let word = word.strip_suffix(':').unwrap_or(word);
    if word == "daily" {
        return Some(Token::Days((0..7).collect()));
    }
    if matches!(word, "24h" | "24jam" | "24hours") {
        return Some(Token::Times(vec![(Clock(0), Clock(DAY_MINUTES))]));
    }
    if matches!(word, "libur" | "tutup" | "closed" | "off") {
        return Some(Token::Times(Vec::new()));
    }
    match word.split_once('-') {
        None => day(word).map(|day| Token::Days(vec![day])),
        Some((first, last)) => match (day(first), day(last)) {
            (Some(first), Some(last)) => Some(Token::Days(day_range(first, last))),
            _ => times(first, last),
        },
    }
    .or_else(|| zone(word).map(Token::Zone))
}

fn times(from: &str, to: &str) -> Option<Token> {
    let (from, to) = (clock(from)?, clock(to)?);
    (from != to && from.0 < DAY_MINUTES).then(|| Token::Times(vec![(from, to)]))
}

fn day(word: &str) -> Option<u8> {
    weekday(word).and_then(|day: Weekday| u8::try_from(day.num_days_from_monday()).ok())
}

/// Returns the days from the first to the last, over Sunday if it must be.
fn day_range(first: u8, last: u8) -> Vec<u8> {
    let count = (last + 7 - first) % 7;
    (0..=count).map(|step| (first + step) % 7).collect()
}

/// Returns the interval on this day; two if it lasts past midnight.
fn on_day(day: u8, from: Clock, to: Clock) -> Vec<Interval> {
    if from < to {
        return vec![Interval { day, from: from.0, to: to.0 }];
    }
    let before = Interval { day, from: from.0, to: DAY_MINUTES };
    let after = Interval { day: (day + 1) % 7, from: 0, to: to.0 };
    // Until midnight, which is the beginning of no interval.
    if to.0 == 0 { vec![before] } else { vec![before, after] }
}

/// Returns the time zone of a name such as `Asia/Makassar`, `WITA` or `UTC`.
#[must_use]
pub fn zone(name: &str) -> Option<Tz> {
    match name.to_lowercase().as_str() {
        "wib" => Some(Tz::Asia__Jakarta),
        "wita" => Some(Tz::Asia__Makassar),
        "wit" => Some(Tz::Asia__Jayapura),
        "utc" | "gmt" => Some(Tz::UTC),
        other => {
            let is_named = |zone: &&Tz| zone.name().contains('/') && zone.name().eq_ignore_ascii_case(other);
            chrono_tz::TZ_VARIANTS.iter().find(is_named).copied()
        }
    }
}
