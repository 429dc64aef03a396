//! Composition of the messages of prompts about tickets: the question while it is open, then what became of it.
use super::Composer;
use crate::bot::cards::views::{CommentPromptView, LastWordPromptView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::card::CardKey;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::person::Prompt;
use crate::domain::ticket::TicketState;
use crate::domain::ticket::conversation::Direction;
use crate::engine::ports::StoreError;

/// The number of messages that are read for a last word: the customer may have answered it.
const READ_MESSAGES: usize = 25;

impl Composer {
    /// Returns the prompt for a comment to a rating; `None` if the ticket is gone.
    pub(super) async fn comment_prompt(
        &self,
        id: TicketId,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let store = self.engine.store();
        let Some(ticket) = store.ticket(id).await? else { return Ok(None) };
        let customer = store.person(ticket.customer).await?;
        let is_open = customer.and_then(|customer| customer.current_prompt()) == Some(Prompt::Comment(id));
        let has_comment = ticket.service.rating.is_some_and(|rating| rating.comment.is_some());
        let view = match (is_open, has_comment) {
            (true, _) => CommentPromptView::Open(id),
            (false, true) => CommentPromptView::Answered,
            (false, false) => CommentPromptView::Closed,
        };
        Ok(Some(render::comment_prompt(localizer, view)))
    }

    /// Returns the prompt for a last word; `None` if the ticket is gone.
    pub(super) async fn last_word_prompt(
        &self,
        (id, agent): (TicketId, PersonId),
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let store = self.engine.store();
        let (Some(ticket), Some(person)) = (store.ticket(id).await?, store.person(agent).await?) else {
            return Ok(None);
        };
        let number = ticket.number;
        let view = match ticket.state {
            TicketState::Completed { agent: by, .. } if by == agent => {
                LastWordPromptView::Completed { number, with_message: self.may_be_answered(id, agent).await? }
            }
            _ if person.current_prompt() == Some(Prompt::LastWord(id)) => {
                let newest = store.conversation(id, None, 1).await?;
                let is_own_album =
                    newest.iter().any(|message| message.author == agent && message.content.album.is_some());
                LastWordPromptView::Open {
                    ticket: id,
                    number,
                    completion: ticket.service.reopened,
                    customer: self.name(ticket.customer).await?,
                    after_album: is_own_album,
                }
            }
            TicketState::Held(hold) if hold.agent == agent => LastWordPromptView::Left { number },
            _ => LastWordPromptView::Closed,
        };
        Ok(Some(render::last_word_prompt(localizer, &view)))
    }

    /// Returns false if the agent wrote nothing to the customer below the prompt for a last word. The conversation says
    /// so: the agent's own prompt may be another one by now.
    async fn may_be_answered(&self, id: TicketId, agent: PersonId) -> Result<bool, StoreError> {
        let store = self.engine.store();
        // A prompt that waits to be sent may be answered before anybody reads it.
        let Some(live) = store.live_card(CardKey::LastWordPrompt(id, agent)).await? else { return Ok(true) };
        let recent = store.conversation(id, None, READ_MESSAGES).await?;
        let mut own = recent
            .iter()
            .filter(|message| message.author == agent && message.direction == Direction::ToCustomer);
        Ok(own.any(|message| {
            message
                .source
                .is_some_and(|source| source.chat == live.chat && source.message_id > live.message_id)
        }))
    }
}
