//! Loading of the notices about reopened and rated tickets, and bans.
use super::Composer;
use crate::bot::cards::views::NoticeView;
use crate::bot::cards::views::service::ServiceView;
use crate::domain::ids::TicketId;
use crate::domain::notice::service::ServiceNotice;
use crate::engine::ports::StoreError;

impl Composer {
    /// Loads a notice; `None` if its ticket is gone.
    pub(super) async fn service_view(&self, notice: ServiceNotice) -> Result<Option<NoticeView>, StoreError> {
        let view = match notice {
            ServiceNotice::TaskReopened { ticket } => {
                self.number(ticket).await?.map(|number| ServiceView::TaskReopened { number })
            }
            ServiceNotice::TaskDropped { ticket } => {
                self.number(ticket).await?.map(|number| ServiceView::TaskDropped { number })
            }
            ServiceNotice::LowRating { ticket } => self.low_rating(ticket).await?,
            ServiceNotice::AskComment { ticket } => Some(ServiceView::AskComment(ticket)),
            ServiceNotice::CustomerBanned { ticket } => {
                self.number(ticket).await?.map(|number| ServiceView::CustomerBanned { number })
            }
            ServiceNotice::Banned => Some(ServiceView::Banned),
            ServiceNotice::Unbanned => Some(ServiceView::Unbanned),
        };
        Ok(view.map(NoticeView::Service))
    }

    /// Loads a low rating and its comment; `None` if the rating ended meanwhile, for example by a reopening.
    async fn low_rating(&self, ticket: TicketId) -> Result<Option<ServiceView>, StoreError> {
        let Some(ticket) = self.engine.store().ticket(ticket).await? else { return Ok(None) };
        let Some(rating) = ticket.service.rating.filter(|rating| rating.stars.is_low()) else {
            return Ok(None);
        };
        let customer = self.name(ticket.customer).await?;
        Ok(Some(ServiceView::LowRating { ticket: ticket.id, number: ticket.number, customer, rating }))
    }
}
