//! Where ids, codes and ticket numbers come from: one seeded source of chance, injected by the composition root.
use crate::domain::Time;
use crate::domain::number::{NUMBERS_PER_TENTH, TicketNumber};
use chrono_tz::Tz;
use rand::{Rng, RngCore};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Chance, and the numbers already given out in the current tenth of a second.
#[derive(Debug)]
pub struct Random {
    rng: ChaCha20Rng,
    /// The tenth of a second that the last number names, and how many name it.
    tenth: (i64, u32),
    /// Which pair of letters comes next. Goes on from number to number, so that it does not depend on the time.
    letters: u32,
}

/// The alphabet of invitation codes: no characters that look alike.
const CODE_ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// The length of an invitation code; 32 of 54 characters are 184 bits.
const CODE_LENGTH: usize = 32;

impl Random {
    /// Chance from the operating system: for a real desk, whose invitation codes nobody must guess.
    #[must_use]
    pub fn from_os() -> Self {
        Self::from_rng(ChaCha20Rng::from_os_rng())
    }

    /// Chance that repeats itself: for tests and the demo's script.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_rng(ChaCha20Rng::seed_from_u64(seed))
    }

    fn from_rng(mut rng: ChaCha20Rng) -> Self {
        Self { letters: rng.random_range(0..NUMBERS_PER_TENTH), rng, tenth: (0, 0) }
    }

    /// 16 random bytes, for a UUID.
    pub fn id(&mut self) -> [u8; 16] {
        self.rng.random()
    }

    /// An invitation's code.
    pub fn code(&mut self) -> String {
        (0..CODE_LENGTH)
            .filter_map(|_| {
                CODE_ALPHABET.get(self.rng.random_range(0..CODE_ALPHABET.len())).map(|b| char::from(*b))
            })
            .collect()
    }

    /// The number of a ticket opened at `now`, shown in `zone`. No number comes twice from one source: when the 676 of a
    /// tenth of a second are used up, those of the next one serve. (Over several sources the store's unique key decides.)
    pub fn number(&mut self, now: Time, zone: Tz) -> TicketNumber {
        let tenth = now.timestamp_millis().div_euclid(100);
        self.tenth = match self.tenth {
            (last, _) if tenth > last => (tenth, 1),
            (last, NUMBERS_PER_TENTH) => (last + 1, 1),
            (last, used) => (last, used + 1),
        };
        // 113 has no divisor in common with 676, so 676 steps of it visit every pair of letters once.
        self.letters = (self.letters + 113) % NUMBERS_PER_TENTH;
        let at = Time::from_timestamp_millis(self.tenth.0 * 100).unwrap_or(now);
        TicketNumber::new(at.with_timezone(&zone).naive_local(), self.letters)
    }

    /// The source itself, for choices.
    pub fn rng(&mut self) -> &mut dyn RngCore {
        &mut self.rng
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_never_repeat_even_in_a_burst() {
        let mut chance = Random::seeded(1);
        let now = Time::from_timestamp_millis(1_764_831_173_600).unwrap();
        let numbers: HashSet<_> = (0..5_000).map(|_| chance.number(now, chrono_tz::Asia::Jakarta)).collect();
        assert_eq!(numbers.len(), 5_000);
    }

    #[test]
    fn the_same_seed_gives_the_same_codes() {
        assert_eq!(Random::seeded(7).code(), Random::seeded(7).code());
        assert_eq!(Random::seeded(7).code().len(), CODE_LENGTH);
        assert_ne!(Random::seeded(7).code(), Random::seeded(8).code());
    }
}
