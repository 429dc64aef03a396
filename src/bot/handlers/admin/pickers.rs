//! Pickers: pages of agents, people or tickets as buttons, from which an admin chooses one for a command.
pub(super) mod contact_request;
mod tickets;

use self::contact_request::contact_row;
pub(in crate::bot::handlers) use self::tickets::ticket_buttons;
use super::identity::{distinct_name, full_name, short_name};
use super::matching::{Matches, find_agents};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, PressedMessage, RequestContext};
use crate::bot::paging::page_of;
use crate::bot::render::{Arg, Button, Localizer, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::PersonId;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Person, Role};
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;

/// The most agents with a similar name that are offered.
const MAX_SUGGESTED_AGENTS: usize = 20;
/// The most customers who are offered for `/ban` and `/unban`.
const MAX_OFFERED_CUSTOMERS: usize = 200;
/// Buttons on a page.
pub(super) const CHOICES_PER_PAGE: u16 = 8;

/// Returns the seat of an agent; `None` for a person who is no agent.
pub(in crate::bot::handlers) fn seat_of(bot: &BotContext, agent: PersonId) -> Option<Seat> {
    bot.engine.seats().into_iter().find(|seat| seat.person.id == agent)
}

/// Returns the seat of the agent that a button carries. If the person is no agent any more, the press is
/// answered with that, and the inner error is the edit that redraws the picker.
pub(in crate::bot::handlers) async fn require_agent(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (purpose, agent): (PickerPurpose, PersonId),
) -> Result<Result<Seat, Outgoing>, EngineError> {
    if let Some(seat) = seat_of(bot, agent) {
        toast.ack();
        return Ok(Ok(seat));
    }
    toast.say(ctx.localizer(bot).toast("agent-gone", &[]));
    Ok(Err(edit_picker(ctx, pressed, purpose, first_page(bot, ctx, purpose).await?)))
}

/// Returns an edit of the pressed picker, or of what its buttons led to.
pub(super) fn edit_picker(
    ctx: &RequestContext,
    pressed: PressedMessage,
    purpose: PickerPurpose,
    text: Rendered,
) -> Outgoing {
    match purpose.admin_list() {
        Some(list) => ctx.edit_admin_list(pressed, list, text),
        None => ctx.edit(pressed, text),
    }
}

/// Returns a question with a button per row, and the row that changes the page.
pub(in crate::bot::handlers) fn picker(
    localizer: &Localizer<'_>,
    html: String,
    purpose: PickerPurpose,
    page: (u16, u16),
    choices: Vec<Button>,
) -> Rendered {
    let page_buttons = localizer.page_row(page.0, page.1, |page| ButtonAction::PickPage(purpose, page));
    with_page_buttons(localizer, html, purpose, page_buttons, choices)
}

fn with_page_buttons(
    localizer: &Localizer<'_>,
    html: String,
    purpose: PickerPurpose,
    page_buttons: Vec<Button>,
    choices: Vec<Button>,
) -> Rendered {
    let mut buttons: Vec<Vec<Button>> = choices.into_iter().map(|button| vec![button]).collect();
    buttons.extend(Some(page_buttons).filter(|row| !row.is_empty()));
    buttons.extend(contact_row(localizer, purpose));
    if purpose.admin_list().is_none() {
        buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    }
    Rendered::new(html, buttons)
}

/// Returns a button for each agent with availability, name and load. Agents with the same name are shown with
/// their usernames or the ends of their ids.
pub(in crate::bot::handlers) fn agent_buttons<'a>(
    localizer: &Localizer<'_>,
    offered: &[Seat],
    shown: impl IntoIterator<Item = &'a Seat>,
    action: impl Fn(PersonId) -> ButtonAction,
) -> Vec<Button> {
    let people: Vec<_> = offered.iter().map(|seat| &seat.person).collect();
    let button = |seat: &Seat| {
        let person = &seat.person;
        let availability = localizer.availability(person.availability(), seat.out_of_reach());
        let dot = availability.split(' ').next().unwrap_or_default().to_owned();
        let name = distinct_name(person, &people);
        let max = seat.profile().map_or(0, |profile| profile.max_tickets.get());
        let args =
            [("dot", dot.into()), ("name", name.into()), ("held", seat.held().into()), ("max", max.into())];
        labelled(&localizer.plain("agent-label", &args), action(person.id))
    };
    shown.into_iter().map(button).collect()
}

