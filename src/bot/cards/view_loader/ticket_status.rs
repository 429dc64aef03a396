//! Loading of a ticket for its customer.
use super::{MAX_LISTED_TICKETS, ViewLoader};
use crate::bot::cards::views::service::{CompletedView, Completer, ContinuableView};
use crate::bot::cards::views::{TicketStatusView, TicketView, Waiting};
use crate::domain::Time;
use crate::domain::draft::Draft;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::ticket::{Status, Ticket, TicketState};
use crate::engine::ports::StoreError;

impl ViewLoader {
    /// Returns the view of the customer's card of one ticket at this time.
    pub async fn status_card(&self, ticket: &Ticket, now: Time) -> Result<TicketStatusView, StoreError> {
        let view = self.ticket(ticket, ticket.customer).await?;
        self.status_view(ticket, view, self.engine.online(ticket.department), now).await
    }

    /// Returns the same view with the position and the agents online at the commit, while the ticket waits;
    /// afterwards with the current state.
    pub async fn status_card_at(
        &self,
        ticket: &Ticket,
        (position, online): (u64, u32),
        now: Time,
    ) -> Result<TicketStatusView, StoreError> {
        let view = self.ticket_at_position(ticket, ticket.customer, Some(position)).await?;
        let online = if view.position.is_some() { online } else { self.engine.online(ticket.department) };
        self.status_view(ticket, view, online, now).await
    }

    /// Returns who completed a ticket that its customer reopened, for the agent who got it and has not opened it yet.
    pub async fn reopened_from(
        &self,
        ticket: &Ticket,
        viewer: PersonId,
    ) -> Result<Option<Completer>, StoreError> {
        if ticket.service.reopened == 0 || ticket.status() != Status::Assigned {
            return Ok(None);
        }
        let history = self.store().history(ticket.id).await?;
        let completed = history.iter().rev().find(|event| event.what == Action::Completed);
        let is_viewer = completed.is_some_and(|event| event.actor == Actor::Person(viewer));
        Ok(Some(if is_viewer { Completer::Viewer } else { Completer::Colleague }))
    }

    /// Returns the ticket that a draft can continue at this time: the one that has messages of it already, or that
    /// was reopened since the draft began; else the completed one that its customer replied to; else the one that was
    /// completed last. One that was erased is none of them.
    pub(super) async fn continuable(
        &self,
        draft: &Draft,
        now: Time,
    ) -> Result<Option<ContinuableView>, StoreError> {
        let window = self.store().settings().await?.reopen_window;
        let mut tickets = self.store().tickets_of(draft.person, MAX_LISTED_TICKETS).await?;
        tickets.retain(|ticket| !ticket.description.is_empty());
        let found = match self.engine.continued_ticket(draft.id).await? {
            Some(ticket) => Some(ticket),
            None => self.reopened_since(&tickets, draft.created_at).await?,
        };
        let found = found.or_else(|| {
            let can_be_reopened = tickets.into_iter().filter(|ticket| ticket.can_be_reopened(window, now));
            can_be_reopened.max_by_key(|ticket| (Some(ticket.id) == draft.replied_to, ticket.completed_at()))
        });
        Ok(found.map(|ticket| ContinuableView::of(&ticket)))
    }

    /// Returns the newest of these tickets that is open and was reopened since a time.
    async fn reopened_since(&self, tickets: &[Ticket], since: Time) -> Result<Option<Ticket>, StoreError> {
        let open = tickets.iter().filter(|ticket| ticket.service.reopened > 0 && !ticket.status().is_end());
        for ticket in open.rev() {
            let history = self.store().history(ticket.id).await?;
            let is_reopening = |event: &AuditEvent| matches!(event.what, Action::Reopened { .. });
            if history.iter().any(|event| is_reopening(event) && event.at >= since) {
                return Ok(Some(ticket.clone()));
            }
        }
        Ok(None)
    }

    async fn status_view(
        &self,
        ticket: &Ticket,
        view: TicketView,
        online: u32,
        now: Time,
    ) -> Result<TicketStatusView, StoreError> {
        let department = self.store().department(ticket.department).await?;
        let opens_at =
            department.and_then(|department| department.next_start(self.engine.config().zone, now));
        let completed = (view.status == Status::Completed).then(|| CompletedView::of(ticket));
        let is_cancelled_by_customer =
            matches!(&ticket.state, TicketState::Cancelled { by, .. } if *by == ticket.customer);
        let waiting = Waiting::of(ticket);
        Ok(TicketStatusView { ticket: view, online, opens_at, waiting, completed, is_cancelled_by_customer })
    }
}
