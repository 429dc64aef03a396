//! Reads of the waiting tickets: a queue's head, a page, its depth and a position.
//!
//! The depth of a queue is a sum: each process counts what it added and removed in documents of its own, so
//! that replicas do not conflict at one number.
use super::coalesce::Loaded;
pub(crate) use super::tickets::Query;
use crate::domain::ids::{Arrival, DepartmentId, TicketId};
use crate::domain::ticket::Priority;
use crate::engine::ports::{QueueDepths, StoreError, WaitingTicket};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, int};
use crate::store::mongo::schema::{QUEUE_DEPTHS, TICKET_QUEUE};
use mongodb::bson::{Document, doc};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// Returns the query of the first tickets of a department that the engine may assign.
pub(crate) fn auto_head(department: DepartmentId, limit: usize) -> Query {
    let filter = doc! { "status": "queued", "department": department.to_string(), "auto": true };
    Query { filter, sort: doc! { "rank": 1, "position": 1 }, skip: 0, limit: Some(limit) }
}

/// Returns the query of a page of the queue over these departments.
pub(crate) fn page(departments: &[DepartmentId], offset: usize, limit: usize) -> Query {
    let sort = doc! { "rank": 1, "position": 1 };
    let mut filter = doc! { "status": "queued", "department": among(departments) };
    if departments.len() == 1 {
        // All ranks, for servers that find an index by the fields of the filter.
        filter.insert("rank", doc! { "$gte": 0 });
    }
    Query { filter, sort, skip: offset as u64, limit: Some(limit) }
}

/// Returns the query of a page of the queue of the whole desk.
pub(crate) fn desk_page(offset: usize, limit: usize) -> Query {
    let (filter, sort) = (doc! { "status": "queued" }, doc! { "rank": 1, "position": 1 });
    Query { filter, sort, skip: offset as u64, limit: Some(limit) }
}

/// Returns the query of the oldest ticket at a priority, of a department or of the desk.
pub(crate) fn oldest(department: Option<DepartmentId>, priority: Priority) -> Query {
    let mut filter = doc! { "status": "queued", "rank": i32::from(priority.rank()) };
    if let Some(department) = department {
        // All positions, as in `page`.
        filter.extend(doc! { "department": department.to_string(), "position": { "$gte": 0 } });
    }
    // The rank is in the order too, though it is constant: without it the index `status` has this order as
    // well.
    Query { filter, sort: doc! { "rank": 1, "position": 1 }, skip: 0, limit: Some(1) }
}

/// Returns the oldest ticket at a priority, of a department or of the desk.
pub(crate) async fn oldest_waiting(
    db: &Db,
    department: Option<DepartmentId>,
    priority: Priority,
) -> Result<Option<WaitingTicket>, StoreError> {
    let Query { filter, sort, .. } = oldest(department, priority);
    let queue = db.collection(TICKET_QUEUE);
    let first =
        queue.find_one(filter).sort(sort).projection(doc! { "ticket_id": 1, "created_at": 1 }).await?;
    let read = |first: Document| {
        let fields = Fields(&first);
        Ok(WaitingTicket { id: TicketId(fields.id("ticket_id")?), opened_at: fields.time("created_at")? })
    };
    first.map(read).transpose()
}

/// How many tickets wait in each department: of each process and priority, the rank and the count.
#[derive(Default)]
pub(crate) struct DepthSums(HashMap<DepartmentId, Vec<(i64, i64)>>);

/// Returns the depths of all queues.
pub(crate) async fn depths(db: Db, _: Vec<()>) -> Loaded<(), Arc<DepthSums>> {
    Ok(HashMap::from([((), Arc::new(DepthSums(read_depths(&db, doc! {}).await?)))]))
}

/// Returns the depths of the queues of these departments, each by itself.
pub(crate) async fn department_depths(
    db: Db,
    departments: Vec<DepartmentId>,
) -> Loaded<DepartmentId, Arc<DepthSums>> {
    let depths = read_depths(&db, depths_of(&departments)).await?;
    let alone =
        |(department, counts)| (department, Arc::new(DepthSums(HashMap::from([(department, counts)]))));
    Ok(depths.into_iter().map(alone).collect())
}

/// Returns the filter of the depths of these departments.
pub(crate) fn depths_of(departments: &[DepartmentId]) -> Document {
    doc! { "department": among(departments) }
}

/// Returns, per department, one (rank, count) for each process and priority.
async fn read_depths(
    db: &Db,
    filter: Document,
) -> Result<HashMap<DepartmentId, Vec<(i64, i64)>>, StoreError> {
    let mut depths: HashMap<_, Vec<_>> = HashMap::new();
    for doc in &db.find(QUEUE_DEPTHS, filter, doc! {}).await? {
        let f = Fields(doc);
        let count = (f.int("rank")?, f.int("waiting")?);
        depths.entry(DepartmentId(f.id("department")?)).or_default().push(count);
    }
    Ok(depths)
}

impl DepthSums {
    /// Returns the number of waiting tickets of each department that has any.
    pub(crate) fn by_department(&self) -> QueueDepths {
        let sums = self.0.iter().map(|(department, counts)| {
            let sum: i64 = counts.iter().map(|(_, waiting)| waiting).sum();
            (*department, u64::try_from(sum).unwrap_or(0))
        });
        sums.filter(|(_, sum)| *sum > 0).collect()
    }

    /// Returns how many tickets of a department wait at a higher priority than `rank`, and how many at
    /// `rank`.
    fn before_and_at(&self, department: DepartmentId, rank: i64) -> (i64, i64) {
        let (mut before, mut at) = (0, 0);
        for (of, waiting) in self.0.get(&department).into_iter().flatten() {
            match of.cmp(&rank) {
                Ordering::Less => before += waiting,
                Ordering::Equal => at += waiting,
                Ordering::Greater => {}
            }
        }
        (before, at)
    }
}

/// Returns a ticket's position in its department. At the tail of its priority the depths are enough; further
/// ahead the tickets before it are counted.
pub(crate) async fn position(
    db: &Db,
    depths: &DepthSums,
    (department, priority): (DepartmentId, Priority),
    arrival: Arrival,
) -> Result<u64, StoreError> {
    let (before, mut at) = depths.before_and_at(department, priority.rank().into());
    let peers = |condition: &str| peers(department, priority, condition, arrival);
    let queue = db.collection(TICKET_QUEUE);
    // A new ticket is the last.
    if arrival != Arrival::LAST && queue.find_one(peers("$gt")).await?.is_some() {
        at = int(queue.count_documents(peers("$lte")).await?);
    }
    Ok(u64::try_from(before + at).unwrap_or(0))
}

/// Returns the filter of waiting tickets of the same department and priority that arrived before or after.
pub(crate) fn peers(
    department: DepartmentId,
    priority: Priority,
    condition: &str,
    arrival: Arrival,
) -> Document {
    doc! {
        "status": "queued",
        "department": department.to_string(),
        "rank": i32::from(priority.rank()),
        "position": { condition: int(arrival.0) },
    }
}
