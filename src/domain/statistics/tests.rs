//! Tests of the figures of roll-ups: codes, percentiles, and spans that are split by days.
use super::duration::{Bucket, MAX_RELATIVE_ERROR, percentile};
use super::*;
use crate::domain::ticket::service::Stars;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[test]
fn every_figure_has_a_code_of_its_own() {
    let mut all = vec![
        Figure::Created,
        Figure::Completed,
        Figure::Cancelled,
        Figure::Reopened,
        Figure::Assigned,
        Figure::HeldTime,
        Figure::SlotTime,
    ];
    all.extend(Stars::ALL.map(Figure::Rated));
    all.extend(Timing::ALL.map(Figure::Total));
    let buckets = || (0..=u8::MAX).filter_map(Bucket::from_number);
    all.extend(Timing::ALL.iter().flat_map(|timing| buckets().map(|bucket| Figure::Count(*timing, bucket))));
    let codes: BTreeSet<_> = all.iter().map(|figure| figure.code()).collect();
    assert_eq!(codes.len(), all.len());
    for figure in all {
        assert_eq!(Figure::from_code(figure.code()), Some(figure));
    }
    assert_eq!(Figure::from_code(7), None);
    assert_eq!(Figure::from_code(u16::MAX), None);
}

#[test]
fn a_percentile_differs_from_the_exact_one_by_at_most_a_tenth() {
    // Durations of all sizes, from milliseconds to months, spread evenly on a logarithmic scale.
    let mut exact: Vec<i64> =
        (0..5_000_i64).map(|n| 1 + n * n % 977 + 3_i64.pow(u32::try_from(n % 21).unwrap())).collect();
    let mut counts = BTreeMap::new();
    for millis in &exact {
        *counts.entry(Bucket::of(TimeDelta::milliseconds(*millis))).or_insert(0) += 1;
    }
    let buckets: Vec<_> = counts.into_iter().collect();
    exact.sort_unstable();
    for percent in [1, 10, 50, 75, 90, 99, 100] {
        let rank = (exact.len() * usize::try_from(percent).unwrap()).div_ceil(100);
        let exact = f64::from(i32::try_from(exact[rank - 1] / 4).unwrap()) * 4.0;
        let read = percentile(&buckets, percent).unwrap().num_milliseconds();
        let read = f64::from(i32::try_from(read / 4).unwrap()) * 4.0;
        assert!((read - exact).abs() <= exact * MAX_RELATIVE_ERROR + 4.0, "{percent}: {read} for {exact}");
    }
    assert_eq!(percentile(&[], 50), None);
}

#[test]
fn the_percentile_of_one_duration_is_exact() {
    let (timing, duration) = (Timing::FirstAnswer, TimeDelta::minutes(4));
    let mut figures = Figures::default();
    assert_eq!(figures.percentile(timing, 50), None);
    figures.add(Figure::Total(timing), duration.num_milliseconds());
    figures.add(Figure::Count(timing, Bucket::of(duration)), 1);
    assert_eq!(figures.percentile(timing, 90), Some(duration));
}

#[test]
fn a_span_is_split_at_each_midnight_of_the_zone() {
    let utc = |text: &str| text.parse::<Time>().unwrap();
    let agent = PersonId(Uuid::from_u128(1));
    let span =
        AvailableSpan { agent, since: utc("2026-01-01T15:00:00Z"), capacity: Capacity::new(4).unwrap() };
    let mut counts = FigureCounts::new(chrono_tz::Asia::Jakarta);
    // Midnight in Jakarta is 17:00 UTC.
    counts.end_span(span, [utc("2026-01-02T16:00:00Z")], utc("2026-01-02T18:30:00Z"));
    let hours: Vec<_> = counts
        .iter()
        .map(|(day, _, f)| {
            (day.to_string(), f.get(Figure::SlotTime) / 900_000, f.get(Figure::HeldTime) / 900_000)
        })
        .collect();
    assert_eq!(
        hours,
        [
            ("2026-01-01".to_owned(), 4 * 8, 0),
            ("2026-01-02".to_owned(), 4 * 96, 4),
            ("2026-01-03".to_owned(), 4 * 6, 6)
        ]
    );
}

#[test]
fn a_clock_that_was_set_back_makes_no_negative_figure() {
    let agent = PersonId(Uuid::from_u128(1));
    let at = |seconds: i64| Time::from_timestamp(1_764_831_173 + seconds, 0).unwrap();
    let mut counts = FigureCounts::new(chrono_tz::Tz::UTC);
    counts.end_span(AvailableSpan { agent, since: at(60), capacity: Capacity::DEFAULT }, [at(90)], at(0));
    assert!(counts.is_empty());
    let mut figures = Figures::default();
    figures.add_duration(Timing::Wait, TimeDelta::seconds(-5));
    assert_eq!((figures.count(Timing::Wait), figures.average(Timing::Wait)), (1, Some(TimeDelta::zero())));
}
