//! Tests of typed plans.
use super::*;

/// Returns a plan as text: `0 480-1020` is Monday from 8 to 17.
fn plan(text: &str) -> String {
    let typed = parse_plan(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let interval = |i: &Interval| format!("{} {}-{}", i.day, i.from, i.to);
    typed.plan.intervals().iter().map(interval).collect::<Vec<_>>().join(", ")
}

fn error(text: &str) -> GrammarError {
    parse_plan(text).unwrap_err()
}

#[test]
fn both_languages_and_many_ways_to_write_are_understood() {
    let workdays = "0 480-1020, 1 480-1020, 2 480-1020, 3 480-1020, 4 480-1020";
    for text in [
        "Sen–Jum 08:00–17:00",
        "Mon-Fri 8-17",
        "Senin - Jumat 08.00 - 17.00",
        "senin s/d jum'at jam 8 s/d 17",
        "Monday to Friday: 08:00 to 17:00",
        "Sen Sel Rab Kam Jum 8:00-17:00",
        "Sen, Sel, Rab, Kam dan Jum 08.00–17.00",
        "Mon–Fri 08:00–17:00, Sun closed",
        "Senin-Jumat 08-12 12-17",
    ] {
        assert_eq!(plan(text), workdays, "{text}");
    }
    let with_saturday = format!("{workdays}, 5 540-720");
    for text in ["Sen–Jum 08:00–17:00, Sab 09:00–12:00", "Mon–Fri 8–17; Sat 9–12", "Sab 9-12\nSen-Jum 8-17"]
    {
        assert_eq!(plan(text), with_saturday, "{text}");
    }
    assert_eq!(plan("Sab 08:00–12:00, 13:00–15:00"), "5 480-720, 5 780-900");
    assert_eq!(plan("Sab–Sen 8–9"), "0 480-540, 5 480-540, 6 480-540", "over Sunday");
}

#[test]
fn intervals_may_last_past_midnight() {
    assert_eq!(plan("Jum 22:00–06:00"), "4 1320-1440, 5 0-360");
    assert_eq!(plan("Sun 20-02"), "0 0-120, 6 1200-1440", "into Monday");
    assert_eq!(plan("Sun 20-24"), plan("Sun 20-0"));
}

#[test]
fn every_day_around_the_clock_is_the_whole_week() {
    for text in
        ["setiap hari 24 jam", "every day 24 h", "daily 0-24", "Tiap hari 24 jam", "Mon-Sun 00:00-24:00"]
    {
        assert!(parse_plan(text).unwrap().plan.is_always(), "{text}");
    }
}

#[test]
fn a_time_zone_may_be_named() {
    let named = |text| parse_plan(text).unwrap().zone;
    assert_eq!(named("Sen-Jum 8-17"), None);
    assert_eq!(named("Sen-Jum 8-17 WITA"), Some(Tz::Asia__Makassar));
    assert_eq!(named("Mon-Fri 8-17 europe/berlin"), Some(Tz::Europe__Berlin));
}

#[test]
fn an_error_names_what_was_not_understood() {
    let unclear = |part: &str| GrammarError::Unclear(part.to_owned());
    assert_eq!(error("Sen–Jum 08:00–17:00, kerja"), unclear("kerja"));
    assert_eq!(error("Sen 08:00–25:00"), unclear("08:00-25:00"));
    assert_eq!(error("Sen 08:60–17:00"), unclear("08:60-17:00"));
    assert_eq!(error("Sen 8-8"), unclear("8-8"));
    assert_eq!(error("Mon-Fri 8-17 Mars/Phobos"), unclear("mars/phobos"));
    assert_eq!(error(""), unclear(""));
    assert_eq!(error("8-17"), GrammarError::DaysMissing("8-17".into()));
    assert_eq!(error("Sen 8-17, Sel"), GrammarError::TimesMissing("sel".into()));
    let many: Vec<String> = (0..11).map(|n| format!("{:02}:00-{:02}:30", 2 * n, 2 * n)).collect();
    assert_eq!(error(&format!("daily {}", many.join(" "))), GrammarError::TooMany);
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_plan_or_an_error(text in "\\PC{0,40}") {
        drop(parse_plan(&text));
    }
}
