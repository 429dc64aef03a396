//! Erasure of personal data on request: of the customer themselves, or of an admin for them.
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};

/// The name of a person whose data were erased.
const ERASED_NAME: &str = "–";
/// The change in the audit log.
const ERASED: &str = "personal_data=erased";

/// The result of an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// The data are erased, of this number of tickets.
    Done(u64),
    /// These tickets are open, so their data are still needed.
    Open(Vec<Ticket>),
    /// The person is an agent or an admin, so the desk needs their name.
    Staff,
}

impl Engine {
    /// Erases a customer's personal data: name, username, what they wrote and sent, and what was written to
    /// them. Numbers, times and states of their tickets stay. The audit log names who asked for it.
    pub async fn forget(
        &self,
        actor: &Person,
        customer: PersonId,
        now: Time,
    ) -> Result<Erasure, EngineError> {
        if actor.id != customer && !actor.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let person = self.store.person(customer).await?.ok_or(EngineError::NotFound)?;
        if person.agent.is_some() || person.is_admin() {
            return Ok(Erasure::Staff);
        }
        let open = self.open_tickets_of(customer).await?;
        if !open.is_empty() {
            return Ok(Erasure::Open(open));
        }
        let tickets = self.store.erase_customer(customer).await?;
        self.retry(|| async {
            let before = self.store.person(customer).await?.ok_or(EngineError::NotFound)?;
            let after = Person {
                name: ERASED_NAME.to_owned(),
                username: None,
                former_usernames: Vec::new(),
                email: None,
                version: before.version.next(),
                ..before.clone()
            };
            let what = Action::Membership { person: customer, change: ERASED.to_owned() };
            let event = AuditEvent { at: now, actor: Actor::Person(actor.id), ticket: None, what };
            let write = Write::Person { person: Box::new(after), expected: Some(before.version) };
            let change = Change { write, event: Some(event), notices: Vec::new() };
            Attempt::of(self.commit_one(change).await, ())
        })
        .await?;
        tracing::info!(person = %customer, actor = %actor.id, tickets, "erased personal data");
        Ok(Erasure::Done(tickets))
    }
}
