//! What can be typed, and who may type it. The menu is only a hint; this table refuses kindly, the engine decides.
use crate::domain::person::{Person, Role};
use teloxide::types::Message;
use teloxide::utils::command::BotCommands;

/// A command with the words after it.
#[derive(BotCommands, Debug, Clone, PartialEq, Eq)]
#[command(rename_rule = "lowercase")]
pub enum Command {
    /// Greets; with a payload opens a link.
    Start(String),
    /// What one can do.
    Help,
    /// The language; without a word it is asked for.
    Language(String),
    /// Drops what is being written.
    Cancel,
    /// A new ticket.
    #[command(alias = "tiket")]
    New(String),
    /// One's own tickets.
    MyTickets,
    /// Gets tickets.
    Online,
    /// Stops working.
    Offline,
    /// There, but gets nothing new.
    Busy,
    /// Away for a while.
    Away,
    /// One's own queue.
    MyQueue,
    /// One's own standing.
    Status,
    /// Automatic assignment for oneself.
    AutoAssign(String),
    /// What waits.
    Queue,
    /// A bearer token for the side API.
    Token,
    /// All agents' load.
    Workload,
    /// All agents.
    Agents,
    /// A link for a new agent.
    Invite(String),
    /// Somebody known becomes an agent.
    AddAgent(String),
    /// An agent stops being one.
    RemoveAgent(String),
    /// An agent's capacity.
    SetMax(String),
    /// A ticket for another agent.
    Reassign(String),
    /// Departments.
    Department(String),
    /// Categories.
    Category(String),
}

/// Who a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Everyone,
    /// People with an agent's profile.
    Agents,
    /// Agents and admins.
    Staff,
    /// Admins.
    Admins,
}

impl Audience {
    /// Whether a person belongs to it.
    #[must_use]
    pub fn admits(self, person: &Person) -> bool {
        match self {
            Self::Everyone => true,
            Self::Agents => person.agent.is_some(),
            Self::Staff => person.agent.is_some() || person.role == Role::Admin,
            Self::Admins => person.role == Role::Admin,
        }
    }
}

impl Command {
    /// Who it is for.
    #[must_use]
    pub fn audience(&self) -> Audience {
        match self {
            Self::Start(_)
            | Self::Help
            | Self::Language(_)
            | Self::Cancel
            | Self::New(_)
            | Self::MyTickets => Audience::Everyone,
            Self::Online
            | Self::Offline
            | Self::Busy
            | Self::Away
            | Self::MyQueue
            | Self::Status
            | Self::AutoAssign(_) => Audience::Agents,
            Self::Queue | Self::Token => Audience::Staff,
            Self::Workload
            | Self::Agents
            | Self::Invite(_)
            | Self::AddAgent(_)
            | Self::RemoveAgent(_)
            | Self::SetMax(_)
            | Self::Reassign(_)
            | Self::Department(_)
            | Self::Category(_) => Audience::Admins,
        }
    }
}

/// What somebody typed that begins with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A command of the desk.
    Known(Command),
    /// Something else.
    Unknown(String),
    /// A command for another bot.
    Elsewhere(String),
}

impl Typed {
    /// Reads a message of any kind. The words below a file are a ticket's, unless they begin one by `/new`.
    #[must_use]
    pub fn of(message: &Message, bot_username: &str) -> Option<Self> {
        match (message.text(), message.caption()) {
            (Some(text), _) => Self::read(text, bot_username),
            (None, Some(caption)) => Self::read(caption, bot_username)
                .filter(|typed| matches!(typed, Self::Known(Command::New(_)))),
            (None, None) => None,
        }
    }

    /// Reads a message; `None` when it is no command.
    #[must_use]
    pub fn read(text: &str, bot_username: &str) -> Option<Self> {
        use teloxide::utils::command::ParseError;
        let text = text.trim();
        // A slash alone is a command without a name.
        let word = text.strip_prefix('/')?.split_whitespace().next().unwrap_or_default();
        let (name, addressee) = word.split_once('@').unwrap_or((word, bot_username));
        if !addressee.eq_ignore_ascii_case(bot_username) {
            return Some(Self::Elsewhere(short(word)));
        }
        // Phones write the first letter large; words may follow on the next line.
        let rest = text.strip_prefix('/').and_then(|t| t.strip_prefix(word)).unwrap_or_default().trim_start();
        let lower = format!("/{} {rest}", name.to_ascii_lowercase());
        match Command::parse(lower.trim_end(), bot_username) {
            Ok(command) => Some(Self::Known(command)),
            // Words after a command that takes none are no reason not to understand it.
            Err(ParseError::TooManyArguments { .. }) => {
                let bare = format!("/{}", name.to_ascii_lowercase());
                Command::parse(&bare, bot_username).ok().map(Self::Known)
            }
            Err(_) => Some(Self::Unknown(short(name))),
        }
    }
}

/// Whether a message in a group calls this bot: by a command of the desk, or by any other with the bot's name. Any other
/// without a name can be meant for another bot there.
#[must_use]
pub fn calls(text: &str, bot_username: &str) -> bool {
    match Typed::read(text, bot_username) {
        Some(Typed::Known(_)) => true,
        Some(Typed::Unknown(_)) => text.split_whitespace().next().is_some_and(|word| word.contains('@')),
        Some(Typed::Elsewhere(_)) | None => false,
    }
}

/// As much of a command as an answer repeats.
fn short(name: &str) -> String {
    crate::domain::text::shorten(name, 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_people_type_them() {
        let read = |text| Typed::read(text, "antri_bot");
        assert_eq!(read("/new printer rusak"), Some(Typed::Known(Command::New("printer rusak".into()))));
        assert_eq!(read("/tiket"), Some(Typed::Known(Command::New(String::new()))));
        assert_eq!(
            read("/New@Antri_Bot  halo\ndunia"),
            Some(Typed::Known(Command::New("halo\ndunia".into())))
        );
        assert_eq!(read("/myqueue now please"), Some(Typed::Known(Command::MyQueue)));
        assert_eq!(read("/setmax Budi 7"), Some(Typed::Known(Command::SetMax("Budi 7".into()))));
        assert_eq!(read("/new@other_bot halo"), Some(Typed::Elsewhere("new@other_bot".into())));
        assert_eq!(read("/language en"), Some(Typed::Known(Command::Language("en".into()))));
        assert_eq!(read("halo /new"), None);
        assert_eq!(read(" / "), Some(Typed::Unknown(String::new())));
        assert_eq!(read("/bogus"), Some(Typed::Unknown("bogus".into())));
    }
}
