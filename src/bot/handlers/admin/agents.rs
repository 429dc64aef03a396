//! Admins: the load, agents and their standing.
use super::department_picker::{
    ALL, department_name, department_rows, is_gone, named, no_such_department, open_departments, page_with,
    which_department,
};
use super::pickers;
use super::pickers::{Matches, agents_named, seat_of, still_agent};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::render::{Arg, Rendered, Words, labelled};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::department::Department;
use crate::domain::event::Actor;
use crate::domain::ids::{DepartmentId, PersonId, TelegramId};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// How many agents of nearly the same name are offered.
const SEVERAL: usize = 20;

/// `/workload`.
pub async fn workload(ask: RequestContext) -> HandlerResult {
    Ok(vec![ask.card(CardKey::Workload(ask.person.id, 0))])
}

/// `/agents`.
pub async fn agents(desk: Arc<BotContext>, ask: RequestContext) -> HandlerResult {
    Ok(vec![choose(&desk, &ask, PickerPurpose::Agent).await?])
}

/// `/addagent [<telegram id|@username> [department]]`.
pub async fn add_agent(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    let Some((who, department)) = split_first(&arg) else {
        return Ok(vec![choose(&desk, &ask, PickerPurpose::AddAgent).await?]);
    };
    let store = desk.engine.store();
    let person = match (who.strip_prefix('@'), who.parse()) {
        (Some(username), _) => store.person_by_username(username).await?,
        (None, Ok(id)) => store.person_by_telegram(TelegramId(id)).await?,
        (None, Err(_)) => store.person_by_username(who).await?,
    };
    let Some(person) = person else {
        return Ok(vec![ask.say(&desk, "addagent-unknown", &[("name", who.into())])]);
    };
    let departments = open_departments(&desk).await?;
    if department.is_empty() && departments.len() > 1 {
        return Ok(vec![ask.text(which_for(&desk, &ask, &person, (&departments, 0)))]);
    }
    let Some(department) = named(&departments, department) else {
        return Ok(no_such_department(&desk, &ask, department));
    };
    Ok(vec![ask.text(added(&desk, &ask, person.id, &departments, department).await?)])
}

/// The department of a new agent was chosen.
pub async fn add_agent_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, department): (PersonId, DepartmentId),
) -> HandlerResult {
    let departments = open_departments(&desk).await?;
    if is_gone(&departments, department) {
        let person = desk.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
        toast.say(ask.words(&desk).toast("department-gone", &[]));
        return Ok(vec![ask.edit(place, which_for(&desk, &ask, &person, (&departments, 0)))]);
    }
    toast.ack();
    Ok(vec![ask.edit(place, added(&desk, &ask, id, &departments, department).await?)])
}

async fn added(
    desk: &BotContext,
    ask: &RequestContext,
    id: PersonId,
    open: &[Department],
    department: DepartmentId,
) -> Result<Rendered, EngineError> {
    let departments = if department == ALL { Vec::new() } else { vec![department] };
    let person = desk.engine.add_agent(Actor::Person(ask.person.id), id, &departments, ask.now).await?;
    let name = department_name(desk, ask, open, department);
    Ok(ask.words(desk).message("addagent-done", &[("name", person.name.into()), ("department", name.into())]))
}

pub(in crate::bot::handlers) fn which_for(
    desk: &BotContext,
    ask: &RequestContext,
    person: &Person,
    (open, page): (&[Department], u16),
) -> Rendered {
    let (words, id) = (ask.words(desk), person.id);
    let html = words.say("addagent-which", &[("name", (&person.name).into())]);
    let press = |department| ButtonAction::AddAgent(id, department);
    which_department(&words, html, open, (DepartmentPickerPurpose::Newcomer(id), page), press)
}

