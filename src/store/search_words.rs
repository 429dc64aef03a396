//! Words by which tickets, messages and people are found. Both stores index exactly these.
use crate::domain::person::Person;
use crate::domain::text::search::tokenize;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::ConversationMessage;

/// Number of last characters of a ticket's number that find it, too.
const NUMBER_SUFFIX: usize = 4;

/// Returns the words of a ticket: its number, the end of its number, its description.
pub(super) fn of_ticket(ticket: &Ticket) -> Vec<String> {
    let number = ticket.number.as_str();
    let suffix = number.get(number.len().saturating_sub(NUMBER_SUFFIX)..).unwrap_or_default();
    tokenize(&format!("{number} {suffix} {}", ticket.description.text))
}

/// Returns the words of a message: its text, and the words inside its content.
pub(super) fn of_message(message: &ConversationMessage) -> Vec<String> {
    tokenize(&format!("{} {}", message.content.text.text, message.content.words))
}

/// Returns the words of a person: name and username.
pub(super) fn of_person(person: &Person) -> Vec<String> {
    tokenize(&format!("{} {}", person.name, person.username.as_deref().unwrap_or_default()))
}
