//! The desk itself: who runs it, its language and zone, and the first values of what admins change later.
use super::env::Reader;
use crate::domain::ids::TelegramId;
use crate::domain::person::Locale;
use crate::domain::policy::Settings;
use chrono_tz::Tz;
use std::time::Duration;

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
    pub grace_period: Duration,
    /// `AGENT_IDLE_TIMEOUT`: how long an agent online through Telegram may be silent before they are asked, in seconds.
    /// Default 1800. Only the first value: afterwards it is a setting of the desk.
    pub idle_timeout: Duration,
}

impl Default for DeskConfig {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            admin_ids: Vec::new(),
            default_locale: Locale::default(),
            timezone: Tz::Asia__Jakarta,
            grace_period: settings.grace,
            idle_timeout: settings.idle_timeout,
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
            grace_period: read.seconds("GRACE_PERIOD", default.grace_period, 1..=MAX_SECONDS),
            idle_timeout: read.seconds("AGENT_IDLE_TIMEOUT", default.idle_timeout, 1..=MAX_SECONDS),
        }
    }

    /// The settings of a desk that has none yet.
    #[must_use]
    pub fn first_settings(&self) -> Settings {
        Settings { grace: self.grace_period, idle_timeout: self.idle_timeout, ..Settings::default() }
    }
}
