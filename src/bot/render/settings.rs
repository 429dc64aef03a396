//! Cards of the desk's settings: all of them, and the choices of one.
use super::parts::card;
use super::{Button, Localizer, Rendered, labelled};
use crate::bot::callback::{ButtonAction, SettingAction};
use crate::domain::policy::Settings;
use crate::domain::policy::setting::{NO_HOUR, Setting};
use std::time::Duration;

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;

/// Renders all settings with their values, and a button for each.
#[must_use]
pub fn settings(localizer: &Localizer<'_>, settings: &Settings) -> Rendered {
    let line = |setting: Setting| {
        let value = setting_value(localizer, setting, setting.value(settings));
        localizer.html(
            "settings-line",
            &[("name", setting_name(localizer, setting).into()), ("value", value.into())],
        )
    };
    let lines: Vec<_> = Setting::ALL.into_iter().map(line).collect();
    let html = [localizer.html("settings-head", &[]), lines.join("\n"), localizer.html("settings-hint", &[])];
    let button = |setting: &Setting| {
        labelled(&setting_name(localizer, *setting), ButtonAction::Settings(SettingAction::Show(*setting)))
    };
    card(html.join("\n\n"), Setting::ALL.chunks(2).map(|row| row.iter().map(button).collect()))
}

/// Renders the choices of a setting: the present one is marked, also if it is none of those that are offered.
#[must_use]
pub fn setting_choices(localizer: &Localizer<'_>, setting: Setting, settings: &Settings) -> Rendered {
    let present = setting.value(settings);
    let action =
        |to, stays| ButtonAction::Settings(SettingAction::Set { setting, to, shown: present, stays });
    let mut numbers = offered(setting).to_vec();
    if !numbers.contains(&present) {
        numbers.push(present);
        numbers.sort_unstable();
    }
    let choice = |number: &u32| {
        let value = setting_value(localizer, setting, *number);
        let chosen = || localizer.plain("settings-chosen", &[("value", value.clone().into())]);
        labelled(&if *number == present { chosen() } else { value.clone() }, action(*number, false))
    };
    let mut rows: Vec<Vec<Button>> =
        numbers.chunks(choices_per_row(setting)).map(|row| row.iter().map(choice).collect()).collect();
    rows.push(step_buttons(localizer, setting, present, |to| action(to, true)));
    rows.push(vec![localizer.button("back", ButtonAction::Settings(SettingAction::List))]);
    let now = [("value", setting_value(localizer, setting, present).into())];
    let head = localizer.html("setting-head", &[("name", setting_name(localizer, setting).into())]);
    let html = [
        format!("{head}\n{}", localizer.html("setting-now", &now)),
        localizer.html(explanation(setting), &[]),
    ];
    card(html.join("\n\n"), rows)
}

/// Returns the row with − and + around the present number; empty for a setting that has no steps.
fn step_buttons(
    localizer: &Localizer<'_>,
    setting: Setting,
    present: u32,
    action: impl Fn(u32) -> ButtonAction,
) -> Vec<Button> {
    let step = match setting {
        Setting::DefaultCapacity => 1,
        Setting::RolloutPercent => 5,
        _ => return Vec::new(),
    };
    let (range, steps) = (setting.range(), [("step", step.into())]);
    let less = (present > *range.start()).then(|| present.saturating_sub(step).max(*range.start()));
    let more = (present < *range.end()).then(|| present.saturating_add(step).min(*range.end()));
    let button = |key: &str, to| labelled(&localizer.plain(key, &steps), action(to));
    let less = less.map(|to| button("setting-less", to));
    less.into_iter().chain(more.map(|to| button("setting-more", to))).collect()
}

fn choices_per_row(setting: Setting) -> usize {
    match setting {
        Setting::Mode | Setting::Strategy | Setting::OfflineBehaviour | Setting::AgentNaming => 1,
        _ => 3,
    }
}

