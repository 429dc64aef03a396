//! What an admin can set while the desk runs.
use super::ids::Version;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many tickets an agent holds at most: 1 … 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Capacity(u16);

/// The largest capacity that makes sense for one person and fits one paginated card.
pub const MAX_CAPACITY: u16 = 100;

impl Capacity {
    /// The ordered default: five tickets at once.
    pub const DEFAULT: Self = Self(5);

    /// A capacity from a number; `None` outside 1 … [`MAX_CAPACITY`].
    #[must_use]
    pub fn new(tickets: u16) -> Option<Self> {
        (1..=MAX_CAPACITY).contains(&tickets).then_some(Self(tickets))
    }

    /// The number of tickets.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Capacity {
    type Error = String;
    fn try_from(tickets: u16) -> Result<Self, String> {
        Self::new(tickets).ok_or_else(|| format!("a capacity is 1 to {MAX_CAPACITY}, not {tickets}"))
    }
}

impl From<Capacity> for u16 {
    fn from(capacity: Capacity) -> Self {
        capacity.0
    }
}

/// Which of the eligible agents gets the next ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The one whose last turn is longest ago, then by `assignment_order`.
    #[default]
    RoundRobin,
    /// Any of them, each as likely.
    Random,
    /// The one with the smallest share of slots taken, then as round robin.
    LeastLoaded,
}

/// What happens to the tickets of an agent who goes offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OfflineBehaviour {
    /// They stay with the agent.
    #[default]
    Keep,
    /// Those not yet opened go back to the queue.
    ReassignWaiting,
    /// All go back to the queue.
    ReassignAll,
}

/// Whether the engine assigns, agents pick up, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Pick-up only.
    Manual,
    /// Agents who opted in get tickets by themselves, the others pick up.
    Dual,
    /// The engine assigns everything that the rollout lets it.
    #[default]
    Auto,
}

impl Mode {
    /// Whether an agent may take a waiting ticket themselves: `auto` says whether the engine may assign it, `opted_in`
    /// whether the agent gets tickets by themselves. Whoever doesn't must be able to take some.
    #[must_use]
    pub fn lets_pick_up(self, auto: bool, opted_in: bool) -> bool {
        self != Self::Auto || !auto || !opted_in
    }

    /// Whether an agent gets tickets by themselves.
    #[must_use]
    pub fn serves(self, opted_in: bool) -> bool {
        self != Self::Manual && opted_in
    }
}

/// A share of 0 … 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(u8);

impl Percent {
    /// Everything.
    pub const ALL: Self = Self(100);

    /// A share; `None` above 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// The number, 0 … 100.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// Whether the thing with this UUID is in the share. The same thing always gets the same answer, and one that is in
    /// a share is in every larger one.
    #[must_use]
    pub fn takes(self, id: uuid::Uuid) -> bool {
        // FNV-1a: a UUID's own bits are not evenly spread in every version; the hash's are.
        let hash = id
            .as_bytes()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 32) % 100 < u64::from(self.0)
    }
}

/// The desk's settings. The environment gives the first value; afterwards the store's count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Who gets the next ticket.
    pub strategy: Strategy,
    /// What happens to an offline agent's tickets.
    pub offline_behaviour: OfflineBehaviour,
    /// Who moves tickets: the engine, the agents, both.
    pub mode: Mode,
    /// Which share of new tickets the engine assigns by itself.
    pub rollout_percent: Percent,
    /// The capacity of a new agent.
    pub default_capacity: Capacity,
    /// How long an agent's presence may be lost before they are taken for offline.
    pub grace: Duration,
    /// How long an agent online through Telegram may be silent before they are asked.
    pub idle_timeout: Duration,
    /// The record's version.
    pub version: Version,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            offline_behaviour: OfflineBehaviour::default(),
            mode: Mode::default(),
            rollout_percent: Percent::ALL,
            default_capacity: Capacity::DEFAULT,
            grace: Duration::from_secs(300),
            idle_timeout: Duration::from_secs(1800),
            version: Version::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_stable_grows_and_is_about_right() {
        let ids: Vec<_> =
            (0..10_000_u128).map(|n| uuid::Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        let taken = |p: u8| ids.iter().filter(|id| Percent::new(p).unwrap().takes(**id)).count();
        assert_eq!(taken(0), 0);
        assert_eq!(taken(100), ids.len());
        assert!((4_500..5_500).contains(&taken(50)), "{}", taken(50));
        assert!(
            ids.iter()
                .all(|id| !Percent::new(30).unwrap().takes(*id) || Percent::new(60).unwrap().takes(*id))
        );
    }
}
