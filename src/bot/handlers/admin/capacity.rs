//! Admins: how many tickets an agent holds at most.
use super::agents::{agent_named, choose};
use super::pickers::{Matches, agents_named, is_called, still_agent};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::policy::{Capacity, MAX_CAPACITY};
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The capacities that are offered as buttons.
const OFFERED_CAPACITIES: u16 = 10;

/// `/setmax [<agent> [n]]`.
pub async fn set_max(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![choose(&desk, &ask, PickerPurpose::SetMax).await?]);
    }
    let seats = desk.engine.seats();
    let (who, number) = split_number(&arg, |text| is_called(&seats, text));
    let max = number.map(|number| number.parse().ok().and_then(Capacity::new));
    if max == Some(None) || is_number_missing(&seats, who, number) {
        return Ok(vec![ask.text(out_of_range(&desk, &ask))]);
    }
    let max = max.flatten();
    // The number that was typed is not asked for again, when it is only unclear whose it is.
    let press = |agent| {
        max.map_or(ButtonAction::PickPerson(PickerPurpose::SetMax, agent), |n| {
            ButtonAction::SetMax(agent, n.get())
        })
    };
    Ok(vec![match (agent_named(&desk, &ask, who, PickerPurpose::SetMax, press), max) {
        (Err(question), _) => question,
        (Ok(seat), None) => ask.text(how_many(&desk, &ask, &seat)),
        (Ok(seat), Some(max)) => ask.text(limited(&desk, &ask, seat.person.id, max).await?),
    }])
}

pub(in crate::bot::handlers) fn how_many(desk: &BotContext, ask: &RequestContext, seat: &Seat) -> Rendered {
    let words = ask.words(desk);
    let now = seat.profile().map_or(0, |profile| profile.max_tickets.get());
    let button = |n: u16| labelled(&n.to_string(), ButtonAction::SetMax(seat.person.id, n));
    let numbers: Vec<Button> = (1..=OFFERED_CAPACITIES).map(button).collect();
    let mut buttons: Vec<Vec<Button>> = numbers.chunks(5).map(<[Button]>::to_vec).collect();
    buttons.push(vec![words.button("button-cancel", ButtonAction::Dismiss)]);
    let html = words.say("setmax-ask", &[("name", (&seat.person.name).into()), ("max", now.into())]);
    Rendered { html, buttons }
}

/// A capacity was chosen.
pub async fn set_max_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (agent, max): (PersonId, u16),
) -> HandlerResult {
    if let Err(list) = still_agent(&desk, &ask, &toast, place, (PickerPurpose::SetMax, agent)).await? {
        return Ok(vec![list]);
    }
    let text = match Capacity::new(max) {
        Some(max) => limited(&desk, &ask, agent, max).await?,
        None => out_of_range(&desk, &ask),
    };
    Ok(vec![ask.edit(place, text)])
}

fn out_of_range(desk: &BotContext, ask: &RequestContext) -> Rendered {
    ask.words(desk).message("setmax-range", &[("max", MAX_CAPACITY.into())])
}

async fn limited(
    desk: &BotContext,
    ask: &RequestContext,
    agent: PersonId,
    max: Capacity,
) -> Result<Rendered, EngineError> {
    let person = desk.engine.set_capacity(&ask.person, agent, max, ask.now).await?;
    Ok(ask.words(desk).message("setmax-done", &[("name", person.name.into()), ("max", max.get().into())]))
}

/// Whether somebody is named, and what stands behind the name is no number.
fn is_number_missing(seats: &[Seat], who: &str, number: Option<&str>) -> bool {
    let Some((name, _)) = who.rsplit_once(char::is_whitespace).filter(|_| number.is_none()) else {
        return false;
    };
    let is_nobody = |text| matches!(agents_named(seats.to_vec(), text), Matches::None);
    is_nobody(who) && !is_nobody(name)
}

/// A name with blanks in it, and the number behind it if the last word begins like one. Not where somebody is called
/// just so: the 2 of `agent 2` must not become the capacity of another agent.
fn split_number(arg: &str, is_called: impl Fn(&str) -> bool) -> (&str, Option<&str>) {
    let arg = arg.trim();
    let Some((who, last)) = arg.rsplit_once(char::is_whitespace) else { return (arg, None) };
    if is_called(arg) {
        return (arg, None);
    }
    let numeric = last.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    if numeric { (who.trim(), Some(last)) } else { (arg, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_blanks_and_numbers_come_last() {
        let split = |arg| split_number(arg, |_| false);
        assert_eq!(split("Budi Santoso 7"), ("Budi Santoso", Some("7")));
        assert_eq!(split("Budi -1"), ("Budi", Some("-1")));
        assert_eq!(split("Budi Santoso"), ("Budi Santoso", None));
        assert_eq!(split("102"), ("102", None));
        assert_eq!(split("Budi 7x"), ("Budi", Some("7x")));
    }

    #[test]
    fn a_number_that_belongs_to_a_name_is_no_capacity() {
        let split = |arg| split_number(arg, |text| text == "agent 2");
        assert_eq!(split(" agent 2 "), ("agent 2", None));
        assert_eq!(split("agent 2 7"), ("agent 2", Some("7")));
        assert_eq!(split("agent 3"), ("agent", Some("3")));
    }
}
