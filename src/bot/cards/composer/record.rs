//! Composition of the parts of a ticket's record, for those who may see them when they are sent.
use super::Composer;
use crate::bot::cards::views::{RecordLine, SummaryView, TranscriptView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::card::CardKey;
use crate::domain::content::ContentKind;
use crate::domain::ids::{ChatId, MessageId, PersonId, TicketId};
use crate::domain::notice::RecordPart;
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Relay};
use crate::engine::ports::StoreError;
use crate::outbox::{ComposedDocument, RelayAction, RelayCall, ReplyTo, TelegramAction};
use crate::telegram::Upload;
use std::collections::HashMap;

impl Composer {
    /// Returns the action that brings a part of a record. It makes no call if the recipient may not see it.
    pub(super) async fn record(
        &self,
        chat: ChatId,
        part: &RecordPart,
        (recipient, localizer): (Option<&Person>, &Localizer<'_>),
    ) -> Result<TelegramAction, StoreError> {
        let Some(recipient) = recipient else { return Ok(TelegramAction::Nothing) };
        match part {
            RecordPart::Summary { ticket, agent } if *agent == recipient.id => {
                let summary = self.summary(*ticket, recipient, localizer).await?;
                Ok(summary.map_or(TelegramAction::Nothing, |text| TelegramAction::Send(text, None)))
            }
            RecordPart::Summary { .. } => Ok(TelegramAction::Nothing),
            RecordPart::Media(message) => self.record_media(chat, *message, recipient, localizer).await,
            RecordPart::Transcript(ticket) => self.transcript(*ticket, recipient, localizer).await,
            RecordPart::Export(person) => self.export(*person, recipient, localizer).await,
            RecordPart::StatisticsChart(query) => self.statistics_chart(*query, recipient, localizer).await,
            RecordPart::DailySummary(day) => self.daily_summary(*day, recipient, localizer).await,
            RecordPart::StatisticsByDay(query) => {
                self.statistics_table(*query, false, recipient, localizer).await
            }
            RecordPart::StatisticsByAgent(query) => {
                self.statistics_table(*query, true, recipient, localizer).await
            }
        }
    }

    async fn summary(
        &self,
        ticket: TicketId,
        holder: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let Some(ticket) = self.engine.store().ticket(ticket).await? else { return Ok(None) };
        if ticket.holder() != Some(holder.id) {
            return Ok(None);
        }
        let messages = self.engine.earlier_messages(ticket.id, None).await?;
        let has_media = messages.iter().any(brings_media);
        let Some(last) = messages.last().map(|message| message.seq) else { return Ok(None) };
        let lines = self.record_lines(&messages).await?;
        let media_until = has_media.then_some(last);
        let view = SummaryView { ticket: ticket.id, number: ticket.number, lines, media_until };
        Ok(Some(render::summary(localizer, &view)))
    }

    /// Returns the copy of one message for the present holder, below the ticket's card.
    async fn record_media(
        &self,
        chat: ChatId,
        message: MessageId,
        holder: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let store = self.engine.store();
        let Some(message) = store.message(message).await? else { return Ok(TelegramAction::Nothing) };
        let Some(ticket) = self.ticket_of(&message).await? else { return Ok(TelegramAction::Nothing) };
        if ticket.holder() != Some(holder.id) || !brings_media(&message) {
            return Ok(TelegramAction::Nothing);
        }
        let Some(source) = message.source else { return Ok(TelegramAction::Nothing) };
        let line = self.record_lines(std::slice::from_ref(&message)).await?;
        let has_caption = message.content.kind.as_ref().is_some_and(ContentKind::has_caption);
        let shown = line.first().map(|line| render::record_line(localizer, line)).unwrap_or_default();
        let caption = has_caption.then(|| shown.clone());
        let words = Some(Rendered::new(shown, Vec::new()));
        let card = store.live_card(CardKey::Task(ticket.id, holder.id)).await?;
        let reply_to = card.filter(|card| card.chat == chat);
        let reply_to = reply_to.map(|card| ReplyTo { message_id: card.message_id, quote: None });
        let file = message.content.file();
        let call = RelayCall::Copy { source, caption, buttons: Vec::new(), file, words };
        Ok(TelegramAction::Relay(Box::new(RelayAction {
            messages: Vec::new(),
            call,
            reply_to,
            is_partial: false,
        })))
    }

    async fn transcript(
        &self,
        ticket: TicketId,
        reader: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let ticket = self.engine.store().ticket(ticket).await?.filter(|ticket| ticket.is_visible_to(reader));
        let Some(ticket) = ticket else { return Ok(TelegramAction::Nothing) };
        let messages = self.engine.whole_conversation(ticket.id).await?;
        let view = TranscriptView {
            customer: self.name(ticket.customer).await?,
            attachments: ticket.description.attachments.iter().map(|file| file.kind.clone()).collect(),
            lines: self.record_lines(&messages).await?,
            ticket: self.views.ticket(&ticket, reader.id).await?,
        };
        let file = Upload {
            field: "document",
            name: render::transcript_name(localizer, &view),
            mime: "text/html".to_owned(),
            bytes: render::transcript(localizer, &view).into_bytes(),
        };
        let args = [("number", (&ticket.number).into()), ("count", view.lines.len().into())];
        let caption = localizer.html("transcript-caption", &args);
        Ok(TelegramAction::SendDocument(Box::new(ComposedDocument { file, caption })))
    }

    /// Returns the deletion of a message that its author took back; nothing if it was never sent there.
    pub(super) async fn withdrawal(
        &self,
        chat: ChatId,
        message: MessageId,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        let message = self.engine.store().message(message).await?;
        Ok(match message.map(|message| message.relay) {
            Some(Relay::Withdrawn { chat: to, message_id: Some(id) }) if to == chat => {
                TelegramAction::Delete {
                    message_id: id,
                    otherwise: localizer.message("withdrawn-here", &[]),
                    card: None,
                }
            }
            _ => TelegramAction::Nothing,
        })
    }

    /// Returns the messages with the names of their authors, as staff see them.
    pub(super) async fn record_lines(
        &self,
        messages: &[ConversationMessage],
    ) -> Result<Vec<RecordLine>, StoreError> {
        let mut names: HashMap<PersonId, String> = HashMap::new();
        let mut lines = Vec::with_capacity(messages.len());
        for message in messages {
            let author = if let Some(name) = names.get(&message.author) {
                name.clone()
            } else {
                let name = self.name(message.author).await?;
                names.insert(message.author, name.clone());
                name
            };
            let content = &message.content;
            let words = [content.text.readable().text, content.words.clone()];
            lines.push(RecordLine {
                direction: message.direction,
                author,
                at: message.written_at,
                edited_at: message.edited_at,
                kind: content.kind.clone(),
                text: words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
                forwarded_from: content.forwarded_from.clone(),
                quote: content.quote.clone(),
                relay: message.relay,
            });
        }
        Ok(lines)
    }
}

/// Returns true if a message has more than text, and the bot can bring it.
fn brings_media(message: &ConversationMessage) -> bool {
    message.content.has_media() && message.source.is_some()
}
