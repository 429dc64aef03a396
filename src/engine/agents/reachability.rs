//! Reachability: people who block the bot or delete their account, and what becomes of an unreachable agent's
//! tickets.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::Person;
use crate::domain::policy::OfflineBehaviour;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// Records that a person blocked or unblocked the bot. A blocked agent gets no tickets, and loses those
    /// that they have not opened; the offline behaviour applies to the others. The admins get a notice. The
    /// agents of a blocked customer get a notice, and the cards of the tickets show it.
    pub async fn set_reachable(
        &self,
        telegram: TelegramId,
        reachable: bool,
        now: Time,
    ) -> Result<(), EngineError> {
        let Some(person) = self.store.person_by_telegram(telegram).await? else { return Ok(()) };
        if person.reachable != reachable {
            let mut notices = self.customer_notices(&person, reachable).await?;
            notices.retain(|out| out.chat != person.chat());
            if reachable || person.agent.is_none() {
                self.change_person(person.id, |person: &mut Person| {
                    if reachable {
                        person.set_reachable();
                    } else {
                        person.reachable = false;
                    }
                    Ok((None, notices.clone()))
                })
                .await?;
            } else {
                self.mark_agent_unreachable(person.id, notices).await?;
            }
            tracing::info!(person = %person.id, reachable, "reachability changed");
        } else if !reachable && person.agent.is_some() {
            // An admin may have given them a ticket since.
            self.mark_agent_unreachable(person.id, Vec::new()).await?;
        }
        if !reachable && person.agent.is_some() {
            self.apply_offline_behaviour(person.id, now).await?;
        }
        Ok(())
    }

    /// Marks an agent as unreachable and sets which of their tickets are to be released. After a crash the
    /// sweep completes the release.
    async fn mark_agent_unreachable(
        &self,
        agent: PersonId,
        notices: Vec<Outgoing>,
    ) -> Result<(), EngineError> {
        let due = match self.store.settings().await?.offline_behaviour {
            OfflineBehaviour::Keep | OfflineBehaviour::ReassignWaiting => OfflineBehaviour::ReassignWaiting,
            OfflineBehaviour::ReassignAll => OfflineBehaviour::ReassignAll,
        };
        // The suspension spans read and commit, so that the notice has the right numbers.
        let _suspension = self.suspend_assignment().await;
        let held = self.store.held_by(agent).await?;
        let released = held.iter().filter(|ticket| due.releases(ticket)).count();
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let (released, kept) = (count(released), count(held.len() - released));
        let admins =
            self.notices_to_admins(&Notice::AgentUnreachable { person: agent, released, kept }).await?;
        self.change_person_while_suspended(agent, |person: &mut Person| {
            if !person.reachable && released == 0 {
                return Ok((None, Vec::new()));
            }
            person.reachable = false;
            if let Some(profile) = &mut person.agent {
                profile.release_due = Some(due).filter(|_| released > 0).or(profile.release_due);
            }
            let to_admins = admins.iter().filter(|out| out.chat != person.chat());
            Ok((None, to_admins.chain(&notices).cloned().collect()))
        })
        .await?;
        Ok(())
    }

    /// Returns the notices and card refreshes about a customer who blocked or unblocked the bot.
    async fn customer_notices(
        &self,
        customer: &Person,
        reachable: bool,
    ) -> Result<Vec<Outgoing>, EngineError> {
        let mut notices = Vec::new();
        for ticket in self.open_tickets_of(customer.id).await? {
            let Some(holder) = self.holder_of(&ticket).await? else { continue };
            let notice = Notice::CustomerUnreachable { ticket: ticket.id };
            notices.extend((!reachable).then(|| Outgoing::notice(holder.chat(), notice)));
            notices.push(Outgoing::refresh(holder.chat(), CardKey::Task(ticket.id, holder.id)));
        }
        notices.extend(self.holder_card_refreshes(customer.id).await?);
        Ok(notices)
    }
}

impl OfflineBehaviour {
    /// Returns true if an agent who goes offline loses this ticket, which they hold.
    #[must_use]
    pub fn releases(self, ticket: &Ticket) -> bool {
        match self {
            Self::Keep => false,
            Self::ReassignWaiting => ticket.hold().is_some_and(|hold| hold.started_at.is_none()),
            Self::ReassignAll => true,
        }
    }
}
