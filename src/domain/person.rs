//! People: customers, agents, admins. Each person has a Telegram id; an agent is a person with a profile.
pub mod alias;
pub mod ban;
mod flapping;
pub mod invite;
mod locale;
mod names;
mod prompts;
pub mod sessions;
mod usernames;

use super::Time;
use super::ids::{CategoryId, ChatId, DepartmentId, PersonId, ReplyId, TelegramId, TicketId, Version};
use super::policy::{Capacity, OfflineBehaviour};
use super::schedule::WorkingHours;
use ban::Ban;
pub use locale::Locale;
pub use names::name_key;
use serde::{Deserialize, Serialize};
use sessions::Sessions;
use std::collections::BTreeSet;

/// The role of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Opens tickets.
    Customer,
    /// Works on tickets.
    Agent,
    /// Administers the desk. Also works on tickets if they have an agent's profile.
    Admin,
}

/// The availability that an agent chose. Only `Online` gets new tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Gets tickets.
    Online,
    /// Working, but gets no new tickets.
    Busy,
    /// Absent for a while; gets no new tickets.
    Away,
    /// Not working.
    #[default]
    Offline,
}

impl Availability {
    /// Returns the one of both in which the agent is more present: online, busy, away, offline.
    #[must_use]
    pub fn most_present(self, other: Self) -> Self {
        let rank = |availability| match availability {
            Self::Online => 3,
            Self::Busy => 2,
            Self::Away => 1,
            Self::Offline => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }

    /// Returns the word used in the store, in Redis and in the API.
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

/// The source of an agent's signs of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// Messages and button presses. The bot refreshes the presence until the agent has been silent too long.
    #[default]
    Telegram,
    /// A client that sends heartbeats.
    Client,
}

/// An availability that an agent chose by a command, a button or a request; a heartbeat is no choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenAvailability {
    /// What they chose.
    pub to: Availability,
    /// Where they chose it.
    pub via: Via,
}

/// The profile of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The departments that they serve. Without any they get no tickets.
    pub departments: BTreeSet<DepartmentId>,
    /// The number of tickets that they can hold.
    pub max_tickets: Capacity,
    /// Whether the engine may assign them tickets.
    pub auto_assignment_enabled: bool,
    /// Breaks ties of round robin. Assigned once, in the order in which people became agents.
    pub assignment_order: u32,
    /// The name that they chose for customers, if they chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Their availability: what they chose, or what their clients report.
    pub availability: Availability,
    /// What they chose last. It stays until they choose otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenAvailability>,
    /// When they come back online by the engine, while they are away until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_until: Option<Time>,
    /// Their working hours, if the engine sets them online and offline by a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_hours: Option<WorkingHours>,
    /// The source of their signs of activity.
    pub via: Via,
    /// When they last went online.
    pub last_online: Option<Time>,
    /// When they went online the time before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_online: Option<Time>,
    /// When they were asked whether they are still online, until they answer.
    pub asked_at: Option<Time>,
    /// When that question was delivered. The grace period counts from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_delivered_at: Option<Time>,
    /// Whether they are asked for a last message to the customer before a ticket is completed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_last_word: bool,
    /// Set while they are offline or unreachable and their tickets are still to be released. After a crash
    /// the sweep completes the release.
    pub release_due: Option<OfflineBehaviour>,
    /// When the engine last assigned them a ticket. Written with the assignment, not with the person.
    pub last_assigned: Option<Time>,
    /// When they were last active. Written by itself, not with the person.
    pub last_activity: Time,
}

impl AgentProfile {
    /// Returns their availability while their clients report `reported`. What they chose stays. If they came
    /// online, clients say in detail how present they are; but "away" may only mean that a page is hidden, and
    /// does not count for an agent who came online in Telegram.
    #[must_use]
    pub fn availability_with(&self, reported: Availability) -> Availability {
        match self.chosen {
            None | Some(ChosenAvailability { to: Availability::Online, via: Via::Client }) => reported,
            Some(ChosenAvailability { to: Availability::Online, via: Via::Telegram }) => match reported {
                Availability::Away => Availability::Online,
                reported => reported,
            },
            Some(chosen) => chosen.to,
        }
    }

    /// Returns the key of their alias, which no other agent's has.
    #[must_use]
    pub fn alias_key(&self) -> Option<String> {
        self.alias.as_deref().map(alias::alias_key)
    }

