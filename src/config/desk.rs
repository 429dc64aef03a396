//! Desk configuration: admins, language, time zone, and initial values of settings that admins change later.
use super::env::Reader;
use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use crate::domain::policy::Settings;
use chrono_tz::Tz;
use std::time::Duration;

const GRACE_PERIOD: &str = "GRACE_PERIOD";
const AGENT_IDLE_TIMEOUT: &str = "AGENT_IDLE_TIMEOUT";
const REOPEN_WINDOW: &str = "REOPEN_WINDOW";

/// One week. A longer time-out is probably a mistake in the unit.
const MAX_SECONDS: u64 = 7 * 24 * 3_600;

/// The desk's admins and defaults.
#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// `ADMIN_IDS`: Telegram ids of people who are always admins, separated by commas or blanks. No default.
    /// If it is unset, the log has a link, and the first person who opens it becomes the admin.
    pub admin_ids: Vec<TelegramId>,
    /// `DEFAULT_LOCALE`: the language, `id` or `en`, for people who use neither, for groups, and for the
    /// names in a new desk. Default `id`.
    pub default_locale: Locale,
    /// `TIMEZONE`: the time zone of ticket numbers and displayed times, a name from the tz database. Default
    /// `Asia/Jakarta`.
    pub timezone: Tz,
    /// `GRACE_PERIOD`: seconds that an agent has to come back before they are offline, after lost heartbeats
    /// or an unanswered "still online?". Default 300. Initial value: later the setting in the store counts.
    pub grace_period: Seed,
    /// `AGENT_IDLE_TIMEOUT`: seconds without activity until the bot asks an agent who is online through
    /// Telegram "still online?". Default 1800. Initial value: later the setting in the store counts.
    pub idle_timeout: Seed,
    /// `REOPEN_WINDOW`: seconds after its completion in which a customer may reopen a ticket. Default 259200.
    /// Initial value: later the setting in the store counts.
    pub reopen_window: Seed,
}

/// Initial value of a setting in the store, and whether the environment sets it.
#[derive(Clone, Copy)]
pub struct Seed {
    value: Duration,
    named: bool,
}

impl Seed {
    fn read(self, name: &'static str, read: &mut Reader<'_>) -> Self {
        let said = read.optional_seconds(name, 1..=MAX_SECONDS);
        said.map_or(self, |value| Self { value, named: true })
    }
}

impl std::fmt::Debug for Seed {
    /// Shows only the value, so that a default equals the same value from the environment.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

impl Default for DeskConfig {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            admin_ids: Vec::new(),
            default_locale: Locale::default(),
            timezone: Tz::Asia__Jakarta,
            grace_period: Seed { value: settings.grace, named: false },
            idle_timeout: Seed { value: settings.idle_timeout, named: false },
            reopen_window: Seed { value: settings.reopen_window, named: false },
        }
    }
}

impl DeskConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let mut admin_ids = read.list(
            "ADMIN_IDS",
            "Telegram ids (positive numbers) with commas or blanks between them",
            |item| item.parse().ok().filter(|id| *id > 0).map(TelegramId),
        );
        admin_ids.sort_unstable();
        admin_ids.dedup();
        Self {
            admin_ids,
            default_locale: read.or("DEFAULT_LOCALE", default.default_locale, "id or en", |text| {
                Locale::ALL.into_iter().find(|locale| locale.tag() == text)
            }),
            timezone: read.or(
                "TIMEZONE",
                default.timezone,
                "a name of the tz database, such as Asia/Jakarta",
                |text| text.parse().ok(),
            ),
            grace_period: default.grace_period.read(GRACE_PERIOD, read),
            idle_timeout: default.idle_timeout.read(AGENT_IDLE_TIMEOUT, read),
            reopen_window: default.reopen_window.read(REOPEN_WINDOW, read),
        }
    }

    /// Returns the settings for a desk that has none yet.
    #[must_use]
    pub fn first_settings(&self) -> Settings {
        Settings {
            grace: self.grace_period.value,
            idle_timeout: self.idle_timeout.value,
            reopen_window: self.reopen_window.value,
            ..Settings::default()
        }
    }

    /// Returns the variables whose value differs from the stored setting and is therefore ignored: name,
    /// value in the environment, value in the store.
    pub fn overruled<'a>(
        &'a self,
        stored: &'a Settings,
    ) -> impl Iterator<Item = (&'static str, Duration, Duration)> + 'a {
        let seeds = [
            (GRACE_PERIOD, self.grace_period, stored.grace),
            (AGENT_IDLE_TIMEOUT, self.idle_timeout, stored.idle_timeout),
            (REOPEN_WINDOW, self.reopen_window, stored.reopen_window),
        ];
        let overruled = |seed: &Seed, held| seed.named && seed.value != held;
        let differing = seeds.into_iter().filter(move |(_, seed, held)| overruled(seed, *held));
        differing.map(|(name, seed, held)| (name, seed.value, held))
    }
}
