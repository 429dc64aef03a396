//! Tests of weekly plans, also when clocks are set.
use super::*;
use chrono::TimeZone;
use proptest::prelude::*;

const ZONES: [Tz; 8] = [
    Tz::Asia__Jakarta,
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    // Half an hour.
    Tz::Australia__Lord_Howe,
    // A day was left out in December 2011.
    Tz::Pacific__Apia,
    // Twice a year around Ramadan.
    Tz::Africa__Casablanca,
    // At midnight.
    Tz::America__Santiago,
];

fn plans() -> impl Strategy<Value = WeeklyPlan> {
    let interval = (0_u8..7, 0_u16..1_439, 1_u16..1_440).prop_map(|(day, from, length)| Interval {
        day,
        from,
        to: (from + length).min(1_440),
    });
    proptest::collection::vec(interval, 1..10).prop_map(|all| WeeklyPlan::try_from(all).unwrap())
}

/// Returns times near changes of clocks, and any others.
fn times() -> impl Strategy<Value = Time> {
    let second = prop_oneof![
        0_i64..2_000_000_000,
        // Apia leaves out the 30th of December 2011.
        1_325_152_800_i64..1_325_325_600,
        // Berlin and New York set their clocks in March and in autumn of 2026.
        1_772_900_000_i64..1_774_900_000,
        1_792_800_000_i64..1_793_700_000,
    ];
    (second, 0_u32..1_000_000)
        .prop_map(|(second, micro)| Time::from_timestamp(second, micro * 1_000).unwrap())
}

fn none() -> BTreeSet<NaiveDate> {
    BTreeSet::new()
}

fn utc(zone: Tz, day: u32, hour: u32, minute: u32) -> Time {
    zone.with_ymd_and_hms(2026, 10, day, hour, minute, 0).unwrap().to_utc()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Compares with a look at the wall clock at every minute of the days after.
    #[test]
    fn the_next_change_is_the_first_minute_that_differs(plan in plans(), now in times(), zone in prop::sample::select(&ZONES[..]), holiday in proptest::option::of(0_u64..5)) {
        let local = now.with_timezone(&zone).date_naive();
        let without: BTreeSet<_> = holiday.into_iter().map(|days| local + chrono::Days::new(days)).collect();
        let is_within = plan.contains(&without, zone, now);
        let minute = Time::from_timestamp(now.timestamp().div_euclid(60) * 60, 0).unwrap();
        let brute = (1..=15 * 1_440).map(|n| minute + TimeDelta::minutes(n))
            .find(|at| plan.contains(&without, zone, *at) != is_within);
        let found = plan.next_change(&without, zone, now);
        match brute {
            Some(_) => prop_assert_eq!(found, brute),
            None => prop_assert!(found.is_none_or(|at| at - now > TimeDelta::days(15))),
        }
    }

    #[test]
    fn the_time_within_is_that_of_every_minute(plan in plans(), now in times(), zone in prop::sample::select(&ZONES[..]), minutes in 0_i64..5_000) {
        let from = Time::from_timestamp(now.timestamp().div_euclid(60) * 60, 0).unwrap();
        let to = from + TimeDelta::minutes(minutes);
        let brute = (0..minutes).filter(|n| plan.contains(&none(), zone, from + TimeDelta::minutes(*n))).count();
        let open = plan.time_within(&none(), zone, (from, to), TimeDelta::MAX);
        prop_assert_eq!(open, TimeDelta::minutes(i64::try_from(brute).unwrap()));
        prop_assert!(plan.time_within(&none(), zone, (from, to), TimeDelta::hours(1)) >= open.min(TimeDelta::hours(1)));
    }

    #[test]
    fn a_stored_plan_is_read_as_it_was(plan in plans()) {
        let stored = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(serde_json::from_str::<WeeklyPlan>(&stored).unwrap(), plan);
    }
}

#[test]
fn a_plan_keeps_to_the_wall_clock_when_the_clock_is_set() {
    let zone = Tz::Europe__Berlin;
    let plan = WeeklyPlan::daily([Weekday::Sat, Weekday::Sun, Weekday::Mon], 480, 1_020).unwrap();
    // The clock is set back on Sunday, 25 October 2026, so that night has 25 hours.
    let closing = utc(zone, 24, 17, 0);
    assert_eq!(plan.next_change(&none(), zone, utc(zone, 24, 12, 0)), Some(closing));
    assert_eq!(plan.next_change(&none(), zone, closing), Some(utc(zone, 25, 8, 0)));
    assert_eq!(utc(zone, 25, 8, 0) - closing, TimeDelta::hours(16));
    assert_eq!(utc(zone, 26, 8, 0) - utc(zone, 25, 17, 0), TimeDelta::hours(15));
}

#[test]
fn a_holiday_is_closed_from_midnight_to_midnight() {
    let zone = Tz::Asia__Jakarta;
    let night = [Interval { day: 4, from: 1_320, to: 1_440 }, Interval { day: 5, from: 0, to: 360 }];
    let plan = WeeklyPlan::try_from(night.to_vec()).unwrap();
    // Friday and Saturday, 23 and 24 October 2026.
    let saturday = BTreeSet::from([NaiveDate::from_ymd_opt(2026, 10, 24).unwrap()]);
    let late = utc(zone, 23, 23, 0);
    assert_eq!(plan.next_change(&none(), zone, late), Some(utc(zone, 24, 6, 0)));
    assert_eq!(plan.next_change(&saturday, zone, late), Some(utc(zone, 24, 0, 0)));
    assert_eq!(plan.next_change(&saturday, zone, utc(zone, 24, 0, 0)), Some(utc(zone, 30, 22, 0)));
}

#[test]
fn a_plan_that_never_changes_has_no_next_change() {
    let always = WeeklyPlan::always();
    assert_eq!(WeeklyPlan::try_from(always.intervals().to_vec()), Ok(always.clone()));
    assert!(always.is_always());
    assert_eq!(always.next_change(&none(), Tz::Europe__Berlin, utc(Tz::UTC, 1, 0, 0)), None);
}

#[test]
fn wrong_intervals_are_refused_and_those_that_meet_are_joined() {
    let plan = |intervals: &[(u8, u16, u16)]| {
        WeeklyPlan::try_from(
            intervals.iter().map(|&(day, from, to)| Interval { day, from, to }).collect::<Vec<_>>(),
        )
    };
    assert_eq!(plan(&[]), Err(PlanError::Empty));
    for wrong in [(7, 0, 1), (0, 5, 5), (0, 6, 5), (0, 0, 1_441)] {
        assert_eq!(plan(&[wrong]), Err(PlanError::Outside), "{wrong:?}");
        let stored = format!("[{{\"day\":{},\"from\":{},\"to\":{}}}]", wrong.0, wrong.1, wrong.2);
        assert!(serde_json::from_str::<WeeklyPlan>(&stored).is_err(), "{stored}");
    }
    let many: Vec<_> =
        (0..43_u8).map(|n| (n / 7, u16::from(n % 7) * 10, u16::from(n % 7) * 10 + 5)).collect();
    assert_eq!(plan(&many), Err(PlanError::TooMany));
    assert_eq!(plan(&[(0, 30, 60), (0, 0, 30), (0, 20, 40)]), plan(&[(0, 0, 60)]));
}
