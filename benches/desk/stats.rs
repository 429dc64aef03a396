//! Medians, quantiles and rates. Means are not used, because other programs on the machine distort them.
use std::time::Duration;

/// Returns the median; 0 of no values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Returns the `q` quantile of sorted durations.
pub(crate) fn quantile(sorted: &[Duration], q: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, clippy::cast_possible_truncation)]
    let nth = (sorted.len() as f64 * q) as usize;
    sorted.get(nth.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Returns the count a second.
pub(crate) fn rate(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
    let count = count as f64;
    count / took.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Returns a duration in milliseconds.
pub(crate) fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
