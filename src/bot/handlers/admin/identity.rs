//! Identities of agents in buttons and confirmations: their names, told apart among all agents.
use crate::bot::context::BotContext;
use crate::domain::person::Person;

use crate::bot::identity::name_among_agents;
pub(in crate::bot::handlers) use crate::bot::identity::{distinct_name, full_name, short_name};

/// Returns an agent's name as [`distinct_name`] among all agents.
pub(in crate::bot::handlers) fn agent_name(bot: &BotContext, agent: &Person) -> String {
    name_among_agents(agent, &bot.engine)
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
