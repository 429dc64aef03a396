//! Identities of people in buttons and confirmations: names alone do not tell two people apart.
use crate::domain::person::{Person, name_key};
use crate::engine::Engine;

/// Digits at the end of a Telegram id that a short label shows.
const ID_DIGITS: usize = 4;

/// Returns the name with what nobody else has: the username, or else the Telegram id. A username that was
/// somebody else's before may still be taken for theirs, so the id stands for it.
pub(in crate::bot) fn full_name(person: &Person) -> String {
    match person.username.as_ref().filter(|_| !person.username_taken_over) {
        Some(username) => format!("{} (@{username})", person.name),
        None => format!("{} (ID {})", person.name, person.telegram),
    }
}

/// Returns the name with the username, or else with the end of the Telegram id. It shows the whole id if
/// somebody in `others` has the same name and the same end.
pub(in crate::bot) fn short_name(person: &Person, others: &[&Person]) -> String {
    let label = tagged(person);
    let is_taken = |other: &&Person| other.id != person.id && same(&tagged(other), &label);
    if others.iter().any(is_taken) { full_name(person) } else { label }
}

/// Returns the name alone if nobody in `others` can be taken for the person, else as [`short_name`].
pub(in crate::bot) fn distinct_name(person: &Person, others: &[&Person]) -> String {
    let is_namesake = |other: &&Person| {
        other.id != person.id && (same(&other.name, &person.name) || same(&other.name, &tagged(person)))
    };
    if others.iter().any(is_namesake) { short_name(person, others) } else { person.name.clone() }
}

/// Returns the name of an agent as [`distinct_name`] among all agents.
pub(in crate::bot) fn name_among_agents(person: &Person, engine: &Engine) -> String {
    // Nobody else can be taken for them: agents with equal labels have equal names.
    let namesakes = engine.agents_named(&[&person.name, &tagged(person)]);
    distinct_name(person, &namesakes.iter().collect::<Vec<_>>())
}

fn tagged(person: &Person) -> String {
    let id = person.telegram.to_string();
    match &person.username {
        Some(username) => format!("{} (@{username})", person.name),
        None => format!("{} (…{})", person.name, id.get(id.len().saturating_sub(ID_DIGITS)..).unwrap_or(&id)),
    }
}

fn same(one: &str, other: &str) -> bool {
    name_key(one) == name_key(other)
}
