//! Random source of ids, codes and ticket numbers: seeded once, injected by the composition root.
use crate::domain::Time;
use crate::domain::number::{NUMBERS_PER_TENTH, TicketNumber};
use crate::domain::person::invite::CODE_LENGTH;
use chrono::{LocalResult, TimeZone};
use chrono_tz::Tz;
use rand::{Rng, RngCore};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::ops::Range;

/// A random number generator, and the ticket numbers given out in the current tenth of a second.
#[derive(Debug)]
pub struct Random {
    rng: ChaCha20Rng,
    /// The tenth of a second in the last number, and how many numbers have it.
    tenth: (i64, u32),
    /// The pair of letters of the last number. It does not depend on the time.
    letter_pair: u32,
}

/// Alphabet of invitation codes, without characters that look alike.
const CODE_ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";

impl Random {
    /// Returns a source seeded by the operating system. A real desk needs it, because its invitation codes
    /// must not be guessable.
    #[must_use]
    pub fn from_os() -> Self {
        Self::from_rng(ChaCha20Rng::from_os_rng())
    }

    /// Returns a source that repeats itself, for tests and the demo's script.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_rng(ChaCha20Rng::seed_from_u64(seed))
    }

    fn from_rng(mut rng: ChaCha20Rng) -> Self {
        Self { letter_pair: rng.random_range(0..NUMBERS_PER_TENTH), rng, tenth: (0, 0) }
    }

    /// Returns 16 random bytes, for a UUID.
    pub fn id(&mut self) -> [u8; 16] {
        self.rng.random()
    }

    /// Returns an invitation code.
    pub fn code(&mut self) -> String {
        (0..CODE_LENGTH)
            .filter_map(|_| {
                CODE_ALPHABET.get(self.rng.random_range(0..CODE_ALPHABET.len())).map(|b| char::from(*b))
            })
            .collect()
    }

    /// Returns the number of a ticket opened at `now`, shown in `zone`. A source never returns a number
    /// twice: when the 676 numbers of a tenth of a second are used up, it takes those of the next one. In an
    /// hour that the clock repeats, the two passes have one half of the numbers each. Among several sources
    /// the store's unique key decides.
    pub fn number(&mut self, now: Time, zone: Tz) -> TicketNumber {
        let tenth = now.timestamp_millis().div_euclid(100);
        let limit = letter_pairs(self.tenth.0, zone).len();
        self.tenth = match self.tenth {
            (last, _) if tenth > last => (tenth, 1),
            (last, used) if used as usize >= limit => (last + 1, 1),
            (last, used) => (last, used + 1),
        };
        // 113 has no common divisor with 676 or 338, so the steps visit every pair of letters once.
        self.letter_pair = (self.letter_pair + 113) % NUMBERS_PER_TENTH;
        let pairs = letter_pairs(self.tenth.0, zone);
        let letter_pair = pairs.start + self.letter_pair % (pairs.end - pairs.start);
        TicketNumber::new(instant(self.tenth.0).with_timezone(&zone).naive_local(), letter_pair)
    }

    /// Returns the generator, for choices.
    pub fn rng(&mut self) -> &mut dyn RngCore {
        &mut self.rng
    }
}

fn instant(tenth: i64) -> Time {
    Time::from_timestamp_millis(tenth * 100).unwrap_or_default()
}

/// Returns the pairs of letters for a tenth of a second: all of them, or one half if the local clock shows
/// this tenth twice.
fn letter_pairs(tenth: i64, zone: Tz) -> Range<u32> {
    let local = instant(tenth).with_timezone(&zone);
    match zone.from_local_datetime(&local.naive_local()) {
        LocalResult::Ambiguous(first, _) if first == local => 0..NUMBERS_PER_TENTH / 2,
        LocalResult::Ambiguous(..) => NUMBERS_PER_TENTH / 2..NUMBERS_PER_TENTH,
        LocalResult::Single(_) | LocalResult::None => 0..NUMBERS_PER_TENTH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_burst_of_numbers_has_no_duplicates() {
        let mut random = Random::seeded(1);
        let now = Time::from_timestamp_millis(1_764_831_173_600).unwrap();
        let numbers: HashSet<_> = (0..5_000).map(|_| random.number(now, chrono_tz::Asia::Jakarta)).collect();
        assert_eq!(numbers.len(), 5_000);
    }

    /// The last hour before the end of summer time and the hour after it show the same local times.
    #[test]
    fn numbers_in_a_repeated_hour_are_unique() {
        let (zone, hour) = (chrono_tz::Africa::Cairo, chrono::TimeDelta::hours(1));
        let first: Time = "2026-10-29T20:15:00.300Z".parse().unwrap();
        let local = |at: Time| at.with_timezone(&zone).naive_local();
        assert_eq!(local(first), local(first + hour), "the hour is repeated");
        // Two sources, as before and after a restart. Together they use up all numbers of the tenth.
        for seed in 1..20 {
            let (mut before, mut after) = (Random::seeded(seed), Random::seeded(seed));
            let half = NUMBERS_PER_TENTH / 2;
            let numbers: HashSet<_> = (0..half).map(|_| before.number(first, zone)).collect();
            let again: HashSet<_> = (0..half).map(|_| after.number(first + hour, zone)).collect();
            let shown = |number: &TicketNumber| number.as_str()[..18].to_owned();
            let tenths: HashSet<_> = numbers.iter().chain(&again).map(shown).collect();
            assert_eq!((numbers.len(), again.len(), tenths.len()), (338, 338, 1), "of one local tenth");
            assert!(numbers.is_disjoint(&again));
        }
    }

    #[test]
    fn codes_are_deterministic_for_a_seed() {
        assert_eq!(Random::seeded(7).code(), Random::seeded(7).code());
        assert_eq!(Random::seeded(7).code().len(), CODE_LENGTH);
        assert_ne!(Random::seeded(7).code(), Random::seeded(8).code());
    }
}
