//! Admin handlers that change the priority of a ticket.
use super::pickers::{first_page, picker_message};
use super::reassign::find_one_ticket;
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::{refusal_text, refusal_toast};
use crate::bot::render::{Localizer, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The words for the priorities in both languages, as admins type them.
const WORDS: [(&str, Priority); 7] = [
    ("urgent", Priority::Urgent),
    ("mendesak", Priority::Urgent),
    ("high", Priority::High),
    ("tinggi", Priority::High),
    ("normal", Priority::Normal),
    ("low", Priority::Low),
    ("rendah", Priority::Low),
];

/// `/priority [<ticket> [priority]]`.
pub async fn priority(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let mut words = arg.split_whitespace();
    let Some(number) = words.next() else {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::Priority).await?]);
    };
    let ticket = match find_one_ticket(&bot, &ctx, number, PickerPurpose::Priority).await? {
        Ok(ticket) => ticket,
        Err(question) => return Ok(vec![question]),
    };
    let typed = words.next();
    let word = typed.unwrap_or_default().to_lowercase();
    match WORDS.iter().find(|(text, _)| *text == word) {
        Some((_, priority)) => {
            let after = bot.engine.set_priority(&ctx.person, ticket.id, *priority, ctx.now).await?;
            Ok(vec![ctx.text(confirmation(&ctx.localizer(&bot), &after))])
        }
        None if ticket.status().is_end() => Err(EngineError::Stale(Box::new(ticket))),
        None => {
            let localizer = ctx.localizer(&bot);
            let mut text = question(&localizer, &ticket);
            if let Some(typed) = typed {
                let unknown = localizer.html("priority-unknown", &[("word", typed.into())]);
                text.html = format!("{unknown}\n\n{}", text.html);
            }
            Ok(vec![ctx.text(text)])
        }
    }
}

/// Asks for the priority of the ticket that was chosen in a picker or on its card.
pub(super) async fn pick_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    if ticket.status().is_end() {
        let error = EngineError::Stale(Box::new(ticket));
        toast.say(refusal_toast(bot, ctx, &error).unwrap_or_default());
        return Ok(vec![ctx.edit(pressed, first_page(bot, ctx, PickerPurpose::Priority).await?)]);
    }
    toast.ack();
    Ok(vec![ctx.edit(pressed, question(&ctx.localizer(bot), &ticket))])
}

/// Handles the chosen priority.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, priority): (TicketId, Priority),
) -> HandlerResult {
    let text = match bot.engine.set_priority(&ctx.person, ticket, priority, ctx.now).await {
        Ok(after) => {
            toast.ack();
            Some(confirmation(&ctx.localizer(&bot), &after))
        }
        Err(error) => {
            let Some(text) = refusal_toast(&bot, &ctx, &error) else { return Err(error) };
            toast.say(text);
            refusal_text(&bot, &ctx, &error)
        }
    };
    Ok(text.map(|text| ctx.edit(pressed, text)).into_iter().collect())
}

/// Returns the question, with a button for each priority; the present one is marked.
fn question(localizer: &Localizer<'_>, ticket: &Ticket) -> Rendered {
    let name = |priority| localizer.priority_text(priority);
    let button = |priority: Priority| {
        let chosen = || localizer.plain("settings-chosen", &[("value", name(priority).into())]);
        let label = if priority == ticket.priority { chosen() } else { name(priority) };
        labelled(&label, ButtonAction::Priority(ticket.id, priority))
    };
    let args = [("number", (&ticket.number).into()), ("priority", name(ticket.priority).into())];
    let rows = [[Priority::Urgent, Priority::High], [Priority::Normal, Priority::Low]];
    let mut buttons: Vec<Vec<_>> = rows.map(|row| row.map(button).into()).into();
    buttons.push(vec![localizer.button("button-cancel", ButtonAction::Dismiss)]);
    Rendered::new(localizer.html("priority-question", &args), buttons)
}

fn confirmation(localizer: &Localizer<'_>, ticket: &Ticket) -> Rendered {
    let priority = localizer.priority_text(ticket.priority);
    localizer.message("priority-set", &[("number", (&ticket.number).into()), ("priority", priority.into())])
}
