//! Loading of a ticket for its customer.
use super::{MAX_LISTED_TICKETS, ViewLoader};
use crate::bot::cards::views::service::{CompletedView, Completer, ContinuableView};
use crate::bot::cards::views::{TicketStatusView, TicketView, Waiting};
use crate::domain::Time;
use crate::domain::event::{Action, Actor};
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

    /// Returns the ticket that a customer can continue at this time: the one that was completed last.
    pub(super) async fn continuable(
        &self,
        customer: PersonId,
        now: Time,
    ) -> Result<Option<ContinuableView>, StoreError> {
        let window = self.store().settings().await?.reopen_window;
        let mut tickets = self.store().tickets_of(customer, MAX_LISTED_TICKETS).await?;
        tickets.retain(|ticket| ticket.can_be_reopened(window, now));
        let last = tickets.into_iter().max_by_key(Ticket::completed_at);
        Ok(last.map(|Ticket { id, number, service, .. }| ContinuableView {
            id,
            number,
            completion: service.reopened,
        }))
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
