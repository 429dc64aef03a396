//! Queue heads: the tickets that a round may assign, read within a bound, and the changes that assert that they
//! still head their queues.
use super::planner::{Assignment, MAX_BATCH_TICKETS};
use crate::domain::ids::{Arrival, DepartmentId, TicketId};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::Engine;
use crate::engine::ports::{Change, StoreError, Write};
use std::collections::{BTreeMap, BTreeSet};

/// The smallest share of a batch that one department gets, however many departments there are.
const MIN_TICKETS_PER_DEPARTMENT: usize = 16;

/// The heads of some queues.
pub(in crate::engine) struct QueueHeads {
    /// The tickets, in the order of the queue.
    pub(in crate::engine) tickets: Vec<Ticket>,
    /// The departments of which more tickets may wait.
    pub(in crate::engine) cut: BTreeSet<DepartmentId>,
}

impl Engine {
    /// Returns the heads of the queues, up to the free slots of the ready agents and `further` tickets of
    /// each department.
    pub(in crate::engine) async fn queue_heads(
        &self,
        departments: &BTreeSet<DepartmentId>,
        further: usize,
    ) -> Result<QueueHeads, StoreError> {
        let free_slots: Vec<_> = {
            let roster = self.roster();
            departments
                .iter()
                .map(|d| (*d, roster.free_slots(*d, MAX_BATCH_TICKETS)))
                .filter(|(_, free)| *free > 0)
                .collect()
        };
        // Each department has its share of a batch. A share that is used up may hide more tickets of its
        // department, so tickets behind its last one wait for the next batch. Agents of several departments
        // then get tickets in one order.
        let share = MAX_BATCH_TICKETS.div_ceil(free_slots.len().max(1)).max(MIN_TICKETS_PER_DEPARTMENT);
        let (mut heads, mut cut, mut end) = (Vec::new(), BTreeSet::new(), None);
        // The reads run concurrently, as each one costs a round trip to the database server.
        let reads = free_slots.iter().map(|(department, free)| {
            let limit = (*free).min(share) + further;
            async move {
                let head = self.store.queue_head(*department, true, limit).await?;
                Ok::<_, StoreError>((*department, *free, limit, head))
            }
        });
        for (department, free, limit, head) in futures::future::try_join_all(reads).await? {
            if let Some(last) = head.last()
                && head.len() == limit
            {
                cut.insert(department);
                if limit < free + further {
                    let place = (last.priority, last.arrival);
                    end = Some(end.map_or(place, |end: (Priority, Arrival)| end.min(place)));
                }
            }
            heads.extend(head);
        }
        heads.sort_by_key(|ticket: &Ticket| (ticket.priority, ticket.arrival));
        heads.retain(|ticket| end.is_none_or(|end| (ticket.priority, ticket.arrival) <= end));
        heads.truncate(MAX_BATCH_TICKETS + further * free_slots.len());
        Ok(QueueHeads { tickets: heads, cut })
    }
}

/// Returns the changes that assert that the queues still begin as they were read, up to the last ticket of
/// the plan in each.
pub(in crate::engine) fn assert_queue_heads(
    plan: &[Assignment],
    queued: Vec<(DepartmentId, TicketId)>,
) -> Vec<Change> {
    let mut heads: BTreeMap<DepartmentId, Vec<TicketId>> = BTreeMap::new();
    for (department, ticket) in queued {
        heads.entry(department).or_default().push(ticket);
    }
    let planned: BTreeSet<TicketId> = plan.iter().map(|assignment| assignment.before.id).collect();
    let head = |(department, mut tickets): (DepartmentId, Vec<TicketId>)| {
        let last = tickets.iter().rposition(|ticket| planned.contains(ticket))?;
        tickets.truncate(last + 1);
        Some(Change::quiet(Write::AssertQueueHead { department, tickets }))
    };
    heads.into_iter().filter_map(head).collect()
}
