//! `/audit`: what happened to a ticket, in words.
use crate::bot::callback::PickerPurpose;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::admin::pickers::picker_message;
use crate::bot::handlers::admin::reassign::find_one_ticket;
use crate::bot::paging::page_of;
use crate::bot::render::{AuditView, Rendered, audit_page, people_of};
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Events on one page. The decision record of an assignment takes up to a quarter of a message.
pub const EVENTS_PER_PAGE: u16 = 4;

/// `/audit [ticket]`. Without a ticket, the open ones are offered.
pub async fn audit(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let text = arg.trim();
    if text.is_empty() {
        return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::Audit).await?]);
    }
    match find_one_ticket(&bot, &ctx, text, PickerPurpose::Audit).await? {
        Ok(ticket) => Ok(vec![ctx.text(page(&bot, &ctx, &ticket, 0).await?)]),
        Err(question) => Ok(vec![question]),
    }
}

/// Shows a page in place of the message.
pub async fn show_page(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, number): (TicketId, u16),
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    let text = page(&bot, &ctx, &ticket, number).await?;
    toast.ack();
    Ok(vec![ctx.edit(pressed, text)])
}

async fn page(
    bot: &BotContext,
    ctx: &RequestContext,
    ticket: &Ticket,
    number: u16,
) -> Result<Rendered, EngineError> {
    let history = bot.engine.store().history(ticket.id).await?;
    let (number, pages, events) = page_of(&history, number, EVENTS_PER_PAGE);
    let mut people = HashMap::new();
    for person in events.iter().flat_map(people_of).collect::<HashSet<PersonId>>() {
        people.extend(bot.engine.name_of(person).await?.map(|name| (person, name)));
    }
    let departments = bot.engine.store().departments().await?;
    let view = AuditView {
        ticket: ticket.id,
        number: &ticket.number,
        events,
        page: (number, pages),
        people,
        departments: departments.into_iter().map(|department| (department.id, department.name)).collect(),
    };
    Ok(audit_page(&ctx.localizer(bot), &view))
}
