//! Customers: a ticket is written, looked at, sent; tickets are followed and withdrawn.
use super::refusals::{explain, explain_toast};
use crate::bot::callback::Surface;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::draft::Draft;
use crate::domain::ids::{CategoryId, DraftId, TicketId, Version};
use crate::domain::notice::{Message as Delivery, Outgoing};
use crate::domain::text::{Attachment, Description, FileKind};
use crate::domain::ticket::Refusal;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::sync::Arc;
use teloxide::types::Message;

/// `/new [text]`, by itself or below a file. What was already written stays and is shown again: nothing is thrown away
/// unasked.
pub async fn new(
    desk: Arc<BotContext>,
    ask: RequestContext,
    message: Message,
    text: String,
) -> HandlerResult {
    let file = content(&message).and_then(|(_, file)| file);
    let draft = open_draft(&desk, &ask).await?.with(message.id.0, &text, file)?;
    save_draft(&desk, &ask, Draft { album: album(&message), ..draft }).await
}

/// A message that is part of nothing else: it goes into the draft, and begins one if there is none.
pub async fn on_message(desk: &BotContext, ask: &RequestContext, message: &Message) -> HandlerResult {
    let Some((text, file)) = content(message) else {
        return Ok(vec![ask.say(desk, "unsupported", &[])]);
    };
    let begun = desk.engine.store().draft(ask.person.id).await?.is_some();
    if !begun && crate::bot::commands::Audience::Staff.admits(&ask.person) {
        return Ok(vec![ask.say(desk, "staff-hint", &[])]);
    }
    let draft = open_draft(desk, ask).await?;
    // The parts of an album come one by one; the card that the first one made is enough.
    let album = album(message);
    let later_part = album.is_some() && draft.album == album;
    let draft = Draft { album, ..draft.with(message.id.0, text, file)? };
    if draft.description.is_empty() {
        return Ok(vec![ask.say(desk, "empty", &[])]);
    }
    if later_part {
        desk.engine.store().put_draft(draft).await?;
        let message = Delivery::Refresh(CardKey::Draft(ask.person.id));
        return Ok(vec![Outgoing { chat: ask.chat, message }]);
    }
    save_draft(desk, ask, draft).await
}

/// `/cancel`: drops the draft, or the question that was open.
pub async fn cancel_draft(desk: Arc<BotContext>, ask: RequestContext, message: Message) -> HandlerResult {
    // Handled again, it must not go on to the draft.
    if ask.person.prompt_for(message.id.0).is_some() {
        desk.engine.answer_prompt(ask.person.id, message.id.0).await?;
        return Ok(vec![ask.say(&desk, "dismissed", &[])]);
    }
    let Some(draft) = desk.engine.store().draft(ask.person.id).await? else {
        return Ok(vec![ask.say(&desk, "nothing-to-cancel", &[])]);
    };
    // The preview gives up its buttons first: once the draft is dropped, nobody knows where it stands.
    let (store, dropped) = (desk.engine.store(), ask.words(&desk).message("draft-dropped", &[]));
    if let Some(preview) = store.live_card(CardKey::Draft(ask.person.id)).await? {
        store.enqueue(vec![ask.edit(PressedMessage(preview.message_id), dropped.clone())], ask.now).await?;
    }
    store.drop_draft(&draft).await?;
    Ok(vec![ask.text(dropped)])
}

/// The categories of a draft, on a page.
pub async fn categories(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, page): (DraftId, u16),
) -> HandlerResult {
    let Some(draft) = current_draft(&desk, &ask, &toast, id).await? else {
        return draft_outcome(&desk, &ask, place, id).await;
    };
    toast.ack();
    let view = desk.facts.draft(&draft, &ask.person.name, Some(page)).await?;
    Ok(vec![ask.edit(place, render::draft(&ask.words(&desk), &view))])
}

/// A category was chosen.
pub async fn choose_category(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (id, category): (DraftId, CategoryId),
) -> HandlerResult {
    let Some(draft) = current_draft(&desk, &ask, &toast, id).await? else {
        return draft_outcome(&desk, &ask, place, id).await;
    };
    let offers = desk.facts.offers().await?;
    let Some((department, category, _)) = offers.into_iter().find(|(_, c, _)| *c == category) else {
        toast.say(ask.words(&desk).toast("category-gone", &[]));
        return Ok(vec![ask.redraw(place, CardKey::Draft(ask.person.id))]);
    };
    toast.ack();
    desk.engine.store().put_draft(Draft { target: Some((department, category)), ..draft }).await?;
    Ok(vec![ask.redraw(place, CardKey::Draft(ask.person.id))])
}

/// The draft is sent. The ticket's number comes with the engine's own notice; the preview loses its buttons.
pub async fn send(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&desk, &ask, &toast, id).await? else {
        return draft_outcome(&desk, &ask, place, id).await;
    };
    if !draft.is_complete() {
        toast.say(ask.words(&desk).toast("draft-incomplete", &[]));
        return Ok(vec![ask.redraw(place, CardKey::Draft(ask.person.id))]);
    }
    match desk.engine.send_draft(&ask.person, &draft, ask.now).await {
        Ok(_) => toast.say(ask.words(&desk).toast("sent", &[])),
        Err(error) => return not_sent(&desk, &ask, &toast, place, (draft, error)).await,
    }
    draft_outcome(&desk, &ask, place, id).await
}

