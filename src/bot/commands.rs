//! Bot commands: parsing, and the audience of each. The check of the audience only allows a helpful answer;
//! the engine authorizes.
use crate::domain::person::{Person, Role};
use crate::telegram::incoming::IncomingMessage;
use teloxide::utils::command::BotCommands;

/// A command with its argument.
#[derive(BotCommands, Debug, Clone, PartialEq, Eq)]
#[command(rename_rule = "lowercase")]
pub enum Command {
    /// `/start`: greets, or redeems the payload of a link.
    Start(String),
    /// `/help`: lists the commands.
    Help,
    /// `/language`: sets the language, or asks for it.
    Language(String),
    /// `/cancel`: closes the open prompt or drops the draft.
    Cancel,
    /// `/new`: starts a draft.
    #[command(alias = "tiket")]
    New(String),
    /// `/mytickets`: lists the person's own tickets.
    MyTickets,
    /// `/ticket`: shows one ticket.
    Ticket(String),
    /// `/online`: makes the agent available for tickets.
    Online,
    /// `/offline`: ends the agent's work.
    Offline,
    /// `/busy`: no new tickets for now.
    Busy,
    /// `/away`: absent for a while, or until a time.
    Away(String),
    /// `/hours`: shows or sets the agent's working hours.
    Hours(String),
    /// `/myqueue`: lists the tickets that the agent holds.
    MyQueue,
    /// `/status`: shows the agent's status.
    Status,
    /// `/autoassign`: switches automatic assignment for the agent.
    AutoAssign(String),
    /// `/alias`: sets the name that customers see of the agent.
    Alias(String),
    /// `/queue`: lists the tickets that wait.
    Queue,
    /// `/token`: issues a bearer token for the side API, or ends all sessions.
    Token(String),
    /// `/web`: links to the web front end, with a log-in.
    Web,
    /// `/transcript`: sends the record of a ticket as a document.
    Transcript(String),
    /// `/forget`: exports or erases a customer's personal data.
    Forget(String),
    /// `/search`: finds tickets by words.
    Search(String),
    /// `/withdraw`: takes back the message that it replies to.
    #[command(alias = "tarik")]
    Withdraw,
    /// `/r`: sends a canned reply.
    #[command(rename = "r")]
    Reply(String),
    /// `/workload`: shows the load of all agents.
    Workload,
    /// `/agents`: lists the agents.
    Agents,
    /// `/invite`: creates a link for a new agent.
    Invite(String),
    /// `/addagent`: makes a known person an agent.
    AddAgent(String),
    /// `/removeagent`: removes an agent.
    RemoveAgent(String),
    /// `/addadmin`: makes a known person an admin.
    AddAdmin(String),
    /// `/removeadmin`: takes the role from an admin.
    RemoveAdmin(String),
    /// `/invites`: lists the open invitations.
    Invites,
    /// `/deadletters`: lists updates and messages that were given up.
    DeadLetters,
    /// `/setmax`: sets an agent's capacity.
    SetMax(String),
    /// `/reassign`: moves a ticket to another agent.
    Reassign(String),
    /// `/priority`: sets the priority of a ticket.
    Priority(String),
    /// `/audit`: shows the audit log of a ticket.
    Audit(String),
    /// `/department`: shows or creates a department.
    Department(String),
    /// `/category`: creates a category.
    Category(String),
    /// `/ban`: bans a customer.
    Ban(String),
    /// `/unban`: lifts a ban.
    Unban(String),
    /// `/replies`: lists or changes the canned replies.
    Replies(String),
    /// `/topics`: switches topics in private chats.
    Topics,
    /// `/stats`: shows the statistics of the desk.
    Stats,
    /// `/settings`: shows and changes the desk's settings.
    Settings,
}

/// The people a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Every person.
    Everyone,
    /// People with an agent profile.
    Agents,
    /// Agents and admins.
    Staff,
    /// Admins.
    Admins,
}

