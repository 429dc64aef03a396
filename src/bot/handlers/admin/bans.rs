//! Handlers of bans: the commands and buttons of admins, and the answers to customers who are banned.
use super::identity::full_name;
use super::matching::{Matches, find_tickets};
use super::pickers::{picker, picker_message};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::person::{Person, Role};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The most recent customers among whom a name is looked for.
const MAX_SEARCHED_PEOPLE: usize = 200;
/// The most customers with one name that are offered.
const MAX_OFFERED_PEOPLE: usize = 8;

/// `/ban [<customer> [reason]]`. The customer is given by Telegram id, `@username`, name or one of their tickets.
pub async fn ban(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    command(&bot, &ctx, &arg, PickerPurpose::Ban).await
}

/// `/unban [customer]`.
pub async fn unban(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    command(&bot, &ctx, &arg, PickerPurpose::Unban).await
}

async fn command(bot: &BotContext, ctx: &RequestContext, arg: &str, purpose: PickerPurpose) -> HandlerResult {
    if arg.trim().is_empty() {
        return Ok(vec![picker_message(bot, ctx, purpose).await?]);
    }
    let (found, reason) = find_customer(bot, arg.trim(), purpose).await?;
    match found {
        Matches::One(customer) => Ok(vec![ctx.text(apply(bot, ctx, customer.id, purpose, &reason).await?)]),
        Matches::None => Ok(vec![ctx.message(bot, "no-such-customer", &[("name", arg.trim().into())])]),
        Matches::Several(people) => {
            let localizer = ctx.localizer(bot);
            let button = |p: &Person| labelled(&full_name(p), ButtonAction::PickPerson(purpose, p.id));
            let buttons = people.iter().take(MAX_OFFERED_PEOPLE).map(button).collect();
            let html = localizer.html("several-customers", &[("name", arg.trim().into())]);
            Ok(vec![ctx.text(picker(&localizer, html, purpose, (0, 1), buttons))])
        }
    }
}

/// Returns the customers that the beginning of `arg` names, and the rest of it. The first word is an id, a
/// username or a ticket; a name can have several words.
async fn find_customer(
    bot: &BotContext,
    arg: &str,
    purpose: PickerPurpose,
) -> Result<(Matches<Person>, String), EngineError> {
    let store = bot.engine.store();
    let (first, rest) = arg.split_once(char::is_whitespace).unwrap_or((arg, ""));
    let by_handle = match (first.strip_prefix('@'), first.parse::<i64>()) {
        (Some(username), _) => store.person_by_username(username).await?,
        (None, Ok(id)) => store.person_by_telegram(TelegramId(id)).await?,
        (None, Err(_)) => None,
    };
    let mut people: Vec<_> = by_handle.into_iter().collect();
    if people.is_empty() {
        for ticket in find_tickets(bot, first, |_| true).await?.into_vec() {
            if people.iter().all(|person| person.id != ticket.customer) {
                people.extend(store.person(ticket.customer).await?);
            }
        }
    }
    if !people.is_empty() {
        return Ok((Matches::of(people), rest.trim().to_owned()));
    }
    let mut people = match purpose {
        PickerPurpose::Unban => store.banned_people(MAX_SEARCHED_PEOPLE).await?,
        _ => store.recent_people(MAX_SEARCHED_PEOPLE).await?,
    };
    people.retain(|person| person.role == Role::Customer && person.agent.is_none());
    // The longest name first: "Sari" must not hide "Sari Dewi".
    let words: Vec<&str> = arg.split_whitespace().collect();
    for count in (1..=words.len()).rev() {
        let name = words.get(..count).unwrap_or_default().join(" ").to_lowercase();
        let named: Vec<_> = people.iter().filter(|p| p.name.to_lowercase() == name).cloned().collect();
        if !named.is_empty() {
            return Ok((Matches::of(named), words.get(count..).unwrap_or_default().join(" ")));
        }
    }
    Ok((Matches::None, String::new()))
}

/// Handles the customer chosen in a picker, and the button that lifts a ban.
pub(super) async fn pick_customer(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (purpose, customer): (PickerPurpose, PersonId),
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, apply(bot, ctx, customer, purpose, "").await?)])
}

/// Bans a customer or lifts the ban, and returns the answer.
async fn apply(
    bot: &BotContext,
    ctx: &RequestContext,
    customer: PersonId,
    purpose: PickerPurpose,
    reason: &str,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let person = bot.engine.store().person(customer).await?.ok_or(EngineError::NotFound)?;
    let name = [("name", (&person.name).into())];
    if purpose == PickerPurpose::Unban {
        let key = if person.is_banned() { "unban-done" } else { "unban-none" };
        bot.engine.unban(&ctx.person, customer, ctx.now).await?;
        return Ok(localizer.message(key, &name));
    }
    if person.role != Role::Customer || person.agent.is_some() {
        return Ok(localizer.message("ban-staff", &name));
    }
    let person = bot.engine.ban(&ctx.person, customer, reason, ctx.now).await?;
    banned_message(bot, ctx, &person).await
}

/// Returns the message about a ban, with the buttons to lift it and to cancel the customer's open tickets.
async fn banned_message(
    bot: &BotContext,
    ctx: &RequestContext,
    person: &Person,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let mut html = localizer.html("ban-done", &[("name", (&person.name).into())]);
    if let Some(reason) = person.banned.as_ref().and_then(|ban| ban.reason.as_deref()) {
        html = format!("{html}\n{}", localizer.html("ban-reason", &[("reason", reason.into())]));
    }
    let lift = localizer.button("button-unban", ButtonAction::PickPerson(PickerPurpose::Unban, person.id));
    let mut buttons = vec![vec![lift]];
    let open = bot.engine.open_tickets_of(person.id).await?.len();
    if open > 0 {
        html = format!("{html}\n{}", localizer.html("ban-open-tickets", &[("count", open.into())]));
        let cancel = localizer.button("button-cancel-tickets", ButtonAction::CancelTicketsOf(person.id));
        buttons.insert(0, vec![cancel]);
    }
    Ok(Rendered::new(html, buttons))
}

/// Handles the press that cancels the open tickets of a banned customer.
pub async fn cancel_tickets(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    customer: PersonId,
) -> HandlerResult {
    let count = bot.engine.cancel_tickets_of(&ctx.person, customer, ctx.now).await?;
    toast.say(ctx.localizer(&bot).toast("ban-tickets-cancelled", &[("count", count.into())]));
    let person = bot.engine.store().person(customer).await?.ok_or(EngineError::NotFound)?;
    Ok(vec![ctx.edit(pressed, banned_message(&bot, &ctx, &person).await?)])
}

/// Handles a message of a customer who is banned. They are told once; later messages get no answer.
pub async fn answer(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    bot.engine.tell_banned(&ctx.person).await?;
    Ok(Vec::new())
}

/// Handles a command of a customer who is banned. Each one is answered: a command asks for something.
pub async fn answer_command(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    if ctx.person.banned.as_ref().is_some_and(|ban| ban.notified) {
        return Ok(vec![ctx.message(&bot, "notice-banned", &[])]);
    }
    answer(bot, ctx).await
}

/// Handles a press of a customer who is banned: it does nothing.
pub async fn answer_press(bot: Arc<BotContext>, ctx: RequestContext, toast: Toast) -> HandlerResult {
    toast.say(ctx.localizer(&bot).toast("notice-banned", &[]));
    Ok(Vec::new())
}
