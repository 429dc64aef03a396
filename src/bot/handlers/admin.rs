//! Admins: the load, agents and their standing.
use super::pick::{self, Found, agents_named};
use crate::bot::callback::{Pick, Press};
use crate::bot::context::{Ask, Desk, Handled, Place, Toast};
use crate::bot::render::{self, Arg, Rendered, labelled};
use crate::domain::card::CardKey;
use crate::domain::department::Department;
use crate::domain::event::Actor;
use crate::domain::ids::{DepartmentId, PersonId, TelegramId};
use crate::domain::invite::Grant;
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::engine::error::EngineError;
use crate::engine::roster::Seat;
use std::sync::Arc;
use uuid::Uuid;

/// How many agents of nearly the same name are offered.
const SEVERAL: usize = 20;
/// Stands for all departments in a button.
const ALL: DepartmentId = DepartmentId(Uuid::nil());

/// `/workload`.
pub async fn workload(ask: Ask) -> Handled {
    Ok(vec![ask.card(CardKey::Workload(ask.person.id, 0))])
}

/// `/agents`.
pub async fn agents(desk: Arc<Desk>, ask: Ask) -> Handled {
    Ok(vec![choose(&desk, &ask, Pick::Agent).await?])
}

/// `/invite [department]`.
pub async fn invite(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    let departments = open_departments(&desk).await?;
    if arg.trim().is_empty() && departments.len() > 1 {
        let html = ask.words(&desk).say("invite-which", &[]);
        return Ok(vec![ask.text(which_department(&desk, &ask, html, &departments, Press::Invite))]);
    }
    let Some(department) = named(&departments, &arg) else {
        return Ok(no_such_department(&desk, &ask, &arg));
    };
    Ok(vec![ask.text(invitation(&desk, &ask, department).await?)])
}

/// The department of an invitation was chosen.
pub async fn invite_pressed(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    department: DepartmentId,
) -> Handled {
    toast.ack();
    Ok(vec![ask.edit(place, invitation(&desk, &ask, department).await?)])
}

async fn invitation(desk: &Desk, ask: &Ask, department: DepartmentId) -> Result<Rendered, EngineError> {
    let departments = if department == ALL { Vec::new() } else { vec![department] };
    let invite = desk.engine.invite(Grant::Agent(departments), ask.now).await?;
    let link = desk.link(&format!("join_{}", invite.code));
    let name = department_name(desk, ask, department).await?;
    Ok(ask.words(desk).message("invite-link", &[("department", name.into()), ("link", link.into())]))
}

/// `/addagent [<telegram id|@username> [department]]`.
pub async fn add_agent(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    let Some((who, department)) = split_first(&arg) else {
        return Ok(vec![choose(&desk, &ask, Pick::AddAgent).await?]);
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
        return Ok(vec![ask.text(which_for(&desk, &ask, &person, &departments))]);
    }
    let Some(department) = named(&departments, department) else {
        return Ok(no_such_department(&desk, &ask, department));
    };
    Ok(vec![ask.text(added(&desk, &ask, person.id, department).await?)])
}

/// The department of a new agent was chosen.
pub async fn add_agent_pressed(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (person, department): (PersonId, DepartmentId),
) -> Handled {
    toast.ack();
    Ok(vec![ask.edit(place, added(&desk, &ask, person, department).await?)])
}

async fn added(
    desk: &Desk,
    ask: &Ask,
    id: PersonId,
    department: DepartmentId,
) -> Result<Rendered, EngineError> {
    let departments = if department == ALL { Vec::new() } else { vec![department] };
    let person = desk.engine.add_agent(Actor::Person(ask.person.id), id, &departments, ask.now).await?;
    let name = department_name(desk, ask, department).await?;
    Ok(ask.words(desk).message("addagent-done", &[("name", person.name.into()), ("department", name.into())]))
}

