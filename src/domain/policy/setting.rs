//! Settings one by one: each has a number as its value, so that a button can carry it, and a range.
use super::{AgentNaming, Capacity, MAX_CAPACITY, Mode, OfflineBehaviour, Percent, Settings, Strategy};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time of a setting, in seconds: a week. A longer one is probably a mistake in the unit.
pub const MAX_SETTING_SECONDS: u32 = 7 * 24 * 3_600;

/// The number of no hour of the day.
pub const NO_HOUR: u32 = 24;

/// The alternatives of a setting, each with its word.
type Alternatives<T> = [(T, &'static str); 3];

const MODES: Alternatives<Mode> = [(Mode::Auto, "auto"), (Mode::Dual, "dual"), (Mode::Manual, "manual")];
const STRATEGIES: Alternatives<Strategy> = [
    (Strategy::RoundRobin, "round_robin"),
    (Strategy::LeastLoaded, "least_loaded"),
    (Strategy::Random, "random"),
];
const OFFLINE_BEHAVIOURS: Alternatives<OfflineBehaviour> = [
    (OfflineBehaviour::Keep, "keep"),
    (OfflineBehaviour::ReassignWaiting, "reassign_waiting"),
    (OfflineBehaviour::ReassignAll, "reassign_all"),
];
const AGENT_NAMINGS: Alternatives<AgentNaming> =
    [(AgentNaming::Alias, "alias"), (AgentNaming::Name, "name"), (AgentNaming::Hidden, "hidden")];

/// One of the desk's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// [`Settings::mode`].
    Mode,
    /// [`Settings::rollout_percent`].
    RolloutPercent,
    /// [`Settings::strategy`].
    Strategy,
    /// [`Settings::default_capacity`].
    DefaultCapacity,
    /// [`Settings::offline_behaviour`].
    OfflineBehaviour,
    /// [`Settings::idle_timeout`].
    IdleTimeout,
    /// [`Settings::grace`].
    Grace,
    /// [`Settings::agent_naming`].
    AgentNaming,
    /// [`Settings::no_answer_time`].
    NoAnswerTime,
    /// [`Settings::reopen_window`].
    ReopenWindow,
    /// [`Settings::topic_retention`].
    TopicRetention,
    /// [`Settings::wait_alert`].
    WaitAlert,
    /// [`Settings::unstaffed_alert`].
    UnstaffedAlert,
    /// [`Settings::summary_hour`].
    SummaryHour,
}

impl Setting {
    /// All settings in display order.
    pub const ALL: [Self; 14] = [
        Self::Mode,
        Self::RolloutPercent,
        Self::Strategy,
        Self::DefaultCapacity,
        Self::OfflineBehaviour,
        Self::IdleTimeout,
        Self::Grace,
        Self::NoAnswerTime,
        Self::AgentNaming,
        Self::ReopenWindow,
        Self::TopicRetention,
        Self::WaitAlert,
        Self::UnstaffedAlert,
        Self::SummaryHour,
    ];

    /// Returns the name in the audit log and in buttons: that of the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mode => "mode",
            Self::RolloutPercent => "rollout_percent",
            Self::Strategy => "strategy",
            Self::DefaultCapacity => "default_capacity",
            Self::OfflineBehaviour => "offline_behaviour",
            Self::IdleTimeout => "idle_timeout",
            Self::Grace => "grace",
            Self::AgentNaming => "agent_naming",
            Self::NoAnswerTime => "no_answer_time",
            Self::ReopenWindow => "reopen_window",
            Self::TopicRetention => "topic_retention",
            Self::WaitAlert => "wait_alert",
            Self::UnstaffedAlert => "unstaffed_alert",
            Self::SummaryHour => "summary_hour",
        }
    }

    /// Returns the numbers that the setting can have: a place in the list of alternatives, seconds, tickets,
    /// percent, or an hour of the day.
    #[must_use]
    pub fn range(self) -> RangeInclusive<u32> {
        match self {
            Self::Mode | Self::Strategy | Self::OfflineBehaviour | Self::AgentNaming => 0..=2,
            Self::RolloutPercent => 0..=100,
            Self::SummaryHour => 0..=NO_HOUR,
            Self::DefaultCapacity => 1..=u32::from(MAX_CAPACITY),
            Self::TopicRetention | Self::NoAnswerTime => 0..=MAX_SETTING_SECONDS,
            Self::IdleTimeout | Self::Grace | Self::ReopenWindow | Self::WaitAlert | Self::UnstaffedAlert => {
                1..=MAX_SETTING_SECONDS
            }
        }
    }

    /// Returns the number of the setting.
    #[must_use]
    pub fn value(self, settings: &Settings) -> u32 {
        match self {
            Self::Mode => place(&MODES, settings.mode),
            Self::RolloutPercent => settings.rollout_percent.get().into(),
            Self::Strategy => place(&STRATEGIES, settings.strategy),
            Self::DefaultCapacity => settings.default_capacity.get().into(),
            Self::OfflineBehaviour => place(&OFFLINE_BEHAVIOURS, settings.offline_behaviour),
            Self::IdleTimeout => seconds(settings.idle_timeout),
            Self::Grace => seconds(settings.grace),
            Self::AgentNaming => place(&AGENT_NAMINGS, settings.agent_naming),
            Self::NoAnswerTime => seconds(settings.no_answer_time),
            Self::ReopenWindow => seconds(settings.reopen_window),
            Self::TopicRetention => seconds(settings.topic_retention),
            Self::WaitAlert => seconds(settings.wait_alert),
            Self::UnstaffedAlert => seconds(settings.unstaffed_alert),
            Self::SummaryHour => settings.summary_hour.map_or(NO_HOUR, u32::from),
        }
    }

    /// Returns a number of the setting as text for the audit log: the word of an alternative, else the number.
    #[must_use]
    pub fn text(self, number: u32) -> String {
        match self {
            Self::Mode => word(&MODES, number),
            Self::Strategy => word(&STRATEGIES, number),
            Self::OfflineBehaviour => word(&OFFLINE_BEHAVIOURS, number),
            Self::AgentNaming => word(&AGENT_NAMINGS, number),
            _ => number.to_string(),
        }
    }

    /// Sets the setting to a number. Changes nothing if the number is out of range.
    pub fn set(self, settings: &mut Settings, number: u32) {
        if !self.range().contains(&number) {
            return;
        }
        let time = Duration::from_secs(number.into());
        match self {
            Self::Mode => settings.mode = at(&MODES, number, settings.mode),
            Self::RolloutPercent => {
                let percent = u8::try_from(number).ok().and_then(Percent::new);
                settings.rollout_percent = percent.unwrap_or(settings.rollout_percent);
            }
            Self::Strategy => settings.strategy = at(&STRATEGIES, number, settings.strategy),
            Self::DefaultCapacity => {
                let capacity = u16::try_from(number).ok().and_then(Capacity::new);
                settings.default_capacity = capacity.unwrap_or(settings.default_capacity);
            }
            Self::OfflineBehaviour => {
                settings.offline_behaviour = at(&OFFLINE_BEHAVIOURS, number, settings.offline_behaviour);
            }
            Self::IdleTimeout => settings.idle_timeout = time,
            Self::Grace => settings.grace = time,
            Self::AgentNaming => settings.agent_naming = at(&AGENT_NAMINGS, number, settings.agent_naming),
            Self::NoAnswerTime => settings.no_answer_time = time,
            Self::ReopenWindow => settings.reopen_window = time,
            Self::TopicRetention => settings.topic_retention = time,
            Self::WaitAlert => settings.wait_alert = time,
            Self::UnstaffedAlert => settings.unstaffed_alert = time,
            Self::SummaryHour => {
                settings.summary_hour = u8::try_from(number).ok().filter(|_| number != NO_HOUR);
            }
        }
    }
}