    /// Closes the question whether they are still online.
    pub fn clear_question(&mut self) {
        (self.asked_at, self.question_delivered_at) = (None, None);
    }

    /// Returns whether the question if they are still online is to be delivered: they were not active in the
    /// meantime, and did not get it already.
    #[must_use]
    pub fn has_pending_question(&self) -> bool {
        self.asked_at.is_some() && self.question_delivered_at.is_none()
    }
}

/// A prompt: a question that is answered with a message, not with a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// The name of a new department.
    // The alias is the prompt of an earlier build whose creation was confirmed already.
    #[serde(alias = "confirmed_department")]
    NewDepartment,
    /// A department's new name.
    RenameDepartment(DepartmentId),
    /// The name of a new category in this department.
    NewCategory(DepartmentId),
    /// A category's new name.
    RenameCategory(CategoryId),
    /// The word and the text of a new canned reply.
    NewReply,
    /// The new text of a canned reply.
    ReplyText(ReplyId),
    /// The last message to the customer of this ticket, which is completed with it.
    LastWord(TicketId),
    /// The alias of this agent, from an admin.
    Alias(PersonId),
    /// The comment to the rating of this ticket, from the customer.
    Comment(TicketId),
    /// The weekly plan of a department's business hours.
    Hours(DepartmentId),
    /// Dates on which a department is closed.
    Holidays(DepartmentId),
    /// The working hours of this agent, from the agent or an admin.
    WorkingHours(PersonId),
    /// The end of the agent's own absence.
    AwayUntil,
    /// A contact who becomes an agent. Its answer is a choice in the phone's keyboard.
    AgentContact,
    /// A contact who becomes an admin.
    AdminContact,
}

/// A person whom the bot has met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a person")]
pub struct Person {
    /// The id within the desk.
    pub id: PersonId,
    /// Their Telegram id.
    pub telegram: TelegramId,
    /// Their name, cleaned, 1 … 60 characters.
    pub name: String,
    /// Their Telegram username without `@`, if they have one.
    pub username: Option<String>,
    /// Whether somebody else ever had this username.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub username_taken_over: bool,
    /// The usernames that they had before, in lower case, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_usernames: Vec<String>,
    /// Their mail address, for clients that show it.
    pub email: Option<String>,
    /// Their language.
    pub locale: Locale,
    /// Whether they chose the language. Otherwise it follows Telegram's.
    pub locale_chosen: bool,
    /// Since when Telegram names another language only. They get it when that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_locale_since: Option<Time>,
    /// Their role.
    pub role: Role,
    /// Whether they are an admin only because `ADMIN_IDS` names them: the role ends with the setting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin_by_setting: bool,
    /// False after Telegram reported that they blocked the bot.
    pub reachable: bool,
    /// Their agent's profile, if they are an agent.
    pub agent: Option<AgentProfile>,
    /// The prompt that their next message answers, if there is one.
    #[serde(default)]
    pub prompt: Option<Prompt>,
    /// When the prompt ends unanswered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_until: Option<Time>,
    /// The id of the message that answered the prompt. The prompt is closed for every other message. This
    /// message may be handled again if the process was killed before it was marked as handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<i32>,
    /// The codes of the invitations that they used, newest last. A code grants its role only once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Their sessions of the side API.
    #[serde(default, skip_serializing_if = "Sessions::is_default")]
    pub sessions: Sessions,
    /// The ban, if an admin banned them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banned: Option<Ban>,
    /// When the bot first met them.
    pub created_at: Time,
    /// The record's version.
    pub version: Version,
}

impl Person {
    /// Returns their private chat with the bot.
    #[must_use]
    pub fn chat(&self) -> ChatId {
        self.telegram.into()
    }

    /// Marks them as reachable. Tickets that were to be released because they were not stay with them.
    pub fn set_reachable(&mut self) {
        if !self.reachable
            && let Some(profile) = self.agent.as_mut().filter(|p| p.availability != Availability::Offline)
        {
            profile.release_due = None;
        }
        self.reachable = true;
    }

    /// Returns true if they are banned. Staff are not, even if they were banned before they became staff.
    #[must_use]
    pub fn is_banned(&self) -> bool {
        self.banned.is_some() && self.role == Role::Customer && self.agent.is_none()
    }

    /// Returns true if they are an admin.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Returns their availability; `Offline` if they are no agent.
    #[must_use]
    pub fn availability(&self) -> Availability {
        self.agent.as_ref().map_or(Availability::Offline, |a| a.availability)
    }
}
