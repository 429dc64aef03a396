//! Admin handlers for an agent's capacity, the most tickets that they hold.
use super::identity::agent_name;
use super::matching::{Matches, find_agents, has_exact_name};
use super::pickers::{find_one_agent, picker_message, require_agent};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::policy::{Capacity, MAX_CAPACITY};
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The highest capacity that has a button.
const OFFERED_CAPACITIES: u16 = 10;

/// `/setmax [<agent> [n]]`.
pub async fn set_max(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::SetMax).await?]);
    }
    let seats = bot.engine.seats();
    let (name_text, number) = split_number(&arg, |text| has_exact_name(&seats, text));
    let max = number.map(|number| number.parse().ok().and_then(Capacity::new));
    if max == Some(None) || is_number_missing(&seats, name_text, number) {
        return Ok(vec![ctx.text(capacity_out_of_range(&bot, &ctx))]);
    }
    let max = max.flatten();
    // If only the agent is ambiguous, the buttons carry the number that was typed.
    let action = |agent| {
        max.map_or(ButtonAction::PickPerson(PickerPurpose::SetMax, agent), |n| {
            ButtonAction::SetMax(agent, n.get())
        })
    };
    Ok(vec![match (find_one_agent(&bot, &ctx, name_text, PickerPurpose::SetMax, action), max) {
        (Err(question), _) => question,
        (Ok(seat), None) => ctx.text(capacity_question(&bot, &ctx, &seat)),
        (Ok(seat), Some(max)) => ctx.text(set_and_confirm(&bot, &ctx, seat.person.id, max).await?),
    }])
}

pub(in crate::bot::handlers) fn capacity_question(
    bot: &BotContext,
    ctx: &RequestContext,
    seat: &Seat,
) -> Rendered {
    let localizer = ctx.localizer(bot);
    let now = seat.profile().map_or(0, |profile| profile.max_tickets.get());
    let button = |n: u16| labelled(&n.to_string(), ButtonAction::SetMax(seat.person.id, n));
    let numbers: Vec<Button> = (1..=OFFERED_CAPACITIES).map(button).collect();
    let mut buttons: Vec<Vec<Button>> = numbers.chunks(5).map(<[Button]>::to_vec).collect();
    buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    let name = agent_name(bot, &seat.person);
    let html = localizer.html("setmax-ask", &[("name", name.into()), ("max", now.into())]);
    Rendered::new(html, buttons)
}

/// Handles a chosen capacity.
pub async fn set_max_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (agent, max): (PersonId, u16),
) -> HandlerResult {
    if let Err(list) = require_agent(&bot, &ctx, &toast, pressed, (PickerPurpose::SetMax, agent)).await? {
        return Ok(vec![list]);
    }
    let text = match Capacity::new(max) {
        Some(max) => set_and_confirm(&bot, &ctx, agent, max).await?,
        None => capacity_out_of_range(&bot, &ctx),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

fn capacity_out_of_range(bot: &BotContext, ctx: &RequestContext) -> Rendered {
    ctx.localizer(bot).message("setmax-range", &[("max", MAX_CAPACITY.into())])
}

async fn set_and_confirm(
    bot: &BotContext,
    ctx: &RequestContext,
    agent: PersonId,
    max: Capacity,
) -> Result<Rendered, EngineError> {
    let person = bot.engine.set_capacity(&ctx.person, agent, max, ctx.now).await?;
    let name = agent_name(bot, &person);
    Ok(ctx.localizer(bot).message("setmax-done", &[("name", name.into()), ("max", max.get().into())]))
}

/// Returns true if `who` is an agent's name with a word after it that is no number.
fn is_number_missing(seats: &[Seat], name_text: &str, number: Option<&str>) -> bool {
    let Some((name, _)) = name_text.rsplit_once(char::is_whitespace).filter(|_| number.is_none()) else {
        return false;
    };
    let matches_none = |text| matches!(find_agents(seats.to_vec(), text), Matches::None);
    matches_none(name_text) && !matches_none(name)
}

/// Splits a name, which may have blanks, from a last word that begins like a number. Returns no number if an
/// agent has the whole text as their name: the 2 of `agent 2` must not become the capacity of another agent.
fn split_number(arg: &str, has_exact_name: impl Fn(&str) -> bool) -> (&str, Option<&str>) {
    let arg = arg.trim();
    let Some((name_text, last)) = arg.rsplit_once(char::is_whitespace) else { return (arg, None) };
    if has_exact_name(arg) {
        return (arg, None);
    }
    let numeric = last.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    if numeric { (name_text.trim(), Some(last)) } else { (arg, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_split_from_a_name_with_blanks() {
        let split = |arg| split_number(arg, |_| false);
        assert_eq!(split("Budi Santoso 7"), ("Budi Santoso", Some("7")));
        assert_eq!(split("Budi -1"), ("Budi", Some("-1")));
        assert_eq!(split("Budi Santoso"), ("Budi Santoso", None));
        assert_eq!(split("102"), ("102", None));
        assert_eq!(split("Budi 7x"), ("Budi", Some("7x")));
    }

    #[test]
    fn a_number_within_an_agents_name_is_no_capacity() {
        let split = |arg| split_number(arg, |text| text == "agent 2");
        assert_eq!(split(" agent 2 "), ("agent 2", None));
        assert_eq!(split("agent 2 7"), ("agent 2", Some("7")));
        assert_eq!(split("agent 3"), ("agent", Some("3")));
    }
}
