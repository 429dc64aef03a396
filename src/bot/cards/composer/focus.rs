//! Composition of the focus card: to whose customer an agent writes, and the others to switch to.
use super::Composer;
use crate::bot::cards::views::FocusView;
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::ids::PersonId;
use crate::engine::ports::StoreError;

impl Composer {
    /// Returns the focus card of an agent; `None` if they hold no ticket.
    pub(super) async fn focus(
        &self,
        agent: PersonId,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let store = self.engine.store();
        let held = store.held_by(agent).await?;
        let focus = store.focus(agent).await?;
        let is_only = held.len() == 1;
        let mut listed = Vec::with_capacity(held.len());
        for ticket in held {
            // What is written in a topic needs no focus.
            if !self.topics.is_enabled() || store.topic(ticket.id, agent).await?.is_none() {
                listed.push(ticket);
            }
        }
        let mut view = FocusView::default();
        for choice in self.views.customer_choices(listed).await? {
            if is_only || focus == Some(choice.ticket) {
                view.current = Some(choice);
            } else {
                view.others.push(choice);
            }
        }
        let is_empty = view.current.is_none() && view.others.is_empty();
        Ok((!is_empty).then(|| render::focus(localizer, &view)))
    }
}
