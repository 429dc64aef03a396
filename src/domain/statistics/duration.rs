//! Histogram of durations with logarithmic buckets, from which percentiles are read.
//!
//! A bucket is 1.2 times as wide as the one before, and stands for its geometric middle. So a percentile differs
//! from the exact one by at most 10 percent, whatever its size.
use chrono::TimeDelta;

/// How many times as wide as the one before a bucket is.
const GROWTH: f64 = 1.2;
/// The largest relative difference between a percentile of a histogram and the exact one.
pub const MAX_RELATIVE_ERROR: f64 = 0.1;
/// The last bucket: it also has everything that is longer, about 1,400 years.
const LAST: u8 = 173;

/// A bucket of a histogram. Bucket 0 has what is shorter than a millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(u8);

impl Bucket {
    /// Returns the bucket of a duration. A negative one, after a clock was set back, counts as none.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and `LAST`")]
    pub fn of(duration: TimeDelta) -> Self {
        let millis = millis(duration);
        if millis < 1.0 {
            return Self(0);
        }
        let above = (millis.ln() / GROWTH.ln()).floor() + 1.0;
        Self(above.min(f64::from(LAST)) as u8)
    }

    /// Returns its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Returns the bucket with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        (number <= LAST).then_some(Self(number))
    }

    /// Returns the duration that it stands for.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a duration is at most 1,400 years")]
    pub fn middle(self) -> TimeDelta {
        if self.0 == 0 {
            return TimeDelta::zero();
        }
        TimeDelta::milliseconds(GROWTH.powf(f64::from(self.0) - 0.5).round() as i64)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds is far below 2^53")]
fn millis(duration: TimeDelta) -> f64 {
    duration.num_milliseconds() as f64
}

/// Returns the smallest duration that at least `percent` percent of the counted ones do not exceed; `None` if
/// there are none. The buckets must be in order.
#[must_use]
pub fn percentile(buckets: &[(Bucket, i64)], percent: i64) -> Option<TimeDelta> {
    let count: i64 = buckets.iter().map(|(_, count)| count).sum();
    let rank = (count * percent + 99) / 100;
    let mut seen = 0;
    let reaches = |(_, count): &&(Bucket, i64)| {
        seen += count;
        seen >= rank
    };
    if count <= 0 { None } else { buckets.iter().find(reaches).map(|(bucket, _)| bucket.middle()) }
}