/// `/removeagent [agent]`.
pub async fn remove_agent(desk: Arc<BotContext>, ask: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![choose(&desk, &ask, PickerPurpose::RemoveAgent).await?]);
    }
    let press = |agent| ButtonAction::PickPerson(PickerPurpose::RemoveAgent, agent);
    match agent_named(&desk, &ask, &arg, PickerPurpose::RemoveAgent, press) {
        Ok(seat) => Ok(vec![ask.text(sure(&desk, &ask, &seat))]),
        Err(question) => Ok(vec![question]),
    }
}

fn sure(desk: &BotContext, ask: &RequestContext, seat: &Seat) -> Rendered {
    let words = ask.words(desk);
    let args = [("name", Arg::from(&seat.person.name)), ("count", seat.held().into())];
    let yes = words.button("removeagent-yes", ButtonAction::RemoveAgent(seat.person.id));
    let no = words.button("button-cancel", ButtonAction::Dismiss);
    Rendered { html: words.say("removeagent-sure", &args), buttons: vec![vec![yes, no]] }
}

/// Yes, this agent is to be removed. Who is none any more is asked to leave all the same: that finishes a removal that
/// broke off.
pub async fn remove_agent_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    agent: PersonId,
) -> HandlerResult {
    let words = ask.words(&desk);
    match seat_of(&desk, agent) {
        Some(_) => toast.ack(),
        None => toast.say(words.toast("agent-gone", &[])),
    }
    let text = match desk.engine.remove_agent(&ask.person, agent, ask.now).await {
        // Also where a press before this one did it: what it was answered with stays.
        Ok(person) => words.message("removeagent-done", &[("name", person.name.into())]),
        Err(EngineError::NotFound) => pickers::first_page(&desk, &ask, PickerPurpose::RemoveAgent).await?,
        Err(error) => return Err(error),
    };
    Ok(vec![ask.edit(place, text)])
}

/// An agent is to serve a department, or not to.
pub async fn agent_department(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (agent, department, serves): (PersonId, DepartmentId, bool),
) -> HandlerResult {
    let (words, open) = (ask.words(&desk), open_departments(&desk).await?);
    // One can't be in "all of them": that button is on other messages.
    let known = open.iter().find(|d| d.id == department);
    match (known, seat_of(&desk, agent)) {
        (None, _) => toast.say(words.toast("department-gone", &[])),
        (Some(_), None) => {}
        (Some(known), Some(seat)) => toast.say(membership(&words, &seat, known, serves)),
    }
    if let Err(list) = still_agent(&desk, &ask, &toast, place, (PickerPurpose::Agent, agent)).await? {
        return Ok(vec![list]);
    }
    if known.is_some() {
        desk.engine.set_department(&ask.person, agent, (department, serves), ask.now).await?;
    }
    Ok(vec![ask.edit(place, agent_card(&desk, &ask, agent, page_with(&open, department)).await?)])
}

fn membership(words: &Words<'_>, seat: &Seat, department: &Department, serves: bool) -> String {
    let key = if serves { "agent-department-joined" } else { "agent-department-left" };
    words.toast(key, &[("name", (&seat.person.name).into()), ("department", (&department.name).into())])
}

/// An agent in detail, with switches for the departments where there are several, a page at a time.
pub(in crate::bot::handlers) async fn agent_card(
    desk: &BotContext,
    ask: &RequestContext,
    agent: PersonId,
    page: u16,
) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let line = desk.facts.agent(agent).await?.ok_or(EngineError::NotFound)?;
    let mut card = render::agent_card(&words, &line);
    let departments = open_departments(desk).await?;
    if departments.len() > 1 {
        let switch = |department: &Department| {
            let name = department.name.clone();
            let serves = line.departments.contains(&name);
            let inside = || words.plain("agent-department-in", &[("name", (&name).into())]);
            let label = if serves { inside() } else { name.clone() };
            labelled(&label, ButtonAction::AgentDepartment(agent, department.id, !serves))
        };
        card.buttons.extend(department_rows(
            &words,
            &departments,
            (DepartmentPickerPurpose::Agent(agent), page),
            switch,
        ));
        card.html = format!("{}\n\n{}", card.html, words.say("agent-departments-hint", &[]));
    }
    card.buttons.push(vec![words.button("back", ButtonAction::PickPage(PickerPurpose::Agent, 0))]);
    Ok(card)
}