/// Returns the first page of a picker, or the text for an empty one.
pub(in crate::bot::handlers) async fn first_page(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
) -> Result<Rendered, EngineError> {
    Ok(picker_page(bot, ctx, purpose, 0).await?.unwrap_or_else(|| empty_picker(bot, ctx, purpose)))
}

/// Returns the text that says why a picker is empty, and what to do about it.
pub(in crate::bot::handlers) fn empty_picker(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
) -> Rendered {
    let key = match purpose {
        PickerPurpose::AddAgent | PickerPurpose::AddAdmin => "addagent-nobody",
        PickerPurpose::RemoveAdmin => "removeadmin-nobody",
        PickerPurpose::Invites => "invites-none",
        PickerPurpose::DeadLetters => "deadletters-none",
        PickerPurpose::Reassign => "reassign-none",
        PickerPurpose::Priority => "priority-none",
        PickerPurpose::Audit => "audit-none",
        PickerPurpose::Transcript => "transcript-usage",
        PickerPurpose::Ban => "ban-nobody",
        PickerPurpose::Unban => "unban-nobody",
        PickerPurpose::SetMax | PickerPurpose::RemoveAgent | PickerPurpose::Agent => "agents-none",
    };
    let localizer = ctx.localizer(bot);
    Rendered::new(localizer.html(key, &[]), contact_row(&localizer, purpose).into_iter().collect())
}

/// Returns a page of a picker; `None` when there is nothing to pick from.
pub(in crate::bot::handlers) async fn picker_page(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    match purpose {
        PickerPurpose::SetMax | PickerPurpose::RemoveAgent | PickerPurpose::Agent => {
            Ok(agents(bot, ctx, purpose, page))
        }
        PickerPurpose::AddAgent | PickerPurpose::AddAdmin => people(bot, ctx, purpose, page).await,
        PickerPurpose::RemoveAdmin => admins(bot, ctx, page).await,
        // Their pages are drawn by the handlers of their commands.
        PickerPurpose::Invites | PickerPurpose::DeadLetters => Ok(None),
        PickerPurpose::Reassign
        | PickerPurpose::Priority
        | PickerPurpose::Audit
        | PickerPurpose::Transcript => tickets(bot, ctx, purpose, page).await,
        PickerPurpose::Ban | PickerPurpose::Unban => customers(bot, ctx, purpose, page).await,
    }
}

fn agents(bot: &BotContext, ctx: &RequestContext, purpose: PickerPurpose, page: u16) -> Option<Rendered> {
    let (localizer, seats) = (ctx.localizer(bot), bot.engine.seats());
    if seats.is_empty() {
        return None;
    }
    let html = match purpose {
        PickerPurpose::Agent => localizer.html("agents-head", &[("count", seats.len().into())]),
        _ => localizer.html("pick-agent", &[]),
    };
    let (page, pages, shown) = page_of(&seats, page, CHOICES_PER_PAGE);
    let buttons = agent_buttons(&localizer, &seats, shown, |agent| ButtonAction::PickPerson(purpose, agent));
    Some(picker(&localizer, html, purpose, (page, pages), buttons))
}

/// Returns a page of the admins; `None` if each of them has to stay.
async fn admins(bot: &BotContext, ctx: &RequestContext, page: u16) -> Result<Option<Rendered>, EngineError> {
    let (localizer, admins) = (ctx.localizer(bot), bot.engine.store().admins().await?);
    let by_setting = &bot.engine.config().admin_ids;
    if admins.len() < 2 || admins.iter().all(|admin| by_setting.contains(&admin.telegram)) {
        return Ok(None);
    }
    let (page, pages, shown) = page_of(&admins, page, CHOICES_PER_PAGE);
    let purpose = PickerPurpose::RemoveAdmin;
    let buttons =
        shown.iter().map(|p| labelled(&full_name(p), ButtonAction::PickPerson(purpose, p.id))).collect();
    let html = localizer.html("removeadmin-pick", &[]);
    Ok(Some(picker(&localizer, html, purpose, (page, pages), buttons)))
}

