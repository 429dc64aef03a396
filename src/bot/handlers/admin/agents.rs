//! Admin handlers for the workload and for agents: adding, removing, departments.
use super::departments::lookup::{
    ALL_DEPARTMENTS, department_name, find_active_or_all, is_gone, no_such_department, staffed_departments,
};
use super::departments::picker::{department_question, department_rows, page_of_department};
use super::identity::{agent_name, full_name};
use super::matching::person_by_handle;
use super::pickers;
use super::pickers::{find_one_agent, picker_message, require_agent, seat_of};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::render::{Arg, Localizer, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::card::{AdminList, CardKey};
use crate::domain::department::Department;
use crate::domain::event::Actor;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Person;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// `/workload`.
pub fn workload(ctx: &RequestContext) -> HandlerResult {
    Ok(ctx.moved_list(CardKey::Workload(ctx.person.id, 0)))
}

/// `/agents`.
pub async fn agents(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    let list = pickers::first_page(&bot, &ctx, PickerPurpose::Agent).await?;
    Ok(ctx.moved_admin_list(AdminList::Agents, list))
}

/// `/addagent [<telegram id|@username> [department]]`.
pub async fn add_agent(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let Some((handle, department)) = split_first(&arg) else {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::AddAgent).await?]);
    };
    let Some(person) = person_by_handle(&bot, handle).await? else {
        return Ok(vec![ctx.message(&bot, "addagent-unknown", &[("name", handle.into())])]);
    };
    let departments = staffed_departments(&bot).await?;
    if department.is_empty() && departments.len() > 1 {
        return Ok(vec![ctx.text(new_agent_department_question(&bot, &ctx, &person, (&departments, 0)))]);
    }
    let Some(department) = find_active_or_all(&departments, department) else {
        return Ok(no_such_department(&bot, &ctx, department));
    };
    Ok(vec![ctx.text(add_and_confirm(&bot, &ctx, person.id, &departments, department).await?)])
}

/// Handles the chosen department of a new agent.
pub async fn add_agent_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, department): (PersonId, DepartmentId),
) -> HandlerResult {
    let departments = staffed_departments(&bot).await?;
    if is_gone(&departments, department) {
        let person = bot.engine.store().person(id).await?.ok_or(EngineError::NotFound)?;
        toast.say(ctx.localizer(&bot).toast("department-gone", &[]));
        return Ok(vec![
            ctx.edit(pressed, new_agent_department_question(&bot, &ctx, &person, (&departments, 0))),
        ]);
    }
    toast.ack();
    Ok(vec![ctx.edit(pressed, add_and_confirm(&bot, &ctx, id, &departments, department).await?)])
}

pub(super) async fn add_and_confirm(
    bot: &BotContext,
    ctx: &RequestContext,
    id: PersonId,
    open: &[Department],
    department: DepartmentId,
) -> Result<Rendered, EngineError> {
    let departments = if department == ALL_DEPARTMENTS { Vec::new() } else { vec![department] };
    let person = bot.engine.add_agent(Actor::Person(ctx.person.id), id, &departments, ctx.now).await?;
    let name = department_name(bot, ctx, open, department);
    Ok(ctx
        .localizer(bot)
        .message("addagent-done", &[("name", full_name(&person).into()), ("department", name.into())]))
}

pub(in crate::bot::handlers) fn new_agent_department_question(
    bot: &BotContext,
    ctx: &RequestContext,
    person: &Person,
    (open, page): (&[Department], u16),
) -> Rendered {
    let (localizer, id) = (ctx.localizer(bot), person.id);
    let html = localizer.html("addagent-which", &[("name", full_name(person).into())]);
    let action = |department| ButtonAction::AddAgent(id, department);
    department_question(&localizer, html, open, (DepartmentPickerPurpose::Newcomer(id), page), action)
}

/// `/removeagent [agent]`.
pub async fn remove_agent(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::RemoveAgent).await?]);
    }
    let action = |agent| ButtonAction::PickPerson(PickerPurpose::RemoveAgent, agent);
    match find_one_agent(&bot, &ctx, &arg, PickerPurpose::RemoveAgent, action) {
        Ok(seat) => Ok(vec![ctx.text(removal_question(&bot, &ctx, &seat))]),
        Err(question) => Ok(vec![question]),
    }
}

