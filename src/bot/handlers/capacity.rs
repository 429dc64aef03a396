//! Admins: how many tickets an agent holds at most.
use super::admin::{agent_named, choose};
use super::pick::still_agent;
use crate::bot::callback::{Pick, Press};
use crate::bot::context::{Ask, Desk, Handled, Place, Toast};
use crate::bot::render::{Button, Rendered, labelled};
use crate::domain::ids::PersonId;
use crate::domain::policy::{Capacity, MAX_CAPACITY};
use crate::engine::error::EngineError;
use crate::engine::roster::Seat;
use std::sync::Arc;

/// The capacities that are offered as buttons.
const OFFERED: u16 = 10;

/// `/setmax [<agent> [n]]`.
pub async fn set_max(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    if arg.trim().is_empty() {
        return Ok(vec![choose(&desk, &ask, Pick::SetMax).await?]);
    }
    let (who, number) = split_number(&arg);
    let press = |agent| Press::PickPerson(Pick::SetMax, agent);
    let seat = match agent_named(&desk, &ask, who, Pick::SetMax, press) {
        Ok(seat) => seat,
        Err(question) => return Ok(vec![question]),
    };
    Ok(vec![ask.text(match number.map(|number| number.parse().ok().and_then(Capacity::new)) {
        None => how_many(&desk, &ask, &seat),
        Some(None) => out_of_range(&desk, &ask),
        Some(Some(max)) => limited(&desk, &ask, seat.person.id, max).await?,
    })])
}

pub(super) fn how_many(desk: &Desk, ask: &Ask, seat: &Seat) -> Rendered {
    let words = ask.words(desk);
    let now = seat.profile().map_or(0, |profile| profile.max_tickets.get());
    let button = |n: u16| labelled(&n.to_string(), Press::SetMax(seat.person.id, n));
    let numbers: Vec<Button> = (1..=OFFERED).map(button).collect();
    let mut buttons: Vec<Vec<Button>> = numbers.chunks(5).map(<[Button]>::to_vec).collect();
    buttons.push(vec![words.button("button-cancel", Press::Dismiss)]);
    let html = words.say("setmax-ask", &[("name", (&seat.person.name).into()), ("max", now.into())]);
    Rendered { html, buttons }
}

/// A capacity was chosen.
pub async fn set_max_pressed(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (agent, max): (PersonId, u16),
) -> Handled {
    if let Err(list) = still_agent(&desk, &ask, &toast, place, (Pick::SetMax, agent)).await? {
        return Ok(vec![list]);
    }
    let text = match Capacity::new(max) {
        Some(max) => limited(&desk, &ask, agent, max).await?,
        None => out_of_range(&desk, &ask),
    };
    Ok(vec![ask.edit(place, text)])
}

fn out_of_range(desk: &Desk, ask: &Ask) -> Rendered {
    ask.words(desk).message("setmax-range", &[("max", MAX_CAPACITY.into())])
}

async fn limited(desk: &Desk, ask: &Ask, agent: PersonId, max: Capacity) -> Result<Rendered, EngineError> {
    let person = desk.engine.set_capacity(&ask.person, agent, max, ask.now).await?;
    Ok(ask.words(desk).message("setmax-done", &[("name", person.name.into()), ("max", max.get().into())]))
}

/// A name with blanks in it, and the number behind it if the last word begins like one.
fn split_number(arg: &str) -> (&str, Option<&str>) {
    let arg = arg.trim();
    let Some((who, last)) = arg.rsplit_once(char::is_whitespace) else { return (arg, None) };
    let numeric = last.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    if numeric { (who.trim(), Some(last)) } else { (arg, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_blanks_and_numbers_come_last() {
        assert_eq!(split_number("Budi Santoso 7"), ("Budi Santoso", Some("7")));
        assert_eq!(split_number("Budi -1"), ("Budi", Some("-1")));
        assert_eq!(split_number("Budi Santoso"), ("Budi Santoso", None));
        assert_eq!(split_number("102"), ("102", None));
        assert_eq!(split_number("Budi 7x"), ("Budi", Some("7x")));
    }
}
