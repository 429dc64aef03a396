//! Customers: a ticket is written, looked at, sent; tickets are followed and withdrawn.
use super::refusals::{explain, explain_toast};
use crate::bot::callback::Surface;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::draft::Draft;
use crate::domain::ids::{CategoryId, DraftId, TicketId, Version};
use crate::domain::notice::{Message as OutgoingMessage, Outgoing};
use crate::domain::text::{Attachment, Description, FileKind};
use crate::domain::ticket::Refusal;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::sync::Arc;
use teloxide::types::Message;

/// `/new [text]`, by itself or below a file. What was already written stays and is shown again: nothing is thrown away
/// unasked.
pub async fn new(bot: Arc<BotContext>, ctx: RequestContext, message: Message, text: String) -> HandlerResult {
    let file = content(&message).and_then(|(_, file)| file);
    let draft = open_draft(&bot, &ctx).await?.with(message.id.0, &text, file)?;
    save_draft(&bot, &ctx, Draft { album: album(&message), ..draft }).await
}

/// A message that is part of nothing else: it goes into the draft, and begins one if there is none.
pub async fn on_message(bot: &BotContext, ctx: &RequestContext, message: &Message) -> HandlerResult {
    let Some((text, file)) = content(message) else {
        return Ok(vec![ctx.message(bot, "unsupported", &[])]);
    };
    let has_draft = bot.engine.store().draft(ctx.person.id).await?.is_some();
    if !has_draft && crate::bot::commands::Audience::Staff.admits(&ctx.person) {
        return Ok(vec![ctx.message(bot, "staff-hint", &[])]);
    }
    let draft = open_draft(bot, ctx).await?;
    // The parts of an album come one by one; the card that the first one made is enough.
    let album = album(message);
    let later_part = album.is_some() && draft.album == album;
    let draft = Draft { album, ..draft.with(message.id.0, text, file)? };
    if draft.description.is_empty() {
        return Ok(vec![ctx.message(bot, "empty", &[])]);
    }
    if later_part {
        bot.engine.store().put_draft(draft).await?;
        let message = OutgoingMessage::Refresh(CardKey::Draft(ctx.person.id));
        return Ok(vec![Outgoing { chat: ctx.chat, message }]);
    }
    save_draft(bot, ctx, draft).await
}

/// `/cancel`: drops the draft, or the question that was open.
pub async fn cancel_draft(bot: Arc<BotContext>, ctx: RequestContext, message: Message) -> HandlerResult {
    // Handled again, it must not go on to the draft.
    if ctx.person.prompt_for(message.id.0).is_some() {
        bot.engine.answer_prompt(ctx.person.id, message.id.0).await?;
        return Ok(vec![ctx.message(&bot, "dismissed", &[])]);
    }
    let Some(draft) = bot.engine.store().draft(ctx.person.id).await? else {
        return Ok(vec![ctx.message(&bot, "nothing-to-cancel", &[])]);
    };
    // The preview gives up its buttons first: once the draft is dropped, nobody knows where it stands.
    let (store, dropped) = (bot.engine.store(), ctx.localizer(&bot).message("draft-dropped", &[]));
    if let Some(preview) = store.live_card(CardKey::Draft(ctx.person.id)).await? {
        store.enqueue(vec![ctx.edit(PressedMessage(preview.message_id), dropped.clone())], ctx.now).await?;
    }
    store.drop_draft(&draft).await?;
    Ok(vec![ctx.text(dropped)])
}

/// The categories of a draft, on a page.
pub async fn categories(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, page): (DraftId, u16),
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    toast.ack();
    let view = bot.facts.draft(&draft, &ctx.person.name, Some(page)).await?;
    Ok(vec![ctx.edit(pressed, render::draft(&ctx.localizer(&bot), &view))])
}

/// A category was chosen.
pub async fn choose_category(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (id, category): (DraftId, CategoryId),
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    let offers = bot.facts.offers().await?;
    let Some((department, category, _)) = offers.into_iter().find(|(_, c, _)| *c == category) else {
        toast.say(ctx.localizer(&bot).toast("category-gone", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    };
    toast.ack();
    bot.engine.store().put_draft(Draft { target: Some((department, category)), ..draft }).await?;
    Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))])
}

