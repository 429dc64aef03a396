//! Button actions on the desk's settings, and their encoding behind the word `set`.
use crate::domain::policy::setting::Setting;

/// An action on the desk's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingAction {
    /// Shows all settings.
    List,
    /// Shows the choices of a setting.
    Show(Setting),
    /// Sets a setting to a number.
    Set {
        /// The setting.
        setting: Setting,
        /// The number.
        to: u32,
        /// The number that the card showed. If the setting has another one by now, it is left as it is.
        shown: u32,
        /// Whether the choices stay, for another press; otherwise all settings are shown.
        stays: bool,
    },
}

impl SettingAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::List => "set".into(),
            Self::Show(setting) => format!("set:{}", setting.name()),
            Self::Set { setting, to, shown, stays } => {
                format!("set:{}:{to}:{shown}:{}", setting.name(), u8::from(stays))
            }
        }
    }

    /// Returns the action of the fields behind the word.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let named = |name: &str| Setting::ALL.into_iter().find(|setting| setting.name() == name);
        Some(match fields {
            [] => Self::List,
            [name] => Self::Show(named(name)?),
            [name, to, shown, stays] => {
                let stays = match *stays {
                    "0" => false,
                    "1" => true,
                    _ => return None,
                };
                Self::Set { setting: named(name)?, to: to.parse().ok()?, shown: shown.parse().ok()?, stays }
            }
            _ => return None,
        })
    }
}