fn which_for(desk: &Desk, ask: &Ask, person: &Person, departments: &[Department]) -> Rendered {
    let html = ask.words(desk).say("addagent-which", &[("name", (&person.name).into())]);
    let id = person.id;
    which_department(desk, ask, html, departments, |department| Press::AddAgent(id, department))
}

/// `/removeagent [agent]`.
pub async fn remove_agent(desk: Arc<Desk>, ask: Ask, arg: String) -> Handled {
    match one_agent(&desk, &ask, Pick::RemoveAgent, &arg).await? {
        Ok(seat) => Ok(vec![ask.text(sure(&desk, &ask, &seat))]),
        Err(question) => Ok(vec![question]),
    }
}

fn sure(desk: &Desk, ask: &Ask, seat: &Seat) -> Rendered {
    let words = ask.words(desk);
    let args = [("name", Arg::from(&seat.person.name)), ("count", seat.held().into())];
    let yes = words.button("removeagent-yes", Press::RemoveAgent(seat.person.id));
    let no = words.button("button-cancel", Press::Dismiss);
    Rendered { html: words.say("removeagent-sure", &args), buttons: vec![vec![yes, no]] }
}

/// Yes, this agent is to be removed.
pub async fn remove_agent_pressed(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    agent: PersonId,
) -> Handled {
    toast.ack();
    let person = desk.engine.remove_agent(&ask.person, agent, ask.now).await?;
    Ok(vec![ask.edit(place, ask.words(&desk).message("removeagent-done", &[("name", person.name.into())]))])
}

/// An agent joins or leaves a department.
pub async fn agent_department(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (agent, department): (PersonId, DepartmentId),
) -> Handled {
    toast.ack();
    desk.engine.toggle_department(&ask.person, agent, department, ask.now).await?;
    Ok(vec![ask.edit(place, agent_card(&desk, &ask, agent).await?)])
}

/// An agent in detail, with switches for the departments where there are several.
pub(super) async fn agent_card(desk: &Desk, ask: &Ask, agent: PersonId) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let line = desk.facts.agent(agent).await?.ok_or(EngineError::NotFound)?;
    let mut card = render::agent_card(&words, &line);
    let departments = open_departments(desk).await?;
    if departments.len() > 1 {
        for department in departments {
            let name = if line.departments.contains(&department.name) {
                words.plain("agent-department-in", &[("name", (&department.name).into())])
            } else {
                department.name.clone()
            };
            card.buttons.push(vec![labelled(&name, Press::AgentDepartment(agent, department.id))]);
        }
        card.html = format!("{}\n\n{}", card.html, words.say("agent-departments-hint", &[]));
    }
    card.buttons.push(vec![words.button("back", Press::PickPage(Pick::Agent, 0))]);
    Ok(card)
}

/// Another page of a picking list.
pub async fn pick_page(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (pick, page): (Pick, u16),
) -> Handled {
    toast.ack();
    let list = pick::page(&desk, &ask, pick, page).await?;
    Ok(vec![ask.edit(place, list.unwrap_or_else(|| nothing_to_pick(&desk, &ask, pick)))])
}

/// A person of a picking list was chosen.
pub async fn pick_person(
    desk: Arc<Desk>,
    ask: Ask,
    toast: Toast,
    place: Place,
    (pick, id): (Pick, PersonId),
) -> Handled {
    toast.ack();
    if pick == Pick::AddAgent {
        let person = desk.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
        let departments = open_departments(&desk).await?;
        let text = match departments.len() {
            0 | 1 => added(&desk, &ask, id, ALL).await?,
            _ => which_for(&desk, &ask, &person, &departments),
        };
        return Ok(vec![ask.edit(place, text)]);
    }
    let seat =
        desk.engine.seats().into_iter().find(|seat| seat.person.id == id).ok_or(EngineError::NotFound)?;
    let text = match pick {
        Pick::SetMax => super::capacity::how_many(&desk, &ask, &seat),
        Pick::RemoveAgent => sure(&desk, &ask, &seat),
        Pick::AddAgent | Pick::Reassign | Pick::Agent => agent_card(&desk, &ask, id).await?,
    };
    Ok(vec![ask.edit(place, text)])
}