impl Audience {
    /// Returns true if a person belongs to the audience.
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
    /// Returns the audience of the command.
    #[must_use]
    pub fn audience(&self) -> Audience {
        match self {
            Self::Start(_)
            | Self::Help
            | Self::Language(_)
            | Self::Cancel
            | Self::New(_)
            | Self::MyTickets
            | Self::Forget(_)
            | Self::Ticket(_) => Audience::Everyone,
            Self::Online
            | Self::Offline
            | Self::Busy
            | Self::Away(_)
            | Self::Hours(_)
            | Self::MyQueue
            | Self::Status
            | Self::AutoAssign(_)
            | Self::Reply(_)
            | Self::Alias(_)
            | Self::Withdraw => Audience::Agents,
            Self::Queue | Self::Token(_) | Self::Web | Self::Transcript(_) | Self::Search(_) => {
                Audience::Staff
            }
            Self::Workload
            | Self::Agents
            | Self::Invite(_)
            | Self::AddAgent(_)
            | Self::RemoveAgent(_)
            | Self::AddAdmin(_)
            | Self::RemoveAdmin(_)
            | Self::Invites
            | Self::DeadLetters
            | Self::SetMax(_)
            | Self::Reassign(_)
            | Self::Priority(_)
            | Self::Audit(_)
            | Self::Department(_)
            | Self::Category(_)
            | Self::Ban(_)
            | Self::Unban(_)
            | Self::Replies(_)
            | Self::Topics
            | Self::Stats
            | Self::Settings => Audience::Admins,
        }
    }
}

/// A message that begins with a slash, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParsedCommand {
    /// A command of this bot.
    Known(Command),
    /// An unknown command, with its name.
    Unknown(String),
    /// A command that is addressed to another bot, with its first word.
    OtherBot(String),
}

impl ParsedCommand {
    /// Parses a message of any kind. Of captions only `/new` is a command, and `/r` of an agent. Any other caption
    /// belongs to a ticket.
    #[must_use]
    pub fn from_message(message: &IncomingMessage, bot_username: &str, author: &Person) -> Option<Self> {
        let is_of_file = |parsed: &Self| match parsed {
            Self::Known(command @ (Command::New(_) | Command::Reply(_))) => command.audience().admits(author),
            _ => false,
        };
        match message.plain_text() {
            Some(text) => Self::parse(text, bot_username),
            None => Self::parse(&message.text.text, bot_username).filter(is_of_file),
        }
    }

    /// Parses a text; `None` if it is no command.
    #[must_use]
    pub fn parse(text: &str, bot_username: &str) -> Option<Self> {
        use teloxide::utils::command::ParseError;
        let text = text.trim();
        // Two slashes begin an internal note.
        if text.starts_with("//") {
            return None;
        }
        // A single slash is a command without a name.
        let word = text.strip_prefix('/')?.split_whitespace().next().unwrap_or_default();
        let (name, addressee) = word.split_once('@').unwrap_or((word, bot_username));
        if !addressee.eq_ignore_ascii_case(bot_username) {
            return Some(Self::OtherBot(shortened(word)));
        }
        // Phones capitalize the first letter; the argument may begin on the next line.
        let argument =
            text.strip_prefix('/').and_then(|t| t.strip_prefix(word)).unwrap_or_default().trim_start();
        let normalized = format!("/{} {argument}", name.to_ascii_lowercase());
        match Command::parse(normalized.trim_end(), bot_username) {
            Ok(command) => Some(Self::Known(command)),
            // An argument after a command that takes none is ignored.
            Err(ParseError::TooManyArguments { .. }) => {
                let without_arguments = format!("/{}", name.to_ascii_lowercase());
                Command::parse(&without_arguments, bot_username).ok().map(Self::Known)
            }
            Err(_) => Some(Self::Unknown(shortened(name))),
        }
    }
}

/// Returns true if a message in a group is addressed to this bot: a command of this bot, or any command with
/// the bot's name. An unknown command without a name may be meant for another bot.
#[must_use]
pub fn is_addressed_to_bot(text: &str, bot_username: &str) -> bool {
    match ParsedCommand::parse(text, bot_username) {
        Some(ParsedCommand::Known(_)) => true,
        Some(ParsedCommand::Unknown(_)) => {
            text.split_whitespace().next().is_some_and(|word| word.contains('@'))
        }
        Some(ParsedCommand::OtherBot(_)) | None => false,
    }
}

/// Returns a command's name, shortened for the answer.
fn shortened(name: &str) -> String {
    crate::domain::text::shorten(name, 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_parsed_with_case_suffix_and_surplus_arguments() {
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
        assert_eq!(parse("// new note"), None);
        assert_eq!(parse(" / "), Some(ParsedCommand::Unknown(String::new())));
        assert_eq!(parse("/bogus"), Some(ParsedCommand::Unknown("bogus".into())));
    }
}
