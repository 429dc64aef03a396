//! Composition of relays: a message goes to the ticket's customer, or to the agent who holds the ticket now.
use super::Composer;
use crate::bot::cards::views::{RelayAuthor, RelayView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{ChatId, MessageId};
use crate::domain::notice::RelayPart;
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, Relay};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::StoreError;
use crate::outbox::{RelayAction, RelayCall, ReplyTo, TelegramAction};
use chrono::TimeDelta;

/// How long an album is gathered after its newest part: Telegram delivers the parts within this time.
const ALBUM_GATHER: TimeDelta = TimeDelta::milliseconds(800);

impl Composer {
    /// Returns the call that brings a part of a conversation to `chat`. It makes none if the chat's owner may
    /// not get it any more; the message then follows its ticket to the next holder.
    pub(super) async fn relay(
        &self,
        chat: ChatId,
        part: &RelayPart,
        (recipient, localizer): (Option<&Person>, &Localizer<'_>),
        now: Time,
    ) -> Result<TelegramAction, StoreError> {
        let (messages, is_edit) = match part {
            RelayPart::Withdraw(id) => return self.withdrawal(chat, *id, localizer).await,
            RelayPart::Message(id) | RelayPart::Edit(id) => {
                let message = self.engine.store().message(*id).await?;
                (message.into_iter().collect(), matches!(part, RelayPart::Edit(_)))
            }
            RelayPart::Album(ticket, album) | RelayPart::AlbumHeader(ticket, album) => {
                let due = self.engine.store().due_messages(&[*ticket]).await?.into_iter();
                (due.filter(|m| m.content.album.as_ref() == Some(album)).collect::<Vec<_>>(), false)
            }
        };
        let Some(first) = messages.first() else { return Ok(TelegramAction::Nothing) };
        let Some(ticket) = self.ticket_of(first).await? else { return Ok(TelegramAction::Nothing) };
        let mut messages = messages.clone();
        messages.retain(|message| may_get(message, &ticket, chat, recipient, is_edit));
        let Some(first) = messages.first() else { return Ok(TelegramAction::Nothing) };
        let view = self.relay_view(first, &ticket, is_edit).await?;
        let action = match part {
            RelayPart::Message(_) => {
                let (reply_to, view) = self.with_reply(chat, first, (&ticket, view), recipient).await?;
                let call = relay_call(first, &view, localizer);
                let lacks_file = first.content.has_foreign_file && matches!(call, RelayCall::Text(_));
                let is_partial = view.is_partial || lacks_file;
                RelayAction { messages: vec![first.id], call, reply_to, is_partial }
            }
            RelayPart::Edit(_) => {
                let Some(target) = first.relay.target() else { return Ok(TelegramAction::Nothing) };
                let (_, view) = self.with_reply(chat, first, (&ticket, view), recipient).await?;
                edit(target.message_id, first, &view, localizer)
            }
            RelayPart::Withdraw(_) => return Ok(TelegramAction::Nothing),
            RelayPart::AlbumHeader(..) | RelayPart::Album(..) => {
                let newest = messages.iter().map(|message| message.written_at).max().unwrap_or(now);
                if now - newest < ALBUM_GATHER && newest <= now {
                    return Ok(TelegramAction::Wait(newest + ALBUM_GATHER));
                }
                if matches!(part, RelayPart::Album(..)) {
                    album(&messages)
                } else {
                    let reply_to = self.reply_to(chat, first, &ticket, recipient).await?;
                    let call = RelayCall::Text(render::album_head(localizer, &view));
                    RelayAction { messages: Vec::new(), call, reply_to, is_partial: false }
                }
            }
        };
        Ok(TelegramAction::Relay(Box::new(action)))
    }

    pub(super) async fn ticket_of(
        &self,
        message: &ConversationMessage,
    ) -> Result<Option<Ticket>, StoreError> {
        match message.ticket {
            Some(ticket) => self.engine.store().ticket(ticket).await,
            None => Ok(None),
        }
    }

    async fn relay_view(
        &self,
        message: &ConversationMessage,
        ticket: &Ticket,
        is_edited: bool,
    ) -> Result<RelayView, StoreError> {
        let (author, number) = match message.direction {
            Direction::ToAgent => {
                (RelayAuthor::Customer(self.name(ticket.customer).await?), Some(ticket.number.clone()))
            }
            Direction::ToCustomer | Direction::Note => {
                let open = self.engine.open_tickets_of(ticket.customer).await?;
                let number = (open.len() > 1).then(|| ticket.number.clone());
                (RelayAuthor::Agent(self.views.shown_agent(message.author).await?), number)
            }
        };
        Ok(RelayView {
            ticket: ticket.id,
            author,
            number,
            forwarded_from: message.content.forwarded_from.clone(),
            // An agent may reply to a colleague or to another customer, whose names this customer must not learn.
            reply_elsewhere: match message.direction {
                Direction::ToAgent => message.content.reply_elsewhere.clone(),
                Direction::ToCustomer | Direction::Note => {
                    message.content.reply_elsewhere.as_ref().map(|_| String::new())
                }
            },
            is_edited,
            quoted: None,
            is_partial: !message.content.can_be_relayed(),
        })
    }

    /// Returns the message that a relayed message replies to, and the view with the quote that the reply does not
    /// show.
    async fn with_reply(
        &self,
        chat: ChatId,
        message: &ConversationMessage,
        (ticket, view): (&Ticket, RelayView),
        recipient: Option<&Person>,
    ) -> Result<(Option<ReplyTo>, RelayView), StoreError> {
        let reply_to = self.reply_to(chat, message, ticket, recipient).await?;
        let is_quoted = reply_to.as_ref().is_some_and(|reply| reply.quote.is_some());
        let quoted = message.content.quote.clone().filter(|_| !is_quoted);
        Ok((reply_to, RelayView { quoted, ..view }))
    }

    /// Returns the message of `chat` that a relayed message replies to: the counterpart of the message that
    /// its author replied to, or else the agent's card of the ticket.
    async fn reply_to(
        &self,
        chat: ChatId,
        message: &ConversationMessage,
        ticket: &Ticket,
        recipient: Option<&Person>,
    ) -> Result<Option<ReplyTo>, StoreError> {
        let store = self.engine.store();
        let replied = self.engine.replied_to(message).await?;
        let places = replied.iter().flat_map(|replied| [replied.source, replied.relay.target()]);
        if let Some(place) = places.flatten().find(|place| place.chat == chat) {
            let quote = message.content.quote.clone();
            return Ok(Some(ReplyTo { message_id: place.message_id, quote }));
        }
        let key = match (message.direction, recipient) {
            (Direction::ToAgent, Some(agent)) => CardKey::Task(ticket.id, agent.id),
            _ => return Ok(None),
        };
        let card = store.live_card(key).await?.filter(|card| card.chat == chat);
        Ok(card.map(|card| ReplyTo { message_id: card.message_id, quote: None }))
    }

    /// Returns the notice to an author whose message did not arrive, as a reply to the message.
    pub(super) async fn message_failed(
        &self,
        id: MessageId,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let Some(message) = self.engine.store().message(id).await? else {
            return Ok(TelegramAction::Nothing);
        };
        let Relay::Failed { reason } = message.relay else { return Ok(TelegramAction::Nothing) };
        Ok(answer_to(&message, render::message_failed(localizer, reason, message.content.kind.as_ref())))
    }

    /// Returns the notice to an author of whose message a part did not arrive, as a reply to the message.
    pub(super) async fn message_partly_sent(
        &self,
        id: MessageId,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let message = self.engine.store().message(id).await?;
        Ok(message.map_or(TelegramAction::Nothing, |message| {
            answer_to(&message, render::message_partly_sent(localizer, message.content.kind.as_ref()))
        }))
    }
}

/// Returns a message to the author of a message, as a reply to it, or to the message that it came beside.
pub(super) fn answer_to(message: &ConversationMessage, text: Rendered) -> TelegramAction {
    let message_id = message.source.map(|source| source.message_id).or(message.content.reply_to);
    let reply_to = message_id.map(|message_id| ReplyTo { message_id, quote: None });
    relay_of(Vec::new(), RelayCall::Text(text), reply_to)
}

fn relay_of(messages: Vec<MessageId>, call: RelayCall, reply_to: Option<ReplyTo>) -> TelegramAction {
    TelegramAction::Relay(Box::new(RelayAction { messages, call, reply_to, is_partial: false }))
}

/// Returns true if the owner of `chat` is the one for whom the message is now.
fn may_get(
    message: &ConversationMessage,
    ticket: &Ticket,
    chat: ChatId,
    recipient: Option<&Person>,
    is_edit: bool,
) -> bool {
    let is_enqueued = match message.relay {
        Relay::Enqueued { chat: to, held_since } => {
            let hold = ticket.hold().map(|hold| hold.assigned_at);
            !is_edit && to == chat && (hold.is_none() || held_since.is_none() || held_since == hold)
        }
        Relay::Delivered { chat: to, .. } => is_edit && to == chat,
        Relay::Waiting | Relay::Failed { .. } | Relay::Withdrawn { .. } | Relay::Kept => false,
    };
    let is_recipient = match message.direction {
        Direction::ToCustomer => ticket.customer_chat == chat,
        Direction::ToAgent => {
            let agent = match &ticket.state {
                TicketState::Held(hold) => Some(hold.agent),
                // Their last words may have been on their way when the ticket was completed.
                TicketState::Completed { agent, .. } => Some(*agent),
                TicketState::Queued | TicketState::Cancelled { .. } => None,
            };
            agent.is_some() && recipient.map(|person| person.id) == agent
        }
        Direction::Note => false,
    };
    is_enqueued && is_recipient
}

fn relay_call(message: &ConversationMessage, view: &RelayView, localizer: &Localizer<'_>) -> RelayCall {
    let content = &message.content;
    let head = render::relay_head(localizer, view);
    let text = content.text.cleaned();
    let plain = |html: String| RelayCall::Text(Rendered::new(html, Vec::new()));
    if content.has_foreign_file {
        return foreign_file(message, view, localizer);
    }
    let is_text = content.kind.is_none() || !content.can_be_relayed();
    let Some(source) = message.source.filter(|_| !is_text || text.text.len() > MIN_LONG_BYTES) else {
        return plain(render::relay_text(&head, &text).unwrap_or(head));
    };
    if is_text && let Some(html) = render::relay_text(&head, &text) {
        return plain(html);
    }
    let caption = match &content.kind {
        // Also that of a kind which this build does not know: its author wrote a caption.
        Some(_) if content.replaces_caption => Some(render::cut_caption(&head, &text)),
        Some(kind) if kind.has_caption() && !head.is_empty() => render::relay_caption(&head, &text),
        _ => None,
    };
    let button = if caption.is_none() { render::relay_button(localizer, view) } else { None };
    let buttons = button.map(|button| vec![button]).into_iter().collect();
    let mut words = text;
    words.push_line(&content.words.as_str().into());
    let lost = RelayView { is_partial: true, ..view.clone() };
    let words = (!words.is_empty()).then(|| {
        let head = render::relay_head(localizer, &lost);
        Rendered::new(render::relay_text(&head, &words).unwrap_or(head), Vec::new())
    });
    RelayCall::Copy { source, caption, buttons, file: content.file(), words }
}

/// Returns the call for a text that replies to a file of another chat: the file, with the text as its caption. If
/// that has no room, the text is sent.
fn foreign_file(message: &ConversationMessage, view: &RelayView, localizer: &Localizer<'_>) -> RelayCall {
    let content = &message.content;
    let (head, text) = (render::relay_head(localizer, view), content.text.cleaned());
    let file = content.file().filter(|file| file.kind.has_caption());
    let without_file = || {
        let head = render::relay_head(localizer, &RelayView { is_partial: true, ..view.clone() });
        Rendered::new(render::relay_text(&head, &text).unwrap_or(head), Vec::new())
    };
    match (file, render::relay_caption(&head, &text)) {
        (Some(file), Some(caption)) => {
            RelayCall::File { file, caption, buttons: Vec::new(), words: Some(without_file()) }
        }
        _ => RelayCall::Text(without_file()),
    }
}

/// Texts up to this length fit into one message together with their head.
const MIN_LONG_BYTES: usize = 3_000;

/// Returns the edit of a message that was sent.
fn edit(
    message_id: i32,
    message: &ConversationMessage,
    view: &RelayView,
    localizer: &Localizer<'_>,
) -> RelayAction {
    let head = render::relay_head(localizer, view);
    let text = message.content.text.cleaned();
    let call = match &message.content.kind {
        Some(kind) if kind.has_caption() || message.content.replaces_caption => {
            RelayCall::EditCaption(message_id, render::cut_caption(&head, &text))
        }
        _ => {
            let html = render::relay_text(&head, &text).unwrap_or(head);
            RelayCall::EditText(message_id, Rendered::new(html, Vec::new()))
        }
    };
    RelayAction { messages: Vec::new(), call, reply_to: None, is_partial: false }
}

/// Returns the call that copies the parts of an album, in the order in which they were sent.
fn album(messages: &[ConversationMessage]) -> RelayAction {
    let mut parts: Vec<_> = messages.iter().filter_map(|m| Some((m.source?, m.id))).collect();
    parts.sort_by_key(|(source, _)| source.message_id);
    let (sources, messages) = parts.into_iter().unzip();
    RelayAction { messages, call: RelayCall::CopyAlbum(sources), reply_to: None, is_partial: false }
}
