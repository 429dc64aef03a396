//! A weighted round robin over traffic classes, so that no class starves while more is ready than may be sent.
//!
//! Cards share their turns between the oldest and the newest: after an outage, those who write now need not
//! wait for all who wrote before.
use crate::domain::traffic::TrafficClass;

/// One share of the cycle: a class, and whether its newest delivery goes instead of its oldest.
type Share = (TrafficClass, bool);

const CYCLE: [Share; 10] = [
    (TrafficClass::Staff, false),
    (TrafficClass::Words, false),
    (TrafficClass::Cards, true),
    (TrafficClass::Staff, false),
    (TrafficClass::Receipts, false),
    (TrafficClass::Words, false),
    (TrafficClass::Staff, false),
    (TrafficClass::Cards, false),
    (TrafficClass::Words, false),
    (TrafficClass::Receipts, false),
];

/// The turns of one class in a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) class: TrafficClass,
    /// How many of its oldest deliveries go.
    pub(super) oldest: usize,
    /// How many of its newest deliveries go.
    pub(super) newest: usize,
}

/// Returns the quotas of the next `limit` turns after `served` turns, most urgent class first. A class that
/// does not use its quota leaves it to the others.
pub(super) fn quotas(served: usize, limit: usize) -> [Quota; TrafficClass::ALL.len()] {
    let shares = CYCLE.iter().cycle().skip(served % CYCLE.len()).take(limit);
    TrafficClass::ALL.map(|class| {
        let count = |newest| shares.clone().filter(|share| **share == (class, newest)).count();
        Quota { class, oldest: count(false), newest: count(true) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_share_however_few_turns_a_claim_has() {
        for limit in [1, 3, 30] {
            let mut sums = [0; 4];
            for taken in (0..300).step_by(limit) {
                let quotas = quotas(taken, limit);
                assert_eq!(quotas.iter().map(|quota| quota.oldest + quota.newest).sum::<usize>(), limit);
                for (sum, quota) in sums.iter_mut().zip(quotas) {
                    *sum += quota.oldest + quota.newest;
                }
            }
            assert_eq!(sums, [90, 90, 60, 60], "{limit} turns at once");
        }
    }

    #[test]
    fn cards_share_their_turns_between_the_oldest_and_the_newest() {
        let cards = quotas(7, 20)[3];
        assert_eq!((cards.class, cards.oldest, cards.newest), (TrafficClass::Cards, 2, 2));
    }
}
