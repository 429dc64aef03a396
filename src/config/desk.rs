//! The desk itself: who runs it, its language and zone, and the first values of what admins change later.
use super::env::Reader;
use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use crate::domain::policy::Settings;
use chrono_tz::Tz;
use std::time::Duration;

const GRACE_PERIOD: &str = "GRACE_PERIOD";
const AGENT_IDLE_TIMEOUT: &str = "AGENT_IDLE_TIMEOUT";

/// A week: beyond that a time-out is rather a mistake in the unit.
const MAX_SECONDS: u64 = 7 * 24 * 3_600;

/// Who runs the desk, and how it starts out.
#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// `ADMIN_IDS`: Telegram ids of people who are admins whatever the store says, with commas or blanks between them. No
    /// default; with none, the log has a link with which the first admin claims the desk.
    pub admin_ids: Vec<TelegramId>,
    /// `DEFAULT_LOCALE`: the language, `id` or `en`, of people whose own is neither. Default `id`.
    pub default_locale: Locale,
    /// `TIMEZONE`: the zone of ticket numbers and of the times that people read, as in the tz database. Default
    /// `Asia/Jakarta`.
    pub timezone: Tz,
    /// `GRACE_PERIOD`: how long a lost presence may come back before its agent is offline, in seconds. Default 300. Only the
    /// first value: afterwards it is a setting of the desk.
    pub grace_period: Seed,
    /// `AGENT_IDLE_TIMEOUT`: how long an agent online through Telegram may be silent before they are asked, in seconds.
    /// Default 1800. Only the first value: afterwards it is a setting of the desk.
    pub idle_timeout: Seed,
}

/// The first value of a setting that the desk keeps, and whether the environment names it.
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
    /// The value alone: the default is the same desk, named or not.
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
        }
    }

    /// The settings of a desk that has none yet.
    #[must_use]
    pub fn first_settings(&self) -> Settings {
        Settings {
            grace: self.grace_period.value,
            idle_timeout: self.idle_timeout.value,
            ..Settings::default()
        }
    }

    /// The variables that are set and no longer count, because the desk holds another value: name, what it says, what the
    /// desk holds.
    pub fn overruled<'a>(
        &'a self,
        stored: &'a Settings,
    ) -> impl Iterator<Item = (&'static str, Duration, Duration)> + 'a {
        let seeds = [
            (GRACE_PERIOD, self.grace_period, stored.grace),
            (AGENT_IDLE_TIMEOUT, self.idle_timeout, stored.idle_timeout),
        ];
        let overruled = |seed: &Seed, held| seed.named && seed.value != held;
        let differing = seeds.into_iter().filter(move |(_, seed, held)| overruled(seed, *held));
        differing.map(|(name, seed, held)| (name, seed.value, held))
    }
}
