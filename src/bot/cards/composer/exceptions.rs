//! Loading of the notices about agents who change, do not react or can't be reached, deliveries that failed, and alerts.
use super::Composer;
use crate::bot::cards::views::{MembershipView, NoticeView};
use crate::domain::Time;
use crate::domain::notice::Notice;
use crate::domain::notice::membership::MembershipNotice;
use crate::engine::ports::StoreError;
use std::time::Duration;

impl Composer {
    /// Loads a notice about an agent, a delivery or an alert; `None` for other kinds, and if its ticket is gone.
    pub(super) async fn exception_view(
        &self,
        notice: &Notice,
        now: Time,
    ) -> Result<Option<NoticeView>, StoreError> {
        let store = self.engine.store();
        Ok(match notice {
            Notice::TaskNudged { ticket, agent, seconds } => match store.ticket(*ticket).await? {
                Some(ticket) => Some(NoticeView::TaskNudged(
                    self.views.ticket(&ticket, *agent).await?,
                    seconds.map(|seconds| Duration::from_secs(seconds.into())),
                )),
                None => None,
            },
            Notice::TaskPassedOn { ticket } => {
                self.number(*ticket).await?.map(|number| NoticeView::TaskPassedOn { number })
            }
            Notice::Membership(notice) => Some(NoticeView::Membership(self.membership_view(notice).await?)),
            Notice::AgentUnreachable { person, released, kept } => {
                let person = self.name(*person).await?;
                Some(NoticeView::AgentUnreachable { person, released: *released, kept: *kept })
            }
            Notice::Returned { ticket, agent } => {
                let agent = self.name(*agent).await?;
                self.number(*ticket).await?.map(|number| NoticeView::Returned { number, agent })
            }
            Notice::CapacityChanged { held, max } => {
                Some(NoticeView::CapacityChanged { held: *held, max: *max })
            }
            Notice::DepartmentsChanged { department, serves } => {
                let department = store.department(*department).await?;
                department.map(|d| NoticeView::DepartmentsChanged { department: d.name, serves: *serves })
            }
            Notice::PartUndelivered { ticket } => {
                self.number(*ticket).await?.map(|number| NoticeView::PartUndelivered { number })
            }
            Notice::SendAgain { ticket } => {
                self.number(*ticket).await?.map(|number| NoticeView::SendAgain { number })
            }
            Notice::Undelivered { chat } => {
                // A person whose record can't be read is a reason to give up a message.
                let person = match store.recipient(*chat).await {
                    Err(StoreError::Corrupt(_)) => None,
                    person => person?,
                };
                let recipient = person.map_or_else(|| format!("#{}", chat.0), |person| person.name);
                Some(NoticeView::Undelivered { recipient, total: store.counters().await?.dropped })
            }
            Notice::Alert { alert, over } => {
                Some(NoticeView::Alert(self.views.alert(*alert, *over, now).await?))
            }
            _ => None,
        })
    }

    async fn membership_view(&self, notice: &MembershipNotice) -> Result<MembershipView, StoreError> {
        Ok(match notice {
            MembershipNotice::AdminRole { is_agent } => MembershipView::AdminRole { is_agent: *is_agent },
            MembershipNotice::NoLongerAdmin { is_agent } => {
                MembershipView::NoLongerAdmin { is_agent: *is_agent }
            }
            MembershipNotice::AdminAdded { person, by } => {
                MembershipView::AdminAdded { person: self.name(*person).await?, by: self.name(*by).await? }
            }
            MembershipNotice::AliasChanged { alias } => MembershipView::AliasChanged { alias: alias.clone() },
            MembershipNotice::AdminRemoved { person, by } => {
                MembershipView::AdminRemoved { person: self.name(*person).await?, by: self.name(*by).await? }
            }
        })
    }
}