/// A picking list as a new message, or why there is nothing to pick from.
pub(super) async fn choose(desk: &Desk, ask: &Ask, pick: Pick) -> Result<Outgoing, EngineError> {
    let list = pick::page(desk, ask, pick, 0).await?;
    Ok(ask.text(list.unwrap_or_else(|| nothing_to_pick(desk, ask, pick))))
}

fn nothing_to_pick(desk: &Desk, ask: &Ask, pick: Pick) -> Rendered {
    let key = match pick {
        Pick::AddAgent => "addagent-nobody",
        Pick::Reassign => "reassign-none",
        Pick::SetMax | Pick::RemoveAgent | Pick::Agent => "agents-none",
    };
    ask.words(desk).message(key, &[])
}

/// The agent that was typed; or the answer that asks for one.
pub(super) async fn one_agent(
    desk: &Desk,
    ask: &Ask,
    pick: Pick,
    text: &str,
) -> Result<Result<Seat, Outgoing>, EngineError> {
    if text.trim().is_empty() {
        return Ok(Err(choose(desk, ask, pick).await?));
    }
    Ok(agent_named(desk, ask, text, pick, |agent| Press::PickPerson(pick, agent)))
}

/// The agent that was typed; or the answer that says there is none, or asks which of several by buttons that do `press`.
pub(super) fn agent_named(
    desk: &Desk,
    ask: &Ask,
    text: &str,
    pick: Pick,
    press: impl Fn(PersonId) -> Press,
) -> Result<Seat, Outgoing> {
    let words = ask.words(desk);
    let name = [("name", Arg::from(text.trim()))];
    match agents_named(desk.engine.seats(), text) {
        Found::One(seat) => Ok(seat),
        Found::None => Err(ask.say(desk, "no-such-agent", &name)),
        Found::Several(seats) => {
            let button = |seat: &Seat| pick::agent_button(&words, seat, press(seat.person.id));
            let buttons = seats.iter().take(SEVERAL).map(button).collect();
            Err(ask.text(pick::list(&words, words.say("several-agents", &name), pick, (0, 1), buttons)))
        }
    }
}

async fn open_departments(desk: &Desk) -> Result<Vec<Department>, EngineError> {
    let mut all = desk.engine.store().departments().await?;
    all.retain(|department| !department.retired);
    Ok(all)
}

/// The department of this name; all of them when none is named.
fn named(departments: &[Department], name: &str) -> Option<DepartmentId> {
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() {
        return Some(ALL);
    }
    departments.iter().find(|d| d.name.to_lowercase() == wanted).map(|d| d.id)
}

fn no_such_department(desk: &Desk, ask: &Ask, name: &str) -> Vec<Outgoing> {
    vec![ask.say(desk, "no-such-department", &[("name", name.trim().into())])]
}

fn which_department(
    desk: &Desk,
    ask: &Ask,
    html: String,
    departments: &[Department],
    press: impl Fn(DepartmentId) -> Press,
) -> Rendered {
    let words = ask.words(desk);
    // Telegram's limit on buttons is a hundred; nobody has so many departments, and typing the name still works.
    let mut buttons: Vec<_> =
        departments.iter().take(90).map(|d| vec![labelled(&d.name, press(d.id))]).collect();
    buttons.push(vec![words.button("invite-all", press(ALL))]);
    buttons.push(vec![words.button("button-cancel", Press::Dismiss)]);
    Rendered { html, buttons }
}

/// The name of a department; of all of them, the only one's own.
async fn department_name(desk: &Desk, ask: &Ask, id: DepartmentId) -> Result<String, EngineError> {
    let departments = open_departments(desk).await?;
    Ok(match (departments.as_slice(), departments.iter().find(|d| d.id == id)) {
        (_, Some(department)) => department.name.clone(),
        ([only], None) => only.name.clone(),
        _ => ask.words(desk).plain("invite-all", &[]),
    })
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