pub(super) fn removal_question(bot: &BotContext, ctx: &RequestContext, seat: &Seat) -> Rendered {
    let localizer = ctx.localizer(bot);
    let args = [("name", Arg::from(agent_name(bot, &seat.person))), ("count", seat.held().into())];
    let yes = localizer.button("removeagent-yes", ButtonAction::RemoveAgent(seat.person.id));
    let no = localizer.button("button-cancel", ButtonAction::Dismiss);
    Rendered::new(localizer.html("removeagent-sure", &args), vec![vec![yes, no]])
}

/// Handles the confirmed removal of an agent. The engine is also called for a person who is no agent any
/// more: that completes a removal that was interrupted.
pub async fn remove_agent_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    agent: PersonId,
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    match seat_of(&bot, agent) {
        Some(_) => toast.ack(),
        None => toast.say(localizer.toast("agent-gone", &[])),
    }
    let text = match bot.engine.remove_agent(&ctx.person, agent, ctx.now).await {
        // The same message as after the first press, if an earlier press removed the agent.
        Ok(person) => localizer.message("removeagent-done", &[("name", agent_name(&bot, &person).into())]),
        Err(EngineError::NotFound) => pickers::first_page(&bot, &ctx, PickerPurpose::RemoveAgent).await?,
        Err(error) => return Err(error),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Handles the switch that adds an agent to a department or removes them from it.
pub async fn agent_department(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (agent, department, serves): (PersonId, DepartmentId, bool),
) -> HandlerResult {
    let (localizer, open) = (ctx.localizer(&bot), staffed_departments(&bot).await?);
    // `ALL_DEPARTMENTS` is no match: no switch carries it.
    let open_department = open.iter().find(|d| d.id == department);
    match (open_department, seat_of(&bot, agent)) {
        (None, _) => toast.say(localizer.toast("department-gone", &[])),
        (Some(_), None) => {}
        (Some(open_department), Some(seat)) => {
            toast.say(membership_toast(&localizer, &seat, open_department, serves));
        }
    }
    if let Err(list) = require_agent(&bot, &ctx, &toast, pressed, (PickerPurpose::Agent, agent)).await? {
        return Ok(vec![list]);
    }
    if open_department.is_some() {
        bot.engine.set_department(&ctx.person, agent, (department, serves), ctx.now).await?;
    }
    let card = agent_card(&bot, &ctx, agent, page_of_department(&open, department)).await?;
    Ok(vec![ctx.edit_admin_list(pressed, AdminList::Agents, card)])
}

fn membership_toast(localizer: &Localizer<'_>, seat: &Seat, department: &Department, serves: bool) -> String {
    let key = if serves { "agent-department-joined" } else { "agent-department-left" };
    localizer.toast(key, &[("name", (&seat.person.name).into()), ("department", (&department.name).into())])
}

/// Returns an agent's card. With several departments it has a switch for each, a page at a time.
pub(in crate::bot::handlers) async fn agent_card(
    bot: &BotContext,
    ctx: &RequestContext,
    agent: PersonId,
    page: u16,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let line = bot.views.agent(agent).await?.ok_or(EngineError::NotFound)?;
    let mut card = render::agent_card(&localizer, &line);
    let departments = staffed_departments(bot).await?;
    if departments.len() > 1 {
        let switch = |department: &Department| {
            let name = department.name.clone();
            let serves = line.departments.contains(&name);
            let inside = || localizer.plain("agent-department-in", &[("name", (&name).into())]);
            let label = if serves { inside() } else { name.clone() };
            labelled(&label, ButtonAction::AgentDepartment(agent, department.id, !serves))
        };
        card.buttons.extend(department_rows(
            &localizer,
            &departments,
            (DepartmentPickerPurpose::Agent(agent), page),
            switch,
        ));
        card.html = format!("{}\n\n{}", card.html, localizer.html("agent-departments-hint", &[]));
    }
    card.buttons
        .push(vec![localizer.button("back-to-agents", ButtonAction::PickPage(PickerPurpose::Agent, 0))]);
    Ok(card)
}

/// Returns the first word and the rest; `None` for blank text.
fn split_first(arg: &str) -> Option<(&str, &str)> {
    let arg = arg.trim();
    if arg.is_empty() {
        return None;
    }
    Some(arg.split_once(char::is_whitespace).map_or((arg, ""), |(handle, rest)| (handle, rest.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_splits_into_its_first_word_and_the_rest() {
        assert_eq!(split_first(" @budi  HSI INDIBIZ "), Some(("@budi", "HSI INDIBIZ")));
        assert_eq!(split_first("  "), None);
    }
}
