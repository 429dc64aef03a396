//! Available spans of the agents of a unit of work, and the times by which the statistics judge a hold.
use super::{Agent, AgentSet};
use crate::domain::Time;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::person::{Availability, Person};
use crate::domain::policy::Capacity;
use crate::domain::statistics::AvailableSpan;
use crate::engine::ports::{Change, StoreError, Write};
use crate::store::mongo::codec::Fields;
use crate::store::mongo::schema::TICKET_QUEUE;
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use mongodb::bson::doc;
use std::collections::HashSet;

/// Returns the capacity of a person who is available.
fn available_capacity(person: &Person) -> Option<Capacity> {
    let available = person.agent.as_ref().filter(|agent| agent.availability == Availability::Online);
    available.map(|agent| agent.max_tickets)
}

impl Agent {
    /// Returns their available span.
    fn span(&self, agent: PersonId) -> Option<AvailableSpan> {
        let capacity = u16::try_from(self.max_tickets).ok().and_then(Capacity::new)?;
        Some(AvailableSpan { agent, since: self.available_since?, capacity })
    }
}

impl AgentSet {
    /// Reads the holds of the agents whose available span these changes may end.
    pub(super) async fn load_holds<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<(), TxError> {
        let mut ending = HashSet::new();
        for change in changes {
            if let Write::Person { person, .. } | Write::AdminRole { person, .. } = &change.write {
                let span = self.agents.get(&person.id).and_then(|agent| agent.span(person.id));
                if span.is_some_and(|span| Some(span.capacity) != available_capacity(person)) {
                    ending.insert(person.id);
                }
            }
        }
        if ending.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = ending.iter().map(ToString::to_string).collect();
        let filter = doc! { "assigned_agent": { "$in": names }, "holding": true };
        for doc in tx.find(TICKET_QUEUE, filter).await? {
            let f = Fields(&doc);
            let hold = (TicketId(f.id("ticket_id")?), f.time("assigned_at")?);
            self.holds.entry(PersonId(f.id("assigned_agent")?)).or_default().push(hold);
        }
        Ok(())
    }

    /// Returns the holds of an agent as they were read.
    pub(crate) fn stored_holds(&self, agent: PersonId) -> &[(TicketId, Time)] {
        self.holds.get(&agent).map_or(&[], Vec::as_slice)
    }

    /// Begins and ends the available span of a person who is about to be written. Returns the one that ends.
    pub(crate) fn change_span(&mut self, person: &Person, at: Time) -> Option<AvailableSpan> {
        let agent = self.agents.entry(person.id).or_default();
        let (span, capacity) = (agent.span(person.id), available_capacity(person));
        if span.map(|span| span.capacity) != capacity {
            agent.available_since = capacity.map(|_| at);
            agent.mark_changed();
            return span;
        }
        None
    }

    /// Returns since when an agent is available.
    pub(crate) fn available_since(&self, agent: PersonId) -> Option<Time> {
        self.agents.get(&agent)?.available_since
    }

    /// Returns since when an agent is available and has the latest of their free slots.
    pub(crate) fn ready_since(&self, agent: PersonId) -> Option<Time> {
        let agent = self.agents.get(&agent)?;
        agent.available_since.max(agent.slot_freed_at.filter(|_| agent.available_since.is_some()))
    }

    /// Records that a ticket left one of an agent's slots.
    pub(crate) fn record_free_slot(&mut self, agent: PersonId, at: Time) {
        if let Some(agent) = self.agents.get_mut(&agent) {
            agent.slot_freed_at = Some(at);
            agent.mark_changed();
        }
    }
}

/// Reads the times of an agent's document.
pub(super) fn read_times(f: Fields<'_>) -> Result<(Option<Time>, Option<Time>), StoreError> {
    Ok((f.opt_time("available_since")?, f.opt_time("slot_freed_at")?))
}
