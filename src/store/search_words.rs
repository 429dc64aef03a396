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
    let suffix = last_characters(number).unwrap_or_default();
    tokenize(&format!("{number} {suffix} {}", ticket.description.text))
}

/// Returns the word under which the tickets are indexed whose number ends like this; `None` if it is too short.
pub(super) fn of_number_suffix(suffix: &str) -> Option<String> {
    tokenize(last_characters(suffix)?).pop()
}

fn last_characters(number: &str) -> Option<&str> {
    number.get(number.len().checked_sub(NUMBER_SUFFIX)?..)
}

/// Returns the words of a message: its text, and the words inside its content.
pub(super) fn of_message(message: &ConversationMessage) -> Vec<String> {
    tokenize(&format!("{} {}", message.content.text.text, message.content.words))
}

/// Returns the words of a person: name and username.
pub(super) fn of_person(person: &Person) -> Vec<String> {
    tokenize(&format!("{} {}", person.name, person.username.as_deref().unwrap_or_default()))
}
