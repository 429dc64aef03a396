//! Handlers of the records of tickets: the media of a handed-over conversation, transcripts, search, withdrawal.
pub mod audit;
pub mod forget;
pub mod search;
pub mod withdraw;

use super::admin::matching::find_tickets;
use super::admin::pickers::picker_message;
use super::refusals::refusal_toast;
use crate::bot::callback::{ButtonAction, PickerPurpose, RecordAction};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::TicketId;
use crate::domain::notice::{Notice, Outgoing, RecordPart};
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// The longest subject on a button, in characters.
const MAX_SUBJECT_CHARS: usize = 32;

/// Handles a button about the record of a ticket.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: RecordAction,
) -> HandlerResult {
    match action {
        RecordAction::Media(ticket, last) => media(&bot, &ctx, &toast, (ticket, last)).await,
        RecordAction::Export(person) => Ok(forget::export(&bot, &ctx, &toast, person)),
        RecordAction::Forget(person) => forget::ask(&bot, &ctx, &toast, pressed, person).await,
        RecordAction::ForgetConfirmed(person) => forget::confirmed(&bot, &ctx, &toast, pressed, person).await,
        RecordAction::ForgetCancel(ticket, version) => {
            forget::ask_to_cancel(&bot, &ctx, &toast, pressed, (ticket, version)).await
        }
        RecordAction::ForgetCancelConfirmed(ticket, version) => {
            forget::cancel(&bot, &ctx, &toast, pressed, (ticket, version)).await
        }
        RecordAction::Show(ticket) => search::show(&bot, &ctx, &toast, ticket).await,
        RecordAction::SearchPage(query, page) => {
            search::show_page(&bot, &ctx, &toast, pressed, (query, page)).await
        }
        RecordAction::Transcript(ticket) => send_transcript(&bot, &ctx, &toast, ticket).await,
    }
}

/// Sends the transcript of the ticket that was chosen.
pub(super) async fn send_transcript(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    ticket: TicketId,
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?;
    if let Some(ticket) = ticket.filter(|ticket| ticket.is_visible_to(&ctx.person)) {
        toast.ack();
        return Ok(vec![part(ctx, RecordPart::Transcript(ticket.id))]);
    }
    toast.say(ctx.localizer(bot).toast("not-found", &[]));
    Ok(Vec::new())
}

/// Brings the media of a summary to the holder of the ticket, in order.
async fn media(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    (ticket, last): (TicketId, u64),
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    if ticket.holder() != Some(ctx.person.id) {
        let error = EngineError::Refused(Refusal::NotYours, Box::new(ticket));
        let Some(text) = refusal_toast(bot, ctx, &error) else { return Err(error) };
        toast.say(text);
        return Ok(Vec::new());
    }
    toast.ack();
    let messages = bot.engine.earlier_messages(ticket.id, last.checked_add(1)).await?;
    let with_media = messages.iter().filter(|message| message.content.has_media());
    Ok(with_media.map(|message| part(ctx, RecordPart::Media(message.id))).collect())
}

/// `/transcript [ticket]`: without a ticket, those that the agent holds are offered, or all open ones to an admin who
/// holds none.
pub async fn transcript(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let text = arg.trim();
    if text.is_empty() {
        let held = bot.engine.store().held_by(ctx.person.id).await?;
        if held.is_empty() && ctx.person.is_admin() {
            return Ok(vec![picker_message(&bot, &ctx, PickerPurpose::Transcript).await?]);
        }
        if held.is_empty() {
            return Ok(vec![ctx.message(&bot, "transcript-usage", &[])]);
        }
        return Ok(vec![ctx.text(choice(&bot, &ctx, "transcript-which", &held))]);
    }
    let found = find_tickets(&bot, text, |ticket| ticket.is_visible_to(&ctx.person)).await?.into_vec();
    Ok(vec![match found.as_slice() {
        [] => ctx.message(&bot, "no-such-ticket", &[("text", text.into())]),
        [ticket] => part(&ctx, RecordPart::Transcript(ticket.id)),
        several => ctx.text(choice(&bot, &ctx, "transcript-which", several)),
    }])
}

/// Returns a question with one button for each ticket.
fn choice(bot: &BotContext, ctx: &RequestContext, key: &str, tickets: &[Ticket]) -> Rendered {
    let localizer = ctx.localizer(bot);
    let button = |ticket: &Ticket| -> Vec<Button> {
        let subject = crate::domain::text::shorten(&ticket.description.subject(), MAX_SUBJECT_CHARS);
        let label = format!("{} · {subject}", ticket.number);
        vec![labelled(&label, ButtonAction::Record(RecordAction::Transcript(ticket.id)))]
    };
    Rendered::new(localizer.html(key, &[]), tickets.iter().map(button).collect())
}

/// Returns a part of a record, for where the update came from.
fn part(ctx: &RequestContext, part: RecordPart) -> Outgoing {
    let Outgoing { chat, message } = Outgoing::notice(ctx.chat, Notice::Record { part });
    Outgoing { chat, message: message.in_thread(ctx.thread) }
}
