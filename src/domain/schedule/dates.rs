//! Parser of typed dates, in both languages: `2026-12-01`, `1/12`, `1 Des 2026`, `besok`.
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeSet;

/// The first three letters of the months, in both languages.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb"],
    &["mar"],
    &["apr"],
    &["mei", "may"],
    &["jun"],
    &["jul"],
    &["agu", "ags", "aug"],
    &["sep"],
    &["okt", "oct"],
    &["nov"],
    &["des", "dec"],
];

/// Returns the dates of a list. Errors with the part that is no date from today on.
pub fn parse_dates(text: &str, today: NaiveDate) -> Result<BTreeSet<NaiveDate>, String> {
    let text = text.to_lowercase();
    let mut dates = BTreeSet::new();
    for part in text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let words: Vec<&str> =
            part.split_whitespace().filter(|word| !["dan", "and"].contains(word)).collect();
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            match date(rest, today) {
                Some((date, behind)) if date >= today => {
                    dates.insert(date);
                    rest = behind;
                }
                _ => return Err(rest.join(" ")),
            }
        }
    }
    if dates.is_empty() { Err(text.trim().to_owned()) } else { Ok(dates) }
}

/// Returns the date at the beginning of the words, and the words behind it.
pub(super) fn date<'a, 'w>(words: &'a [&'w str], today: NaiveDate) -> Option<(NaiveDate, &'a [&'w str])> {
    let in_days = |days| today.checked_add_days(Days::new(days));
    match words {
        ["today", rest @ ..] | ["hari", "ini", rest @ ..] => Some((today, rest)),
        ["tomorrow" | "besok", rest @ ..] => Some((in_days(1)?, rest)),
        ["lusa", rest @ ..] => Some((in_days(2)?, rest)),
        [day, name, year, rest @ ..] if month(name).is_some() && year.len() == 4 => {
            let (day, month) = (day.parse().ok()?, month(name)?);
            Some((NaiveDate::from_ymd_opt(year.parse().ok()?, month, day)?, rest))
        }
        [name, day, year, rest @ ..] if month(name).is_some() && year.len() == 4 => {
            let (day, month) = (day.parse().ok()?, month(name)?);
            Some((NaiveDate::from_ymd_opt(year.parse().ok()?, month, day)?, rest))
        }
        [day, name, rest @ ..] if month(name).is_some() => {
            Some((next_date(day.parse().ok()?, month(name)?, today)?, rest))
        }
        [name, day, rest @ ..] if month(name).is_some() => {
            Some((next_date(day.parse().ok()?, month(name)?, today)?, rest))
        }
        [word, rest @ ..] => Some((numeric_date(word, today)?, rest)),
        [] => None,
    }
}

fn month(name: &str) -> Option<u32> {
    let is_letters = name.chars().all(char::is_alphabetic);
    let found = MONTHS.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)))?;
    u32::try_from(found + 1).ok().filter(|_| is_letters)
}

/// Returns the next date with this day and month, today included.
fn next_date(day: u32, month: u32, today: NaiveDate) -> Option<NaiveDate> {
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day).filter(|date| *date >= today);
    this_year.or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))
}

/// Returns the date of `2026-12-01`, `01-12-2026`, `1/12/2026`, `1.12.2026` or `1/12`.
fn numeric_date(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let separator = ['-', '/', '.'].into_iter().find(|separator| word.contains(*separator))?;
    let parts: Vec<&str> = word.split(separator).collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        [day, month, year] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        [day, month] if separator == '/' => next_date(day.parse().ok()?, month.parse().ok()?, today),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
    }

    fn dates(text: &str) -> Result<Vec<String>, String> {
        Ok(parse_dates(text, today())?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn lists_of_dates_are_understood_in_both_languages() {
        let both = Ok(vec!["2026-12-25".to_owned(), "2027-01-01".to_owned()]);
        for text in [
            "2026-12-25, 2027-01-01",
            "25/12/2026 1/1/2027",
            "25/12\n1/1",
            "25 Des; 1 Januari",
            "Dec 25 and Jan 1",
            "Dec 25 2026, Jan 1 2027",
            "1 jan 2027, 25 desember 2026 dan 25/12",
        ] {
            assert_eq!(dates(text), both, "{text}");
        }
        assert_eq!(dates("hari ini"), Ok(vec!["2026-11-30".to_owned()]));
    }

    #[test]
    fn the_part_that_is_no_date_to_come_is_named() {
        for (text, part) in [
            ("25/12, natal", "natal"),
            ("2026-12-25 2026-11-29", "2026-11-29"),
            ("31/02/2027", "31/02/2027"),
            ("", ""),
            (" , ", ","),
        ] {
            assert_eq!(dates(text), Err(part.to_owned()), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_list_of_dates_to_come_or_an_error(text in "\\PC{0,40}") {
            if let Ok(dates) = parse_dates(&text, today()) {
                proptest::prop_assert!(dates.iter().all(|date| *date >= today()));
            }
        }
    }
}
