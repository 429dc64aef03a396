//! Bans of customers by admins, and the cancellation of a banned customer's open tickets.
use super::roles::membership_event;
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::notice::service::ServiceNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::ban::Ban;
use crate::domain::person::{Person, Role};
use crate::domain::text::{clean, shorten};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::tickets::cancel::CancelReason;

/// The longest reason of a ban, in characters. The rest is left out.
const MAX_REASON_CHARS: usize = 200;

impl Engine {
    /// Bans a customer. Errors with `Forbidden` if the person is staff. A second ban changes nothing.
    pub async fn ban(
        &self,
        admin: &Person,
        customer: PersonId,
        reason: &str,
        now: Time,
    ) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let reason = shorten(&clean(reason).replace('\n', " "), MAX_REASON_CHARS);
        let change = match reason.as_str() {
            "" => "banned=true".to_owned(),
            reason => format!("banned=true reason={reason}"),
        };
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let to_holders = self.notices_to_holders(customer).await?;
        let person = self
            .change_person(customer, |person: &mut Person| {
                if person.role != Role::Customer || person.agent.is_some() {
                    return Err(EngineError::Forbidden);
                }
                if person.banned.is_some() {
                    return Ok((None, Vec::new()));
                }
                person.banned = Some(Ban { at: now, by: admin.id, reason: reason.clone(), notified: false });
                let event = membership_event(now, Actor::Person(admin.id), customer, &change);
                Ok((Some(event), to_holders.clone()))
            })
            .await?;
        tracing::info!(person = %customer, by = %admin.id, "banned");
        Ok(person)
    }

    /// Returns a notice for each open ticket of a customer who is banned, to its holder.
    async fn notices_to_holders(&self, customer: PersonId) -> Result<Vec<Outgoing>, EngineError> {
        let mut notices = Vec::new();
        for ticket in self.open_tickets_of(customer).await? {
            let notice = Notice::Service(ServiceNotice::CustomerBanned { ticket: ticket.id });
            let holder = self.holder_of(&ticket).await?;
            notices.extend(holder.map(|holder| Outgoing::notice(holder.chat(), notice)));
        }
        Ok(notices)
    }

    /// Lifts a ban, and tells the customer if they knew of it. Changes nothing if there is none.
    pub async fn unban(&self, admin: &Person, customer: PersonId, now: Time) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let person = self
            .change_person(customer, |person: &mut Person| {
                let Some(ban) = person.banned.take() else { return Ok((None, Vec::new())) };
                let event = membership_event(now, Actor::Person(admin.id), customer, "banned=false");
                let notice = Notice::Service(ServiceNotice::Unbanned);
                let notice_to_customer = ban.notified.then(|| Outgoing::notice(person.chat(), notice));
                Ok((Some(event), notice_to_customer.into_iter().collect()))
            })
            .await?;
        tracing::info!(person = %customer, by = %admin.id, "unbanned");
        Ok(person)
    }

    /// Tells a banned customer once that nobody reads their messages.
    pub async fn tell_banned(&self, customer: &Person) -> Result<(), EngineError> {
        if customer.banned.as_ref().is_none_or(|ban| ban.notified) {
            return Ok(());
        }
        self.change_person(customer.id, |person: &mut Person| {
            let Some(ban) = person.banned.as_mut().filter(|ban| !ban.notified) else {
                return Ok((None, Vec::new()));
            };
            ban.notified = true;
            let notice = Notice::Service(ServiceNotice::Banned);
            Ok((None, vec![Outgoing::notice(person.chat(), notice)]))
        })
        .await
        .map(drop)
    }

    /// Cancels all open tickets of a banned customer on behalf of an admin. Returns how many it cancelled. The
    /// holders get a notice.
    pub async fn cancel_tickets_of(
        &self,
        admin: &Person,
        customer: PersonId,
        now: Time,
    ) -> Result<usize, EngineError> {
        let banned = self.store.person(customer).await?.ok_or(EngineError::NotFound)?;
        if !admin.is_admin() || !banned.is_banned() {
            return Err(EngineError::Forbidden);
        }
        let mut cancelled = 0;
        for ticket in self.open_tickets_of(customer).await? {
            match self.cancel_by_admin(admin.id, (ticket.id, None), CancelReason::Ban, now).await {
                Ok(_) => cancelled += 1,
                // It has ended meanwhile.
                Err(EngineError::Refused(..)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cancelled)
    }
}
