//! Composition of a description's files and other contents.
use super::Composer;
use crate::bot::cards::views::NoticeView;
use crate::bot::render::{self, Localizer};
use crate::domain::card::CardKey;
use crate::domain::content::Attachment;
use crate::domain::ids::TicketId;
use crate::domain::person::Person;
use crate::engine::ports::StoreError;
use crate::outbox::TelegramAction;

impl Composer {
    /// Returns the action that sends files of a description, with the ticket's number as caption. If a kind
    /// among them has no caption, they reply to the agent's card of the ticket.
    pub(super) async fn attachments(
        &self,
        ticket: TicketId,
        files: &[Attachment],
        (recipient, localizer): (Option<&Person>, &Localizer<'_>),
    ) -> Result<TelegramAction, StoreError> {
        let Some(number) = self.number(ticket).await? else { return Ok(TelegramAction::Nothing) };
        let caption = render::notice(localizer, &NoticeView::File { number: number.clone() }).html;
        let has_caption = |files: &[Attachment]| files.iter().all(|file| file.kind.has_caption());
        let reply_to = match recipient {
            Some(agent) if !has_caption(files) => {
                let card = self.engine.store().live_card(CardKey::Task(ticket, agent.id)).await?;
                card.map(|card| card.message_id)
            }
            _ => None,
        };
        Ok(TelegramAction::attachments(files, &caption, reply_to).unwrap_or_else(|| {
            TelegramAction::Send(render::notice(localizer, &NoticeView::PartUndelivered { number }), None)
        }))
    }
}