/// Returns the numbers that have a button.
fn offered(setting: Setting) -> &'static [u32] {
    match setting {
        Setting::Mode | Setting::Strategy | Setting::OfflineBehaviour | Setting::AgentNaming => &[0, 1, 2],
        Setting::RolloutPercent => &[0, 10, 25, 50, 75, 100],
        Setting::DefaultCapacity => &[1, 2, 3, 5, 8, 10],
        Setting::IdleTimeout => &[10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
        Setting::Grace | Setting::UnstaffedAlert => {
            &[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE]
        }
        Setting::NoAnswerTime => &[0, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR],
        Setting::ReopenWindow => &[6 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY],
        Setting::TopicRetention => &[0, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY],
        Setting::SummaryHour => &[NO_HOUR, 6, 7, 8, 9, 12, 17, 18, 20],
        Setting::WaitAlert => &[5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
    }
}

/// Returns the name of a setting.
#[must_use]
pub fn setting_name(localizer: &Localizer<'_>, setting: Setting) -> String {
    let key = match setting {
        Setting::Mode => "setting-mode",
        Setting::RolloutPercent => "setting-rollout",
        Setting::Strategy => "setting-strategy",
        Setting::DefaultCapacity => "setting-capacity",
        Setting::OfflineBehaviour => "setting-offline",
        Setting::IdleTimeout => "setting-idle",
        Setting::Grace => "setting-grace",
        Setting::AgentNaming => "setting-naming",
        Setting::NoAnswerTime => "setting-no-answer",
        Setting::ReopenWindow => "setting-reopen",
        Setting::TopicRetention => "setting-topics",
        Setting::WaitAlert => "setting-wait-alert",
        Setting::UnstaffedAlert => "setting-unstaffed-alert",
        Setting::SummaryHour => "setting-summary",
    };
    localizer.plain(key, &[])
}

/// Returns the key of the text that says what a setting does.
fn explanation(setting: Setting) -> &'static str {
    match setting {
        Setting::Mode => "setting-mode-about",
        Setting::RolloutPercent => "setting-rollout-about",
        Setting::Strategy => "setting-strategy-about",
        Setting::DefaultCapacity => "setting-capacity-about",
        Setting::OfflineBehaviour => "setting-offline-about",
        Setting::IdleTimeout => "setting-idle-about",
        Setting::Grace => "setting-grace-about",
        Setting::AgentNaming => "setting-naming-about",
        Setting::NoAnswerTime => "setting-no-answer-about",
        Setting::ReopenWindow => "setting-reopen-about",
        Setting::TopicRetention => "setting-topics-about",
        Setting::WaitAlert => "setting-wait-alert-about",
        Setting::UnstaffedAlert => "setting-unstaffed-alert-about",
        Setting::SummaryHour => "setting-summary-about",
    }
}

/// Returns a number of a setting in words.
#[must_use]
pub fn setting_value(localizer: &Localizer<'_>, setting: Setting, number: u32) -> String {
    let key = match (setting, number) {
        (Setting::Mode, 0) => "setting-mode-auto",
        (Setting::Mode, 1) => "setting-mode-dual",
        (Setting::Mode, _) => "setting-mode-manual",
        (Setting::Strategy, 0) => "setting-strategy-turns",
        (Setting::Strategy, 1) => "setting-strategy-load",
        (Setting::Strategy, _) => "setting-strategy-random",
        (Setting::OfflineBehaviour, 0) => "setting-offline-keep",
        (Setting::OfflineBehaviour, 1) => "setting-offline-waiting",
        (Setting::OfflineBehaviour, _) => "setting-offline-all",
        (Setting::AgentNaming, 0) => "setting-naming-alias",
        (Setting::AgentNaming, 1) => "setting-naming-name",
        (Setting::AgentNaming, _) => "setting-naming-hidden",
        (Setting::NoAnswerTime, 0) => "setting-no-answer-off",
        (Setting::TopicRetention, 0) => "setting-topics-none",
        (Setting::SummaryHour, NO_HOUR) => "setting-summary-off",
        (Setting::SummaryHour, _) => return localizer.full_hour(number),
        (Setting::RolloutPercent, _) => {
            return localizer.plain("setting-percent", &[("percent", number.into())]);
        }
        (Setting::DefaultCapacity, _) => return number.to_string(),
        _ => return localizer.duration(Duration::from_secs(number.into())),
    };
    localizer.plain(key, &[])
}
