//! People: customers, agents, admins. Everyone is a person with a Telegram id; an agent is a person with a profile.
use super::Time;
use super::ids::{CategoryId, ChatId, DepartmentId, PersonId, TelegramId, Version};
use super::policy::{Capacity, OfflineBehaviour};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The languages of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Locale {
    /// Every locale, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The locale of an IETF language tag such as Telegram's `language_code` (`id`, `en-GB`); `None` when it's neither.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "id" | "in" => Some(Self::Id),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The two-letter tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Opens tickets.
    Customer,
    /// Works on tickets.
    Agent,
    /// Runs the desk; works on tickets too when they have an agent's profile.
    Admin,
}

/// What an agent says of themselves. Only `Online` gets new tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Gets tickets.
    Online,
    /// There, but gets nothing new.
    Busy,
    /// Not at the desk for a while, gets nothing new.
    Away,
    /// Not working.
    #[default]
    Offline,
}

impl Availability {
    /// The word used in the store, in Redis and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

/// Where an agent's signs of life come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// Messages and presses; the bot keeps the presence fresh until the agent has been silent too long.
    #[default]
    Telegram,
    /// A client that sends heartbeats by itself.
    Client,
}

/// What makes a person an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The departments they serve; with none they get nothing.
    pub departments: BTreeSet<DepartmentId>,
    /// How many tickets they hold at most.
    pub max_tickets: Capacity,
    /// Whether the engine may give them tickets.
    pub auto_assignment_enabled: bool,
    /// Breaks ties of round robin; given once, in the order in which people became agents.
    pub assignment_order: u32,
    /// What they said last.
    pub availability: Availability,
    /// Where their signs of life come from.
    pub via: Via,
    /// When they last came online.
    pub last_online: Option<Time>,
    /// When they were asked whether they are still there, while the answer is open.
    pub asked_at: Option<Time>,
    /// Set when they went offline and their tickets are still to be moved, so that a crash in between is made good.
    pub release_due: Option<OfflineBehaviour>,
    /// Their last turn: when they last got a ticket from the engine. Written with the assignment, not with the person.
    pub last_assigned: Option<Time>,
    /// Their last sign of life. Written by itself, not with the person.
    pub last_activity: Time,
}

/// A question to an admin that is answered with a message, not with a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// The name of a new department.
    NewDepartment,
    /// A department's new name.
    RenameDepartment(DepartmentId),
    /// The name of a new category in this department.
    NewCategory(DepartmentId),
    /// A category's new name.
    RenameCategory(CategoryId),
}

/// A person whom the bot knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The id that the desk gave them.
    pub id: PersonId,
    /// Telegram's id of them.
    pub telegram: TelegramId,
    /// Their name, cleaned, 1 … 60 characters.
    pub name: String,
    /// Their Telegram username without the `@`, if they have one.
    pub username: Option<String>,
    /// Their mail address, for front ends that show it.
    pub email: Option<String>,
    /// The language they read.
    pub locale: Locale,
    /// Whether they chose it themselves; else it follows Telegram's.
    pub locale_chosen: bool,
    /// What they may do.
    pub role: Role,
    /// False once Telegram says that they blocked the bot.
    pub reachable: bool,
    /// Present when they work on tickets.
    pub agent: Option<AgentProfile>,
    /// The question of the bot that their next message answers, if it asked one.
    #[serde(default)]
    pub prompt: Option<Prompt>,
    /// Telegram's id of the message that answered it. The question is closed for every other message; this one may come
    /// again, because the desk died before it was marked as handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<i32>,
    /// The codes of the links that made them what they are or were, the newest last: none gives its role twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// When the bot first met them.
    pub created_at: Time,
    /// The record's version.
    pub version: Version,
}

impl Person {
    /// Their private chat with the bot.
    #[must_use]
    pub fn chat(&self) -> ChatId {
        self.telegram.into()
    }

    /// The question that is open: nothing has answered it.
    #[must_use]
    pub fn open_prompt(&self) -> Option<Prompt> {
        self.prompt.filter(|_| self.answered_by.is_none())
    }

    /// The question that this message answers, perhaps once more.
    #[must_use]
    pub fn prompt_for(&self, message: i32) -> Option<Prompt> {
        self.prompt.filter(|_| self.answered_by.is_none_or(|by| by == message))
    }

    /// Whether they run the desk.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Their availability; `Offline` for people who are no agents.
    #[must_use]
    pub fn availability(&self) -> Availability {
        self.agent.as_ref().map_or(Availability::Offline, |a| a.availability)
    }
}
