//! Medians and quantiles: means are no use on a machine that others use too.
use std::time::Duration;

/// The middle one of these, 0 of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The share `q` of these is at most so long.
pub(crate) fn quantile(sorted: &[Duration], q: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, clippy::cast_possible_truncation)]
    let nth = (sorted.len() as f64 * q) as usize;
    sorted.get(nth.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// How many a second.
pub(crate) fn rate(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
    let count = count as f64;
    count / took.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// A duration in milliseconds, for showing.
pub(crate) fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
