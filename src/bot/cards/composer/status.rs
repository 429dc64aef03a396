//! Composition of the customer's card of a ticket: the notices that become it, and where it is shown.
use super::Composer;
use crate::bot::cards::views::NoticeView;
use crate::bot::render::Rendered;
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{ChatId, TicketId};
use crate::domain::notice::Notice;
use crate::domain::ticket::conversation::{ConversationMessage, Relay};
use crate::domain::ticket::{Status, Ticket};
use crate::engine::ports::StoreError;
use crate::outbox::is_announced;

/// The number of messages of a conversation below a card from which the card is out of sight.
const SCROLLED_AWAY_MESSAGES: usize = 5;
/// The number of messages that are read for that: notes and messages that did not arrive are among them.
const READ_MESSAGES: usize = 25;

impl Composer {
    /// Loads a notice that becomes the card. Returns `None` if the ticket is gone, or if a later change of the
    /// ticket has made the notice out of date: that change has a notice of its own.
    pub(super) async fn status_notice(
        &self,
        notice: &Notice,
        now: Time,
    ) -> Result<Option<NoticeView>, StoreError> {
        let Some(CardKey::Status(id)) = notice.card() else { return Ok(None) };
        let ticket = self.engine.store().ticket(id).await?;
        let Some(ticket) = ticket.filter(|ticket| is_current(notice, ticket)) else { return Ok(None) };
        let view = match notice {
            // The position at the commit is shown while the ticket still waits.
            Notice::Created { position, online, .. } => {
                self.views.status_card_at(&ticket, (*position, *online), now).await?
            }
            _ => self.views.status_card(&ticket, now).await?,
        };
        Ok(Some(NoticeView::Status(Box::new(view))))
    }

    /// Returns the message that a notice changes. `None` if the notice is a message of its own.
    pub(super) async fn message_to_edit(
        &self,
        chat: ChatId,
        notice: &Notice,
    ) -> Result<Option<i32>, StoreError> {
        Ok(match notice {
            Notice::Created { draft_message, .. } => *draft_message,
            Notice::Cancelled { ticket } => {
                let live = self.engine.store().live_card(CardKey::Status(*ticket)).await?;
                live.filter(|live| live.chat == chat).map(|live| live.message_id)
            }
            _ => None,
        })
    }

    /// Returns true if the live card has told what an assignment tells: the card was made after the assignment.
    pub(super) async fn is_status_announced(
        &self,
        notice: &Notice,
        text: &Rendered,
    ) -> Result<bool, StoreError> {
        let Notice::Assigned { ticket, .. } = notice else { return Ok(false) };
        let live = self.engine.store().live_card(CardKey::Status(*ticket)).await?;
        Ok(live.is_some_and(|live| is_announced(&live, text)))
    }

    /// Returns true if the card of a ticket on hold is out of sight, because the conversation went on below it.
    /// Other changes of a held ticket's card are no news: its agent's name, and that the work goes on.
    pub(super) async fn is_scrolled_away(
        &self,
        ticket: TicketId,
        live: &LiveCard,
    ) -> Result<bool, StoreError> {
        let store = self.engine.store();
        if !store.ticket(ticket).await?.is_some_and(|ticket| ticket.status() == Status::Pending) {
            return Ok(false);
        }
        let recent = store.conversation(ticket, None, READ_MESSAGES).await?;
        let ids = recent.iter().filter_map(|message| id_in(live.chat, message));
        let below = ids.filter(|id| *id > live.message_id);
        Ok(below.count() >= SCROLLED_AWAY_MESSAGES)
    }
}

/// Returns true if the ticket is still in the state that the notice tells of.
fn is_current(notice: &Notice, ticket: &Ticket) -> bool {
    match notice {
        Notice::Assigned { agent, .. } => ticket.holder() == Some(*agent),
        Notice::Completed { .. } => ticket.status() == Status::Completed,
        Notice::Cancelled { .. } => ticket.status() == Status::Cancelled,
        Notice::Requeued { .. } => ticket.status() == Status::Queued,
        // It also takes the place of the draft.
        _ => true,
    }
}

/// Returns Telegram's id of a conversation's message in this chat, where it was written or brought to.
fn id_in(chat: ChatId, message: &ConversationMessage) -> Option<i32> {
    match (message.source, message.relay) {
        (Some(place), _) if place.chat == chat => Some(place.message_id),
        (_, Relay::Delivered { chat: to, message_id }) if to == chat => message_id,
        _ => None,
    }
}