/// Why a draft was not sent; it stays as it is.
async fn not_sent(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    place: PressedMessage,
    (draft, error): (Draft, EngineError),
) -> HandlerResult {
    // The category was retired meanwhile: the words stay, another category is asked for.
    if error == EngineError::NotFound {
        desk.engine.store().put_draft(Draft { target: None, ..draft }).await?;
        toast.say(ask.words(desk).toast("category-gone", &[]));
        return Ok(vec![ask.redraw(place, CardKey::Draft(ask.person.id))]);
    }
    let Some(told) = explain(desk, ask, &error) else { return Err(error) };
    toast.say(explain_toast(desk, ask, &error).unwrap_or_default());
    // What is in the way is for longer than a toast: it is told below, whether the toast came in time or not.
    let _told_below = toast.late();
    Ok(vec![told])
}

/// The draft is thrown away.
pub async fn drop_draft(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let Some(draft) = current_draft(&desk, &ask, &toast, id).await? else {
        return draft_outcome(&desk, &ask, place, id).await;
    };
    toast.say(ask.words(&desk).toast("draft-dropped", &[]));
    desk.engine.store().drop_draft(&draft).await?;
    Ok(vec![ask.edit(place, ask.words(&desk).message("draft-dropped", &[]))])
}

/// `/mytickets`.
pub async fn my_tickets(ask: RequestContext) -> HandlerResult {
    Ok(vec![ask.card(CardKey::MyTickets(ask.person.id, 0))])
}

/// A ticket is withdrawn by its customer.
pub async fn cancel_ticket(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    (ticket, version, surface): (TicketId, Version, Surface),
) -> HandlerResult {
    let card = surface.card(ticket, ask.person.id);
    match desk.engine.cancel(ask.person.id, ticket, Some(version), ask.now).await {
        Ok(_) => toast.say(ask.words(&desk).toast("cancelled", &[])),
        // Somebody else's ticket is nobody's business: it is not drawn.
        Err(error @ EngineError::Refused(Refusal::NotYours, _)) => return Err(error),
        Err(error) => match explain_toast(&desk, &ask, &error) {
            Some(text) => toast.say(text),
            None => return Err(error),
        },
    }
    Ok(vec![ask.redraw(place, card)])
}

/// The person's draft, or a new one: with its category, where there is only one to choose.
async fn open_draft(desk: &BotContext, ask: &RequestContext) -> Result<Draft, EngineError> {
    if let Some(draft) = desk.engine.store().draft(ask.person.id).await? {
        return Ok(draft);
    }
    let offers = desk.facts.offers().await?;
    let target = match offers.as_slice() {
        [(department, category, _)] => Some((*department, *category)),
        _ => None,
    };
    Ok(Draft {
        id: desk.engine.draft_id(ask.now),
        person: ask.person.id,
        target,
        description: Description::default(),
        messages: Vec::new(),
        album: None,
        created_at: ask.now,
    })
}

/// Keeps the draft and shows it below what was written last. The card above gives up its buttons: there is one to press.
async fn save_draft(desk: &BotContext, ask: &RequestContext, draft: Draft) -> HandlerResult {
    let (store, key) = (desk.engine.store(), CardKey::Draft(ask.person.id));
    let begun = store.draft(ask.person.id).await?.is_some_and(|before| before.id == draft.id);
    store.put_draft(draft).await?;
    // Looked for when it is its turn to be sent: of messages in quick succession the card above may not have arrived yet.
    let above = Outgoing { chat: ask.chat, message: Delivery::Retire(key) };
    Ok(begun.then_some(above).into_iter().chain([ask.card(key)]).collect())
}

/// The draft, if it is the one that the button was drawn for; else says what became of it.
async fn current_draft(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    id: DraftId,
) -> Result<Option<Draft>, StoreError> {
    let draft = desk.engine.store().draft(ask.person.id).await?.filter(|draft| draft.id == id);
    if draft.is_none() {
        let key = if ticket_of(desk, ask, id).await?.is_some() { "sent-before" } else { "draft-gone" };
        toast.say(ask.words(desk).toast(key, &[]));
    }
    Ok(draft)
}

/// What the preview of a draft says once it is a ticket, or gone.
async fn draft_outcome(
    desk: &BotContext,
    ask: &RequestContext,
    place: PressedMessage,
    id: DraftId,
) -> HandlerResult {
    let words = ask.words(desk);
    let text = match ticket_of(desk, ask, id).await? {
        Some(number) => words.message("draft-sent", &[("number", (&number).into())]),
        None => words.message("draft-gone", &[]),
    };
    Ok(vec![ask.edit(place, text)])
}

async fn ticket_of(
    desk: &BotContext,
    ask: &RequestContext,
    id: DraftId,
) -> Result<Option<crate::domain::number::TicketNumber>, StoreError> {
    let ticket = desk.engine.store().ticket_by_key(&format!("draft {id}")).await?;
    // Somebody else's draft is nobody's business.
    Ok(ticket.filter(|ticket| ticket.customer == ask.person.id).map(|ticket| ticket.number))
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
