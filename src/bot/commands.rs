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
pub enum ParsedCommand {
    /// A command of the desk.
    Known(Command),
    /// Something else.
    Unknown(String),
    /// A command for another bot.
    OtherBot(String),
}

impl ParsedCommand {
    /// Reads a message of any kind. The words below a file are a ticket's, unless they begin one by `/new`.
    #[must_use]
    pub fn from_message(message: &Message, bot_username: &str) -> Option<Self> {
        match (message.text(), message.caption()) {
            (Some(text), _) => Self::parse(text, bot_username),
            (None, Some(caption)) => Self::parse(caption, bot_username)
                .filter(|parsed| matches!(parsed, Self::Known(Command::New(_)))),
            (None, None) => None,
        }
    }

    /// Reads a message; `None` when it is no command.
    #[must_use]
    pub fn parse(text: &str, bot_username: &str) -> Option<Self> {
        use teloxide::utils::command::ParseError;
        let text = text.trim();
        // A slash alone is a command without a name.
        let word = text.strip_prefix('/')?.split_whitespace().next().unwrap_or_default();
        let (name, addressee) = word.split_once('@').unwrap_or((word, bot_username));
        if !addressee.eq_ignore_ascii_case(bot_username) {
            return Some(Self::OtherBot(shortened(word)));
        }
        // Phones write the first letter large; words may follow on the next line.
        let rest = text.strip_prefix('/').and_then(|t| t.strip_prefix(word)).unwrap_or_default().trim_start();
        let lower = format!("/{} {rest}", name.to_ascii_lowercase());
        match Command::parse(lower.trim_end(), bot_username) {
            Ok(command) => Some(Self::Known(command)),
            // Words after a command that takes none are no reason not to understand it.
            Err(ParseError::TooManyArguments { .. }) => {
                let without_arguments = format!("/{}", name.to_ascii_lowercase());
                Command::parse(&without_arguments, bot_username).ok().map(Self::Known)
            }
            Err(_) => Some(Self::Unknown(shortened(name))),
        }
    }
}

/// Whether a message in a group calls this bot: by a command of the desk, or by any other with the bot's name. Any other
/// without a name can be meant for another bot there.
#[must_use]
pub fn calls(text: &str, bot_username: &str) -> bool {
    match ParsedCommand::parse(text, bot_username) {
        Some(ParsedCommand::Known(_)) => true,
        Some(ParsedCommand::Unknown(_)) => {
            text.split_whitespace().next().is_some_and(|word| word.contains('@'))
        }
        Some(ParsedCommand::OtherBot(_)) | None => false,
    }
}

/// As much of a command as an answer repeats.
fn shortened(name: &str) -> String {
    crate::domain::text::shorten(name, 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_people_type_them() {
        let parse = |text| ParsedCommand::parse(text, "antri_bot");
        assert_eq!(
            parse("/new printer rusak"),
            Some(ParsedCommand::Known(Command::New("printer rusak".into())))
        );
        assert_eq!(parse("/tiket"), Some(ParsedCommand::Known(Command::New(String::new()))));
        assert_eq!(
            parse("/New@Antri_Bot  halo\ndunia"),
            Some(ParsedCommand::Known(Command::New("halo\ndunia".into())))
        );
        assert_eq!(parse("/myqueue now please"), Some(ParsedCommand::Known(Command::MyQueue)));
        assert_eq!(parse("/setmax Budi 7"), Some(ParsedCommand::Known(Command::SetMax("Budi 7".into()))));
        assert_eq!(parse("/new@other_bot halo"), Some(ParsedCommand::OtherBot("new@other_bot".into())));
        assert_eq!(parse("/language en"), Some(ParsedCommand::Known(Command::Language("en".into()))));
        assert_eq!(parse("halo /new"), None);
        assert_eq!(parse(" / "), Some(ParsedCommand::Unknown(String::new())));
        assert_eq!(parse("/bogus"), Some(ParsedCommand::Unknown("bogus".into())));
    }
}
