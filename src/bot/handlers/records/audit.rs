//! `/audit`: what happened to a ticket, in words.
use crate::bot::callback::PickerPurpose;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::admin::pickers::picker_message;
use crate::bot::handlers::admin::reassign::find_one_ticket;
use crate::bot::render::{Rendered, audit_page};
use crate::bot::toast::Toast;
use crate::domain::ids::TicketId;
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use std::sync::Arc;

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
    Ok(audit_page(&ctx.localizer(bot), &bot.views.audit(ticket, number).await?))
}
