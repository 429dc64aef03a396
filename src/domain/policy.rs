//! Settings and policies that an admin can change at run time.
pub mod setting;

use super::ids::Version;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A number of tickets that an agent can hold: 1 … 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Capacity(u16);

/// The largest capacity. More makes no sense for one person, and would not fit one paginated card.
pub const MAX_CAPACITY: u16 = 100;

impl Capacity {
    /// The specified default: five tickets at once.
    pub const DEFAULT: Self = Self(5);

    /// Returns a capacity, or `None` outside 1 … [`MAX_CAPACITY`].
    #[must_use]
    pub fn new(tickets: u16) -> Option<Self> {
        (1..=MAX_CAPACITY).contains(&tickets).then_some(Self(tickets))
    }

    /// Returns the number of tickets.
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

/// The strategy by which the engine chooses among eligible agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The agent whose last assignment is longest ago, then by `assignment_order`.
    #[default]
    RoundRobin,
    /// A random agent; each is equally likely.
    Random,
    /// The agent with the smallest share of slots taken, then as round robin.
    LeastLoaded,
}

/// What happens to the tickets of an agent who goes offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OfflineBehaviour {
    /// They stay with the agent.
    #[default]
    Keep,
    /// Those that the agent has not opened go back to the queue.
    ReassignWaiting,
    /// All go back to the queue.
    ReassignAll,
}

/// The mode of assignment: by the engine, by pick-up, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Pick-up only.
    Manual,
    /// The engine assigns to agents who opted in; the others pick up.
    Dual,
    /// The engine assigns every ticket within the rollout.
    #[default]
    Auto,
}

impl Mode {
    /// Returns true if an agent may pick up a queued ticket. `auto` says whether the engine may assign the
    /// ticket, `opted_in` whether the agent takes part in automatic assignment. An agent to whom nothing is
    /// assigned must be able to pick up.
    #[must_use]
    pub fn allows_pick_up(self, auto: bool, opted_in: bool) -> bool {
        self != Self::Auto || !auto || !opted_in
    }

    /// Returns true if the engine assigns tickets to such an agent.
    #[must_use]
    pub fn auto_assigns(self, opted_in: bool) -> bool {
        self != Self::Manual && opted_in
    }
}

/// What customers see of the agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum AgentNaming {
    /// An alias: "Agent" with the agent's number in the order of assignment.
    #[default]
    Alias,
    /// The agent's name.
    Name,
    /// Nothing.
    Hidden,
}

/// A percentage: 0 … 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(u8);

impl Percent {
    /// 100 percent.
    pub const ALL: Self = Self(100);

    /// Returns a percentage, or `None` above 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// Returns the number, 0 … 100.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// Returns true if this UUID lies in the percentage. The result is stable: a UUID in one percentage is in
    /// every larger one.
    #[must_use]
    pub fn contains(self, id: uuid::Uuid) -> bool {
        // FNV-1a: the bits of a UUID are not evenly distributed in every version; those of the hash are.
        let hash = id
            .as_bytes()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 32) % 100 < u64::from(self.0)
    }
}

/// The desk's settings, which the store holds. Of some of them the environment gives the initial value
/// (`first_settings` in `config/desk.rs`).
/// A field that a stored record lacks, because an older build wrote it, has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The strategy of assignment.
    pub strategy: Strategy,
    /// What happens to the tickets of an agent who goes offline.
    pub offline_behaviour: OfflineBehaviour,
    /// The mode of assignment.
    pub mode: Mode,
    /// The percentage of new tickets that the engine may assign.
    pub rollout_percent: Percent,
    /// The capacity of a new agent.
    pub default_capacity: Capacity,
    /// What customers see of the agents.
    pub agent_naming: AgentNaming,
    /// Whether cards of customers may name agents by an earlier value of that, because they were not all refreshed
    /// since. The engine sets and clears it.
    pub has_stale_names: bool,
    /// Whether chats of staff may have a menu button that opens the web front end. The engine sets and clears it.
    pub has_menu_buttons: bool,
    /// The grace period: how long an agent's presence may be lost before they are set offline.
    pub grace: Duration,
    /// How long the topic of a ticket is kept after its agent has completed it or let it go.
    pub topic_retention: Duration,
    /// How long an agent who is online through Telegram may be silent before they are asked.
    pub idle_timeout: Duration,
    /// How long an agent may leave a ticket unopened before they are nudged, and again before it goes to another
    /// agent. Zero: as long as they like.
    pub no_answer_time: Duration,
    /// How long after its completion a customer may reopen a ticket.
    pub reopen_window: Duration,
    /// How long a ticket may wait before the admins are alerted.
    pub wait_alert: Duration,
    /// How long a department may be without an online agent before the admins are alerted. For a critical
    /// department they are alerted at once.
    pub unstaffed_alert: Duration,
    /// The hour of the day, 0 … 23 in the desk's zone, at which the admins get the daily summary; `None`: never.
    pub summary_hour: Option<u8>,
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
            agent_naming: AgentNaming::default(),
            has_stale_names: false,
            has_menu_buttons: false,
            grace: Duration::from_secs(300),
            topic_retention: Duration::from_secs(24 * 3_600),
            idle_timeout: Duration::from_secs(1800),
            // A desk that runs already must not begin to move tickets by an update.
            no_answer_time: Duration::ZERO,
            reopen_window: Duration::from_secs(72 * 3_600),
            wait_alert: Duration::from_secs(15 * 60),
            unstaffed_alert: Duration::from_secs(5 * 60),
            summary_hour: None,
            version: Version::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_settings_without_a_field_load_with_its_default() {
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
        let stored = serde_json::to_value(Settings::default()).unwrap();
        for field in stored.as_object().unwrap().keys() {
            let mut older = stored.clone();
            older.as_object_mut().unwrap().remove(field);
            assert_eq!(serde_json::from_value::<Settings>(older).unwrap(), Settings::default(), "{field}");
        }
    }

    #[test]
    fn a_percentage_is_stable_monotonic_and_roughly_exact() {
        let ids: Vec<_> =
            (0..10_000_u128).map(|n| uuid::Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        let taken = |p: u8| ids.iter().filter(|id| Percent::new(p).unwrap().contains(**id)).count();
        assert_eq!(taken(0), 0);
        assert_eq!(taken(100), ids.len());
        assert!((4_500..5_500).contains(&taken(50)), "{}", taken(50));
        assert!(
            ids.iter()
                .all(|id| !Percent::new(30).unwrap().contains(*id) || Percent::new(60).unwrap().contains(*id))
        );
    }
}
