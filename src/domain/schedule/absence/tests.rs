//! Tests of typed ends of absences.
use super::*;
use chrono::TimeZone;

const ZONE: Tz = Tz::Asia__Jakarta;

/// Returns the local time in the zone.
fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Time {
    ZONE.with_ymd_and_hms(year, month, day, hour, minute, 0).unwrap().to_utc()
}

/// Monday, 30 November 2026, 13:15.
fn now() -> Time {
    at(2026, 11, 30, 13, 15)
}

fn end(text: &str) -> Result<Time, AbsenceError> {
    parse_absence_end(text, now(), ZONE)
}

#[test]
fn lengths_of_time_are_understood_in_both_languages() {
    for (text, minutes) in [
        ("1h", 60),
        ("1 H", 60),
        ("1 jam", 60),
        ("selama 2 jam", 120),
        ("1h30m", 90),
        ("1 jam 30 menit", 90),
        ("90 menit", 90),
        ("45 min", 45),
        ("120 detik", 2),
        ("for 3 days", 3 * 1440),
        ("2 hari", 2 * 1440),
    ] {
        assert_eq!(end(text), Ok(now() + TimeDelta::minutes(minutes)), "{text}");
    }
}

#[test]
fn times_of_day_are_today_or_else_tomorrow() {
    for text in [
        "14:00",
        "14.00",
        "sampai 14.00",
        "until 14:00",
        "jam 14",
        "pukul 14:00",
        "sampai jam 14",
        "today 14:00",
    ] {
        assert_eq!(end(text), Ok(at(2026, 11, 30, 14, 0)), "{text}");
    }
    for text in ["13:15", "9:00", "besok 9:00", "tomorrow 09:00", "besok jam 9"] {
        let end = end(text).unwrap();
        assert_eq!(end.with_timezone(&ZONE).date_naive().to_string(), "2026-12-01", "{text}");
    }
}

#[test]
fn dates_end_in_the_morning_unless_they_have_a_time() {
    for text in [
        "2026-12-01",
        "01-12-2026",
        "1/12/2026",
        "1.12.2026",
        "1/12",
        "1 Des",
        "1 desember 2026",
        "Dec 1",
        "besok",
        "tgl 1/12",
    ] {
        assert_eq!(end(text), Ok(at(2026, 12, 1, 8, 0)), "{text}");
    }
    assert_eq!(end("2026-12-01 10:30"), Ok(at(2026, 12, 1, 10, 30)));
    assert_eq!(end("lusa"), Ok(at(2026, 12, 2, 8, 0)));
    assert_eq!(end("hari ini"), Ok(at(2026, 12, 1, 8, 0)), "the rest of today");
    assert_eq!(end("29/11"), Ok(at(2027, 11, 29, 8, 0)), "the next one");
}

#[test]
fn a_text_that_names_no_time_to_come_is_refused() {
    for text in [
        "",
        "   ",
        "nanti",
        "1",
        "25:00",
        "1 minggu depan",
        "31/02/2026",
        "0h",
        "-1h",
        "14:00 15:00",
        "besok pagi",
        "1.5h",
        "２h",
        "2026-13-01",
    ] {
        assert_eq!(end(text), Err(AbsenceError::Unclear), "{text}");
    }
    for text in ["2026-11-29", "2020-01-01", "30/11/2026 10:00"] {
        assert_eq!(end(text), Err(AbsenceError::Past), "{text}");
    }
    for text in ["2030-01-01", "400 days", "9999h"] {
        assert_eq!(end(text), Err(AbsenceError::TooFar), "{text}");
    }
}

#[test]
fn a_time_that_the_clock_skips_is_the_first_after_it() {
    let zone = Tz::Europe__Berlin;
    let now = zone.with_ymd_and_hms(2027, 3, 27, 12, 0, 0).unwrap().to_utc();
    let end = parse_absence_end("2027-03-28 02:30", now, zone).unwrap();
    assert_eq!(end.with_timezone(&zone).to_rfc3339(), "2027-03-28T03:00:00+02:00");
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_end_to_come_or_an_error(text in "\\PC{0,30}", seconds in 0..4_000_000_000_i64) {
        let now = Time::from_timestamp(seconds, 0).unwrap();
        if let Ok(end) = parse_absence_end(&text, now, Tz::Pacific__Apia) {
            proptest::prop_assert!(end > now && end - now <= MAX_ABSENCE);
        }
    }

    #[test]
    fn any_words_of_the_grammar_are_an_end_to_come_or_an_error(
        words in proptest::collection::vec("(besok|tomorrow|jam|[0-9]{1,12}|[0-9]{1,2}[:.][0-9]{2}|des|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|h|hari|m)", 1..5),
    ) {
        if let Ok(end) = parse_absence_end(&words.join(" "), now(), ZONE) {
            proptest::prop_assert!(end > now() && end - now() <= MAX_ABSENCE);
        }
    }
}