fn place<T: PartialEq + Copy>(all: &Alternatives<T>, value: T) -> u32 {
    all.iter().position(|(other, _)| *other == value).and_then(|place| u32::try_from(place).ok()).unwrap_or(0)
}

fn at<T: Copy>(all: &Alternatives<T>, place: u32, present: T) -> T {
    usize::try_from(place).ok().and_then(|place| all.get(place)).map_or(present, |(value, _)| *value)
}

fn word<T>(all: &Alternatives<T>, place: u32) -> String {
    let named = usize::try_from(place).ok().and_then(|place| all.get(place));
    named.map_or_else(|| place.to_string(), |(_, word)| (*word).to_owned())
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_range_is_set_and_read_back() {
        for setting in Setting::ALL {
            let range = setting.range();
            for number in [*range.start(), range.start() + 1, range.end() / 2, *range.end()] {
                let mut settings = Settings::default();
                setting.set(&mut settings, number);
                assert_eq!(setting.value(&settings), number, "{setting:?}");
                let others = Setting::ALL.into_iter().filter(|other| *other != setting);
                for other in others {
                    assert_eq!(other.value(&settings), other.value(&Settings::default()), "{other:?}");
                }
                setting.set(&mut settings, range.end() + 1);
                assert_eq!(setting.value(&settings), number, "{setting:?}: out of range");
            }
        }
    }

    #[test]
    fn the_words_of_the_alternatives_are_those_of_the_store() {
        for setting in [Setting::Mode, Setting::Strategy, Setting::OfflineBehaviour, Setting::AgentNaming] {
            for number in setting.range() {
                let mut settings = Settings::default();
                setting.set(&mut settings, number);
                let stored = serde_json::to_value(settings).unwrap();
                assert_eq!(stored[setting.name()], setting.text(number));
            }
        }
        assert_eq!(Setting::Grace.text(300), "300");
    }

    #[test]
    fn every_field_is_a_setting() {
        let stored = serde_json::to_value(Settings::default()).unwrap();
        let mut fields: Vec<_> = stored.as_object().unwrap().keys().map(String::as_str).collect();
        fields.retain(|field| !["version", "has_stale_names", "has_menu_buttons"].contains(field));
        fields.sort_unstable();
        let mut names = Setting::ALL.map(Setting::name);
        names.sort_unstable();
        assert_eq!(fields, names);
    }
}
