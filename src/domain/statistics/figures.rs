//! Figures of a roll-up: counters, sums of time and histograms, each a number under a stable code.
use super::duration::{Bucket, percentile};
use crate::domain::ticket::service::Stars;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// A duration of a ticket's life that is counted, summed and put into a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// From the opening until the first assignment.
    Wait,
    /// From the opening until an agent first wrote to the customer.
    FirstAnswer,
    /// From the assignment to the agent who completed the ticket until the completion.
    Handling,
    /// From the moment at which ticket and agent were both ready until the engine's assignment.
    Assignment,
}

impl Timing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wait, Self::FirstAnswer, Self::Handling, Self::Assignment];

    fn code(self) -> u16 {
        match self {
            Self::Wait => 0,
            Self::FirstAnswer => 1,
            Self::Handling => 2,
            Self::Assignment => 3,
        }
    }
}

/// A number of a roll-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Tickets that were opened.
    Created,
    /// Completions. A ticket that was reopened can have several.
    Completed,
    /// Cancellations that were not undone, on the day of the cancellation.
    Cancelled,
    /// Reopenings of completed tickets.
    Reopened,
    /// Times that a ticket was given to an agent.
    Assigned,
    /// Completions with this rating, on the day on which it was first given. The rating of a ticket that was
    /// reopened later still counts.
    Rated(Stars),
    /// Slot time, in milliseconds, that an agent used while available: of each held ticket.
    HeldTime,
    /// Slot time, in milliseconds, that an agent had while available: time × capacity.
    SlotTime,
    /// The sum of these durations, in milliseconds.
    Total(Timing),
    /// How many of these durations lie in the bucket.
    Count(Timing, Bucket),
}

const RATED: u16 = 16;
const TOTAL: u16 = 32;
const COUNT: u16 = 256;

impl Figure {
    /// Returns the code under which the stores keep it.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Created => 0,
            Self::Completed => 1,
            Self::Cancelled => 2,
            Self::Reopened => 3,
            Self::Assigned => 4,
            Self::HeldTime => 5,
            Self::SlotTime => 6,
            Self::Rated(stars) => RATED + u16::from(stars.get()),
            Self::Total(timing) => TOTAL + timing.code(),
            Self::Count(timing, bucket) => COUNT * (1 + timing.code()) + u16::from(bucket.number()),
        }
    }

    /// Returns the figure with this code.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        let timing = |code| Timing::ALL.into_iter().find(|timing| timing.code() == code);
        let low = u8::try_from(code % COUNT).ok()?;
        Some(match code {
            0 => Self::Created,
            1 => Self::Completed,
            2 => Self::Cancelled,
            3 => Self::Reopened,
            4 => Self::Assigned,
            5 => Self::HeldTime,
            6 => Self::SlotTime,
            RATED..TOTAL => Self::Rated(Stars::new(u8::try_from(code - RATED).ok()?)?),
            TOTAL..COUNT => Self::Total(timing(code - TOTAL)?),
            _ => Self::Count(timing((code / COUNT).checked_sub(1)?)?, Bucket::from_number(low)?),
        })
    }
}

/// The figures of a roll-up, or of several added up. A figure that is missing is 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures(BTreeMap<Figure, i64>);

impl Figures {
    /// Returns a figure.
    #[must_use]
    pub fn get(&self, figure: Figure) -> i64 {
        self.0.get(&figure).copied().unwrap_or_default()
    }

    /// Adds to a figure.
    pub fn add(&mut self, figure: Figure, more: i64) {
        let sum = self.0.entry(figure).or_default();
        *sum += more;
        if *sum == 0 {
            self.0.remove(&figure);
        }
    }

    /// Adds a duration to its sum and its histogram. A negative one counts as none.
    pub fn add_duration(&mut self, timing: Timing, duration: TimeDelta) {
        self.add(Figure::Total(timing), duration.num_milliseconds().max(0));
        self.add(Figure::Count(timing, Bucket::of(duration)), 1);
    }

    /// Adds all figures of another roll-up.
    pub fn merge(&mut self, other: &Self) {
        for (figure, more) in other.iter() {
            self.add(figure, more);
        }
    }

    /// Returns the figures that are not 0.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, i64)> {
        self.0.iter().map(|(figure, number)| (*figure, *number))
    }

    /// Returns true if all figures are 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn buckets(&self, of: Timing) -> Vec<(Bucket, i64)> {
        let bucket = |(figure, count)| match figure {
            Figure::Count(timing, bucket) if timing == of => Some((bucket, count)),
            _ => None,
        };
        self.iter().filter_map(bucket).collect()
    }

    /// Returns how many durations were added.
    #[must_use]
    pub fn count(&self, timing: Timing) -> i64 {
        self.buckets(timing).iter().map(|(_, count)| count).sum()
    }

    /// Returns the average duration; `None` without any.
    #[must_use]
    pub fn average(&self, timing: Timing) -> Option<TimeDelta> {
        self.get(Figure::Total(timing)).checked_div(self.count(timing)).map(TimeDelta::milliseconds)
    }

    /// Returns a percentile of the durations; `None` without any. If all are in one bucket, their average is
    /// nearer than the bucket's middle; of a single duration it is exact.
    #[must_use]
    pub fn percentile(&self, timing: Timing, percent: i64) -> Option<TimeDelta> {
        let buckets = self.buckets(timing);
        if buckets.len() == 1 { self.average(timing) } else { percentile(&buckets, percent) }
    }

    /// Returns the number of ratings and the sum of their stars.
    #[must_use]
    pub fn ratings(&self) -> (i64, i64) {
        Stars::ALL.into_iter().fold((0, 0), |(count, sum), stars| {
            let rated = self.get(Figure::Rated(stars));
            (count + rated, sum + rated * i64::from(stars.get()))
        })
    }

    /// Returns the share of their slot time that agents used, in percent; `None` if they were not available.
    #[must_use]
    pub fn utilisation(&self) -> Option<i64> {
        (self.get(Figure::HeldTime) * 100).checked_div(self.get(Figure::SlotTime))
    }
}

impl FromIterator<(Figure, i64)> for Figures {
    fn from_iter<I: IntoIterator<Item = (Figure, i64)>>(figures: I) -> Self {
        let mut sum = Self::default();
        for (figure, more) in figures {
            sum.add(figure, more);
        }
        sum
    }
}
