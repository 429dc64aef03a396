//! The question for which ticket a message is, and the answers to it.
use super::writing::placeholders;
use crate::bot::callback::ChoiceAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::customer::{save_draft, start_draft};
use crate::bot::handlers::draft_messages::{refusals, shown_text};
use crate::bot::handlers::focus;
use crate::bot::handlers::refusals::refusal_toast;
use crate::bot::render::Localizer;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::content::Attachment;
use crate::domain::department::canned_reply::Placeholders;
use crate::domain::draft::DraftPart;
use crate::domain::ids::TicketId;
use crate::domain::notice::Outgoing;
use crate::domain::ticket::conversation::ConversationMessage;
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Handles a button of the question.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: ChoiceAction,
) -> HandlerResult {
    match action {
        ChoiceAction::Ticket(ticket) => choose_ticket(&bot, &ctx, &toast, pressed, ticket).await,
        ChoiceAction::NewTicket => choose_new_ticket(&bot, &ctx, &toast, pressed).await,
        ChoiceAction::Drop => drop_kept(&bot, &ctx, &toast, pressed).await,
    }
}

/// Sends the kept messages of the author to the chosen ticket.
async fn choose_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    ticket: TicketId,
) -> HandlerResult {
    let values = match bot.engine.store().ticket(ticket).await? {
        Some(ticket) => placeholders(bot, ctx, &ticket).await?,
        None => Placeholders::default(),
    };
    let routed = match bot.engine.route_messages(&ctx.person, ticket, &values).await {
        Ok(routed) => routed,
        Err(error) => {
            let Some(text) = refusal_toast(bot, ctx, &error) else { return Err(error) };
            toast.say(text);
            return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
        }
    };
    toast.ack();
    if routed == 0 {
        return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
    }
    let ticket = bot.engine.store().ticket(ticket).await?.ok_or(EngineError::NotFound)?;
    let args = [("count", routed.into()), ("number", (&ticket.number).into())];
    let text = ctx.localizer(bot).message("choice-done", &args);
    let mut answers = vec![ctx.edit(pressed, text)];
    if ticket.holder() == Some(ctx.person.id) {
        answers.extend(focus::set(bot, ctx, ticket.id).await?);
    }
    Ok(answers)
}

/// Returns the new question for which ticket the kept messages are, below the last message.
pub(super) fn ask(ctx: &RequestContext) -> Vec<Outgoing> {
    ctx.moved_card(CardKey::TicketChoice(ctx.person.id)).into()
}

/// Makes the kept messages of a customer the draft of a new ticket.
async fn choose_new_ticket(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    toast.ack();
    let kept = bot.engine.store().unrouted_messages(ctx.person.id).await?;
    if kept.is_empty() {
        return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
    }
    let (mut draft, mut answers) = (start_draft(bot, ctx).await?, Vec::new());
    for message in &kept {
        let part = draft_part(message, &ctx.localizer(bot));
        let id = part.message_id;
        let (with_part, refused) = draft.with(part);
        draft = with_part;
        let new = refusals(bot, ctx, &refused, draft.has_message(id));
        answers.extend(new.into_iter().filter(|answer| !answers.contains(answer)).collect::<Vec<_>>());
    }
    let text = ctx.localizer(bot).message("choice-draft", &[("count", kept.len().into())]);
    let shown = save_draft(bot, ctx, draft).await?;
    // After the draft: a press that is handled again after a crash adds the same messages to it.
    bot.engine.release_kept(&kept).await?;
    Ok(std::iter::once(ctx.edit(pressed, text)).chain(answers).chain(shown).collect())
}

/// Drops the kept messages of the author.
async fn drop_kept(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
) -> HandlerResult {
    let dropped = bot.engine.drop_kept(ctx.person.id).await?;
    toast.ack();
    if dropped == 0 {
        return Ok(vec![ctx.redraw(pressed, CardKey::TicketChoice(ctx.person.id))]);
    }
    Ok(vec![ctx.edit(pressed, ctx.localizer(bot).message("choice-dropped", &[("count", dropped.into())]))])
}

/// Returns a kept message as a part of a draft.
fn draft_part(message: &ConversationMessage, localizer: &Localizer<'_>) -> DraftPart {
    let content = &message.content;
    let attachment = |kind| Attachment {
        kind,
        file_id: content.file_id.clone(),
        source: message.source.filter(|_| !content.has_foreign_file),
        album: content.album.clone(),
    };
    let kind = content.kind.clone().filter(|_| content.can_be_relayed());
    let attachments: Vec<_> = kind.map(attachment).into_iter().collect();
    DraftPart {
        message_id: message.source.map_or(0, |source| source.message_id),
        album: content.album.clone(),
        text: shown_text(content, !attachments.is_empty(), localizer),
        content: Some(content.clone().without_file()),
        attachments,
    }
}
