//! Identities of people in buttons and confirmations: names alone do not tell two people apart.
use crate::bot::context::BotContext;
use crate::domain::person::Person;

/// Digits at the end of a Telegram id that a short label shows.
const ID_DIGITS: usize = 4;

/// Returns the name with what nobody else has: the username, or else the Telegram id. A username that was
/// somebody else's before may still be taken for theirs, so the id stands for it.
pub(in crate::bot::handlers) fn full_name(person: &Person) -> String {
    match person.username.as_ref().filter(|_| !person.username_taken_over) {
        Some(username) => format!("{} (@{username})", person.name),
        None => format!("{} (ID {})", person.name, person.telegram),
    }
}

/// Returns the name with the username, or else with the end of the Telegram id. It shows the whole id if
/// somebody in `others` has the same name and the same end.
pub(in crate::bot::handlers) fn short_name(person: &Person, others: &[&Person]) -> String {
    let label = tagged(person);
    let is_taken = |other: &&Person| other.id != person.id && same(&tagged(other), &label);
    if others.iter().any(is_taken) { full_name(person) } else { label }
}

/// Returns the name alone if nobody in `others` can be taken for the person, else as [`short_name`].
pub(in crate::bot::handlers) fn distinct_name(person: &Person, others: &[&Person]) -> String {
    let is_namesake = |other: &&Person| {
        other.id != person.id && (same(&other.name, &person.name) || same(&other.name, &tagged(person)))
    };
    if others.iter().any(is_namesake) { short_name(person, others) } else { person.name.clone() }
}

/// Returns an agent's name as [`distinct_name`] among all agents.
pub(in crate::bot::handlers) fn agent_name(bot: &BotContext, agent: &Person) -> String {
    let seats = bot.engine.seats();
    distinct_name(agent, &seats.iter().map(|seat| &seat.person).collect::<Vec<_>>())
}

fn tagged(person: &Person) -> String {
    let id = person.telegram.to_string();
    match &person.username {
        Some(username) => format!("{} (@{username})", person.name),
        None => format!("{} (…{})", person.name, id.get(id.len().saturating_sub(ID_DIGITS)..).unwrap_or(&id)),
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::handlers::admin::matching::tests::seat;

    fn named(telegram: i64, name: &str, username: Option<&str>) -> Person {
        Person { username: username.map(str::to_owned), ..seat(telegram, name, "").person }
    }

    fn names(people: &[Person]) -> Vec<String> {
        let all: Vec<_> = people.iter().collect();
        people.iter().map(|person| distinct_name(person, &all)).collect()
    }

    #[test]
    fn only_namesakes_get_more_than_their_name() {
        let people = [named(1, "Budi", Some("budi")), named(2, "Citra", None)];
        assert_eq!(names(&people), ["Budi", "Citra"]);
        let people =
            [named(1_234_567, "Budi", None), named(7_654_321, "budi ", None), named(3, "Citra", None)];
        assert_eq!(names(&people), ["Budi (…4567)", "budi  (…4321)", "Citra"]);
    }

    #[test]
    fn equal_ends_of_ids_are_shown_whole() {
        let people = [named(110_001, "Budi", None), named(220_001, "Budi", None)];
        assert_eq!(names(&people), ["Budi (ID 110001)", "Budi (ID 220001)"]);
    }

    #[test]
    fn a_name_that_imitates_a_username_is_told_apart() {
        let people = [named(1, "Budi", Some("budi")), named(220_001, "Budi (@budi)", None)];
        assert_eq!(names(&people)[0], "Budi (@budi)");
        assert_eq!(short_name(&people[1], &people.iter().collect::<Vec<_>>()), "Budi (@budi) (…0001)");
    }
}