async fn people(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let (localizer, (people, is_all)) = (ctx.localizer(bot), people_to_add(bot, purpose, page).await?);
    if people.is_empty() {
        return Ok(None);
    }
    let (page, pages, shown) = page_of(&people, page, CHOICES_PER_PAGE);
    let all: Vec<_> = people.iter().collect();
    let button = |p: &Person| labelled(&short_name(p, &all), ButtonAction::PickPerson(purpose, p.id));
    let choices = shown.iter().map(button).collect();
    let to_page = |page| ButtonAction::PickPage(purpose, page);
    let page_buttons = if is_all {
        localizer.page_row(page, pages, to_page)
    } else {
        localizer.unbounded_page_row(page, to_page)
    };
    Ok(Some(with_page_buttons(
        &localizer,
        localizer
            .html(if purpose == PickerPurpose::AddAdmin { "addadmin-pick" } else { "addagent-pick" }, &[]),
        purpose,
        page_buttons,
        choices,
    )))
}

/// Returns a page of the customers who can be banned, the most recently met first, or of those who are.
async fn customers(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let (localizer, store) = (ctx.localizer(bot), bot.engine.store());
    let people = if purpose == PickerPurpose::Unban {
        store.banned_people(MAX_OFFERED_CUSTOMERS).await?
    } else {
        let mut people = store.recent_people(MAX_OFFERED_CUSTOMERS).await?;
        people.retain(|person| person.role == Role::Customer && person.agent.is_none());
        people.retain(|person| !person.is_banned());
        people
    };
    if people.is_empty() {
        return Ok(None);
    }
    let (page, pages, shown) = page_of(&people, page, CHOICES_PER_PAGE);
    let button = |p: &Person| labelled(&full_name(p), ButtonAction::PickPerson(purpose, p.id));
    let key = if purpose == PickerPurpose::Unban { "unban-pick" } else { "ban-pick" };
    let choices = shown.iter().map(button).collect();
    Ok(Some(picker(&localizer, localizer.html(key, &[]), purpose, (page, pages), choices)))
}

/// Returns people who do not have the role that is offered, the most recently met first, and whether these are all of them. It reads
/// enough for the pages up to `page` and one more: nobody pages through all customers.
async fn people_to_add(
    bot: &BotContext,
    purpose: PickerPurpose,
    page: u16,
) -> Result<(Vec<Person>, bool), EngineError> {
    let needed = (usize::from(page) + 1) * usize::from(CHOICES_PER_PAGE) + 1;
    let mut limit = needed * 2;
    loop {
        let mut people = bot.engine.store().recent_people(limit).await?;
        let is_all = people.len() < limit;
        people.retain(|person| match purpose {
            PickerPurpose::AddAdmin => !person.is_admin(),
            _ => person.agent.is_none(),
        });
        if is_all || people.len() >= needed {
            return Ok((people, is_all));
        }
        limit *= 2;
    }
}

/// Returns a page of all open tickets.
async fn tickets(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let Some((shown, pages)) = tickets::open_tickets(bot, page, CHOICES_PER_PAGE).await? else {
        return Ok(None);
    };
    let localizer = ctx.localizer(bot);
    let buttons = ticket_buttons(bot, &localizer, purpose, &shown).await?;
    let key = match purpose {
        PickerPurpose::Priority => "priority-pick",
        PickerPurpose::Audit => "audit-pick",
        PickerPurpose::Transcript => "transcript-which",
        _ => "reassign-pick",
    };
    Ok(Some(picker(&localizer, localizer.html(key, &[]), purpose, pages, buttons)))
}

/// Returns the first page of a picker as a new message.
pub(in crate::bot::handlers) async fn picker_message(
    bot: &BotContext,
    ctx: &RequestContext,
    purpose: PickerPurpose,
) -> Result<Outgoing, EngineError> {
    Ok(ctx.text(first_page(bot, ctx, purpose).await?))
}

/// Returns the agent whose name was typed. The error is the answer that no agent matches, or that several do:
/// then each has a button that does `action`.
pub(in crate::bot::handlers) fn find_one_agent(
    bot: &BotContext,
    ctx: &RequestContext,
    text: &str,
    purpose: PickerPurpose,
    action: impl Fn(PersonId) -> ButtonAction,
) -> Result<Seat, Outgoing> {
    let localizer = ctx.localizer(bot);
    let name = [("name", Arg::from(text.trim()))];
    match find_agents(bot.engine.seats(), text) {
        Matches::One(seat) => Ok(seat),
        Matches::None => Err(ctx.message(bot, "no-such-agent", &name)),
        Matches::Several(seats) => {
            let buttons = agent_buttons(&localizer, &seats, seats.iter().take(MAX_SUGGESTED_AGENTS), action);
            Err(ctx.text(picker(
                &localizer,
                localizer.html("several-agents", &name),
                purpose,
                (0, 1),
                buttons,
            )))
        }
    }
}
