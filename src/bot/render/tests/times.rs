//! Tests of relative times: around midnight, in the past and in the future.
use super::*;

fn ago(locale: Locale, then: Time) -> String {
    localizer(locale).ago(then)
}

#[test]
fn recent_times_are_minutes_and_hours_ago() {
    let id = |minutes| ago(Locale::Id, minutes_ago(minutes));
    let en = |minutes| ago(Locale::En, minutes_ago(minutes));
    assert_eq!((id(0), en(0)), ("baru saja".into(), "just now".into()));
    assert_eq!((id(1), en(1)), ("1 menit yang lalu".into(), "1 minute ago".into()));
    assert_eq!((id(10), en(10)), ("10 menit yang lalu".into(), "10 minutes ago".into()));
    assert_eq!((id(60), en(60)), ("1 jam yang lalu".into(), "1 hour ago".into()));
    assert_eq!((id(150), en(150)), ("2 jam yang lalu".into(), "2 hours ago".into()));
    // A moment in the future, from a clock that is ahead, is shown as now.
    assert_eq!(id(-5), "baru saja");
}

#[test]
fn durations_name_their_parts() {
    let both = |seconds| {
        Locale::ALL.map(|locale| localizer(locale).duration(std::time::Duration::from_secs(seconds)))
    };
    assert_eq!(both(0), ["0 detik", "0 seconds"]);
    assert_eq!(both(90), ["1 menit 30 detik", "1 minute 30 seconds"]);
    assert_eq!(both(3_600), ["1 jam", "1 hour"]);
    assert_eq!(both(2 * 86_400 + 7_200), ["2 hari 2 jam", "2 days 2 hours"]);
}

#[test]
fn older_times_name_the_day() {
    let at = |day, hour, minute| Utc.with_ymd_and_hms(2025, 12, day, hour, minute, 0).unwrap();
    // 00.05 today in Jakarta, almost fourteen hours ago.
    assert_eq!(ago(Locale::Id, at(3, 17, 5)), "13 jam yang lalu");
    assert_eq!(ago(Locale::Id, at(3, 7, 30)), "kemarin 14.30");
    assert_eq!(ago(Locale::En, at(3, 7, 30)), "yesterday 14:30");
    assert_eq!(ago(Locale::Id, at(2, 16, 59)), "2 Des 2025, 23.59");
    assert_eq!(ago(Locale::En, at(2, 16, 59)), "2 Dec 2025, 23:59");
}

#[test]
fn an_hour_across_midnight_is_an_hour_ago() {
    let after = Utc.with_ymd_and_hms(2025, 12, 3, 17, 30, 0).unwrap();
    let localizer = Localizer { now: after, ..localizer(Locale::Id) };
    assert_eq!(localizer.ago(after - Duration::hours(1)), "1 jam yang lalu");
    assert_eq!(localizer.ago(after - Duration::hours(13)), "kemarin 11.30");
}

#[test]
fn every_month_has_a_distinct_name() {
    for locale in Locale::ALL {
        let month = |m| localizer(locale).moment(Utc.with_ymd_and_hms(2025, m, 5, 2, 7, 0).unwrap());
        let all: std::collections::BTreeSet<String> = (1..=12).map(month).collect();
        assert_eq!(all.len(), 12);
    }
    let august = Utc.with_ymd_and_hms(2025, 8, 5, 2, 7, 0).unwrap();
    assert_eq!(localizer(Locale::Id).moment(august), "5 Agu 2025, 09.07");
    assert_eq!(localizer(Locale::En).clock(august), "09:07");
}