/// The draft is sent. The ticket's number comes with the engine's own notice; the preview loses its buttons.
pub async fn send(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    if !draft.is_complete() {
        toast.say(ctx.localizer(&bot).toast("draft-incomplete", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    }
    match bot.engine.send_draft(&ctx.person, &draft, ctx.now).await {
        Ok(_) => toast.say(ctx.localizer(&bot).toast("sent", &[])),
        Err(error) => return answer_unsent(&bot, &ctx, &toast, pressed, (draft, error)).await,
    }
    draft_outcome(&bot, &ctx, pressed, id).await
}

/// Why a draft was not sent; it stays as it is.
async fn answer_unsent(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (draft, error): (Draft, EngineError),
) -> HandlerResult {
    // The category was retired meanwhile: the words stay, another category is asked for.
    if error == EngineError::NotFound {
        bot.engine.store().put_draft(Draft { target: None, ..draft }).await?;
        toast.say(ctx.localizer(bot).toast("category-gone", &[]));
        return Ok(vec![ctx.redraw(pressed, CardKey::Draft(ctx.person.id))]);
    }
    let Some(refusal) = explain(bot, ctx, &error) else { return Err(error) };
    toast.say(explain_toast(bot, ctx, &error).unwrap_or_default());
    // What is in the way is for longer than a toast: it is told below, whether the toast came in time or not.
    let _sent_as_message = toast.late();
    Ok(vec![refusal])
}

/// The draft is thrown away.
pub async fn drop_draft(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&bot, &ctx, &toast, id).await? else {
        return draft_outcome(&bot, &ctx, pressed, id).await;
    };
    toast.say(ctx.localizer(&bot).toast("draft-dropped", &[]));
    bot.engine.store().drop_draft(&draft).await?;
    Ok(vec![ctx.edit(pressed, ctx.localizer(&bot).message("draft-dropped", &[]))])
}

/// `/mytickets`.
pub async fn my_tickets(ctx: RequestContext) -> HandlerResult {
    Ok(vec![ctx.card(CardKey::MyTickets(ctx.person.id, 0))])
}

/// A ticket is withdrawn by its customer.
pub async fn cancel_ticket(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (ticket, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let card = surface.card(ticket, ctx.person.id);
    match bot.engine.cancel(ctx.person.id, ticket, Some(version), ctx.now).await {
        Ok(_) => toast.say(ctx.localizer(&bot).toast("cancelled", &[])),
        // Somebody else's ticket is nobody's business: it is not drawn.
        Err(error @ EngineError::Refused(Refusal::NotYours, _)) => return Err(error),
        Err(error) => match explain_toast(&bot, &ctx, &error) {
            Some(text) => toast.say(text),
            None => return Err(error),
        },
    }
    Ok(vec![ctx.redraw(pressed, card)])
}

/// The person's draft, or a new one: with its category, where there is only one to choose.
async fn open_draft(bot: &BotContext, ctx: &RequestContext) -> Result<Draft, EngineError> {
    if let Some(draft) = bot.engine.store().draft(ctx.person.id).await? {
        return Ok(draft);
    }
    let offers = bot.facts.offers().await?;
    let target = match offers.as_slice() {
        [(department, category, _)] => Some((*department, *category)),
        _ => None,
    };
    Ok(Draft {
        id: bot.engine.draft_id(ctx.now),
        person: ctx.person.id,
        target,
        description: Description::default(),
        messages: Vec::new(),
        album: None,
        created_at: ctx.now,
    })
}

/// Keeps the draft and shows it below what was written last. The card above gives up its buttons: there is one to press.
async fn save_draft(bot: &BotContext, ctx: &RequestContext, draft: Draft) -> HandlerResult {
    let (store, key) = (bot.engine.store(), CardKey::Draft(ctx.person.id));
    let has_draft = store.draft(ctx.person.id).await?.is_some_and(|before| before.id == draft.id);
    store.put_draft(draft).await?;
    // Looked for when it is its turn to be sent: of messages in quick succession the card above may not have arrived yet.
    let previous = Outgoing { chat: ctx.chat, message: OutgoingMessage::Retire(key) };
    Ok(has_draft.then_some(previous).into_iter().chain([ctx.card(key)]).collect())
}

/// The draft, if it is the one that the button was drawn for; else says what became of it.
async fn current_draft(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    id: DraftId,
) -> Result<Option<Draft>, StoreError> {
    let draft = bot.engine.store().draft(ctx.person.id).await?.filter(|draft| draft.id == id);
    if draft.is_none() {
        let key = if ticket_number_for(bot, ctx, id).await?.is_some() { "sent-before" } else { "draft-gone" };
        toast.say(ctx.localizer(bot).toast(key, &[]));
    }
    Ok(draft)
}

/// What the preview of a draft says once it is a ticket, or gone.
async fn draft_outcome(
    bot: &BotContext,
    ctx: &RequestContext,
    pressed: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let localizer = ctx.localizer(bot);
    let text = match ticket_number_for(bot, ctx, id).await? {
        Some(number) => localizer.message("draft-sent", &[("number", (&number).into())]),
        None => localizer.message("draft-gone", &[]),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

async fn ticket_number_for(
    bot: &BotContext,
    ctx: &RequestContext,
    id: DraftId,
) -> Result<Option<crate::domain::number::TicketNumber>, StoreError> {
    let ticket = bot.engine.store().ticket_by_key(&format!("draft {id}")).await?;
    // Somebody else's draft is nobody's business.
    Ok(ticket.filter(|ticket| ticket.customer == ctx.person.id).map(|ticket| ticket.number))
}

/// The album that a message is a part of.
fn album(message: &Message) -> Option<String> {
    message.media_group_id().map(|id| id.0.clone())
}

/// The words and the file of a message; `None` when it is of a kind that no ticket can carry.
fn content(message: &Message) -> Option<(&str, Option<Attachment>)> {
    let file = |kind, id: &teloxide::types::FileId| Some(Attachment { kind, file_id: id.0.clone() });
    let attachment = if let Some(largest) = message.photo().and_then(|sizes| sizes.last()) {
        file(FileKind::Photo, &largest.file.id)
    } else if let Some(video) = message.video() {
        file(FileKind::Video, &video.file.id)
    } else if let Some(document) = message.document() {
        file(FileKind::Document, &document.file.id)
    } else if let Some(voice) = message.voice() {
        file(FileKind::Voice, &voice.file.id)
    } else if let Some(audio) = message.audio() {
        file(FileKind::Audio, &audio.file.id)
    } else {
        return message.text().map(|text| (text, None));
    };
    Some((message.caption().unwrap_or_default(), attachment))
}