/// Another page of a picking list.
pub async fn pick_page(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (pick, page): (PickerPurpose, u16),
) -> HandlerResult {
    toast.ack();
    let list = pickers::page(&desk, &ask, pick, page).await?;
    Ok(vec![ask.edit(place, list.unwrap_or_else(|| pickers::nothing_to_pick(&desk, &ask, pick)))])
}

/// A person of a picking list was chosen.
pub async fn pick_person(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (pick, id): (PickerPurpose, PersonId),
) -> HandlerResult {
    if pick == PickerPurpose::AddAgent {
        return pick_newcomer(&desk, &ask, &toast, place, id).await;
    }
    let seat = match still_agent(&desk, &ask, &toast, place, (pick, id)).await? {
        Ok(seat) => seat,
        Err(list) => return Ok(vec![list]),
    };
    let text = match pick {
        PickerPurpose::SetMax => super::capacity::how_many(&desk, &ask, &seat),
        PickerPurpose::RemoveAgent => sure(&desk, &ask, &seat),
        PickerPurpose::AddAgent | PickerPurpose::Reassign | PickerPurpose::Agent => {
            agent_card(&desk, &ask, id, 0).await?
        }
    };
    Ok(vec![ask.edit(place, text)])
}

/// Somebody is to be an agent: in the only department, else they are asked for which.
async fn pick_newcomer(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    place: PressedMessage,
    id: PersonId,
) -> HandlerResult {
    let person = desk.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
    toast.ack();
    let departments = open_departments(desk).await?;
    let text = match departments.len() {
        0 | 1 => added(desk, ask, id, &departments, ALL).await?,
        _ => which_for(desk, ask, &person, (&departments, 0)),
    };
    Ok(vec![ask.edit(place, text)])
}

/// A picking list as a new message, or why there is nothing to pick from.
pub(in crate::bot::handlers) async fn choose(
    desk: &BotContext,
    ask: &RequestContext,
    pick: PickerPurpose,
) -> Result<Outgoing, EngineError> {
    Ok(ask.text(pickers::first_page(desk, ask, pick).await?))
}

/// The agent that was typed; or the answer that says there is none, or asks which of several by buttons that do `press`.
pub(in crate::bot::handlers) fn agent_named(
    desk: &BotContext,
    ask: &RequestContext,
    text: &str,
    pick: PickerPurpose,
    press: impl Fn(PersonId) -> ButtonAction,
) -> Result<Seat, Outgoing> {
    let words = ask.words(desk);
    let name = [("name", Arg::from(text.trim()))];
    match agents_named(desk.engine.seats(), text) {
        Matches::One(seat) => Ok(seat),
        Matches::None => Err(ask.say(desk, "no-such-agent", &name)),
        Matches::Several(seats) => {
            let buttons = pickers::agent_buttons(&words, &seats, seats.iter().take(SEVERAL), press);
            Err(ask.text(pickers::list(&words, words.say("several-agents", &name), pick, (0, 1), buttons)))
        }
    }
}

/// The first word and the rest; `None` when there is no word.
fn split_first(arg: &str) -> Option<(&str, &str)> {
    let arg = arg.trim();
    if arg.is_empty() {
        return None;
    }
    Some(arg.split_once(char::is_whitespace).map_or((arg, ""), |(who, rest)| (who, rest.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_who_and_the_rest_is_where() {
        assert_eq!(split_first(" @budi  HSI INDIBIZ "), Some(("@budi", "HSI INDIBIZ")));
        assert_eq!(split_first("  "), None);
    }
}
