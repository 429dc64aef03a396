//! Composition of the messages of prompts about tickets: the question while it is open, then what became of it.
use super::Composer;
use crate::bot::cards::views::{CommentPromptView, LastWordPromptView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::person::Prompt;
use crate::domain::ticket::TicketState;
use crate::engine::ports::StoreError;

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
        let is_asked = person.prompt == Some(Prompt::LastWord(id));
        let number = ticket.number;
        let view = match ticket.state {
            TicketState::Completed { agent: by, .. } if by == agent => LastWordPromptView::Completed {
                number,
                with_message: is_asked && person.answered_by.is_some(),
            },
            _ if is_asked && person.answered_by.is_none() => {
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
            _ => LastWordPromptView::Closed,
        };
        Ok(Some(render::last_word_prompt(localizer, &view)))
    }
}
