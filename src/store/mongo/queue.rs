//! The queue as it is read: its head, a page of it, its depth, a place in it.
//!
//! How many wait is kept as sums: each process counts in documents of its own what it brought in and took out, so that
//! replicas don't stand in each other's way at one number, and all of them together are the depth.
use super::codec::{Fields, among, int};
use super::db::Db;
use super::error::Halt;
use super::schema::{DEPTHS, QUEUE, QUEUE_ALL};
use super::tickets::{Query, many};
use super::tx::{Tx, Work};
use crate::domain::Time;
use crate::domain::ids::{Arrival, DepartmentId};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{QueueDepths, StoreError};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) fn head(department: DepartmentId, limit: usize) -> Query {
    let filter = doc! { "status": "queued", "department": department.to_string(), "auto": true };
    Query { filter, sort: doc! { "rank": 1, "position": 1 }, skip: 0, limit: Some(limit), index: None }
}

pub(super) fn page(departments: &[DepartmentId], offset: usize, limit: usize) -> Query {
    let sort = doc! { "rank": 1, "position": 1 };
    let filter = doc! { "status": "queued", "department": among(departments) };
    // Of one department the index has them in this order, and every server sees it.
    let index = if departments.len() == 1 { None } else { Some(QUEUE_ALL) };
    Query { filter, sort, skip: offset as u64, limit: Some(limit), index }
}

/// Of those who wait in a department at a priority, the first.
pub(super) fn longest(department: DepartmentId, priority: Priority) -> Query {
    let filter = doc! {
        "status": "queued",
        "department": department.to_string(),
        "rank": i32::from(priority.rank()),
    };
    // By rank, too, which is one: else another index has them in this order as well, with everybody else in between.
    Query { filter, sort: doc! { "rank": 1, "position": 1 }, skip: 0, limit: Some(1), index: None }
}

/// When the first of them was opened.
pub(super) async fn since(
    db: &Db,
    department: DepartmentId,
    priority: Priority,
) -> Result<Option<Time>, StoreError> {
    let Query { filter, sort, .. } = longest(department, priority);
    let first = db.collection(QUEUE).find_one(filter).sort(sort).projection(doc! { "created_at": 1 }).await?;
    first.map(|first| Fields(&first).time("created_at")).transpose()
}

/// The first tickets of a department's queue.
pub(super) async fn first(
    db: &Db,
    department: DepartmentId,
    auto: bool,
    limit: usize,
) -> Result<Vec<Ticket>, StoreError> {
    many(db, if auto { head(department, limit) } else { page(&[department], 0, limit) }).await
}

/// In which of these places a new ticket would have one before it that the engine may assign.
pub(super) async fn waiting(
    tx: &mut Tx<'_>,
    places: &HashSet<(DepartmentId, Priority)>,
) -> Result<HashSet<(DepartmentId, Priority)>, Halt> {
    if places.is_empty() {
        return Ok(HashSet::new());
    }
    let sums = Sums::of(&tx.find(DEPTHS, doc! {}).await?)?;
    let mut waiting = HashSet::new();
    for (department, priority) in places.iter().copied() {
        let counted = sums.in_department(department);
        let ahead: i64 =
            counted.iter().filter(|(rank, _)| *rank <= priority.rank().into()).map(|(_, n)| n).sum();
        // Who waits for pick-up is counted too, so then the queue is asked.
        if ahead > 0 {
            let Query { filter, sort, .. } = head(department, 1);
            let first = tx.find_some(QUEUE, filter, sort, 1).await?;
            let rank = first.first().map(|first| Fields(first).int("rank")).transpose()?;
            if rank.is_some_and(|rank| rank <= priority.rank().into()) {
                waiting.insert((department, priority));
            }
        }
    }
    Ok(waiting)
}

pub(super) async fn depths(db: &Db) -> Result<QueueDepths, StoreError> {
    let sums = sums(db).await?.counted.into_iter().map(|(department, counted)| {
        let sum: i64 = counted.iter().map(|(_, waiting)| waiting).sum();
        (department, u64::try_from(sum).unwrap_or(0))
    });
    Ok(sums.filter(|(_, sum)| *sum > 0).collect())
}

/// How many wait in each department.
#[derive(Default)]
pub(super) struct Sums {
    /// What each process has counted: ranks, and how many wait.
    counted: HashMap<DepartmentId, Vec<(i64, i64)>>,
    /// Departments in which none of those is for the engine, as somebody found who looked since.
    by_hand: Mutex<HashSet<DepartmentId>>,
}

impl Sums {
    fn of(counts: &[Document]) -> Result<Self, StoreError> {
        let mut counted: HashMap<_, Vec<_>> = HashMap::new();
        for doc in counts {
            let f = Fields(doc);
            let one = (f.int("rank")?, f.int("waiting")?);
            counted.entry(DepartmentId(f.id("department")?)).or_default().push(one);
        }
        Ok(Self { counted, by_hand: Mutex::default() })
    }

    /// What each process has counted in a department.
    pub(super) fn in_department(&self, department: DepartmentId) -> &[(i64, i64)] {
        self.counted.get(&department).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody waits there for the engine, as far as is known.
    pub(super) fn is_idle(&self, department: DepartmentId) -> bool {
        let waiting: i64 = self.in_department(department).iter().map(|(_, waiting)| waiting).sum();
        waiting == 0 || self.by_hand().contains(&department)
    }

    /// Somebody looked, and nobody waits there for the engine.
    pub(super) fn found_idle(&self, department: DepartmentId) {
        self.by_hand().insert(department);
    }

    fn by_hand(&self) -> MutexGuard<'_, HashSet<DepartmentId>> {
        self.by_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn sums(db: &Db) -> Result<Sums, StoreError> {
    Sums::of(&db.find(DEPTHS, doc! {}, doc! {}, None).await?)
}

/// At the tail of its priority, which is where new tickets are, the sums say it all; further ahead those before it are
/// counted.
pub(super) async fn position(
    db: &Db,
    sums: &[(i64, i64)],
    department: DepartmentId,
    priority: Priority,
    arrival: Arrival,
) -> Result<u64, StoreError> {
    let rank = i64::from(priority.rank());
    let (mut before, mut among) = (0, 0);
    for (of, waiting) in sums.iter().copied() {
        match of.cmp(&rank) {
            std::cmp::Ordering::Less => before += waiting,
            std::cmp::Ordering::Equal => among += waiting,
            std::cmp::Ordering::Greater => {}
        }
    }
    let places = |condition: &str| peers(department, priority, condition, arrival);
    let index = || Hint::Name(QUEUE_ALL.to_owned());
    let queue = db.collection(QUEUE);
    // Nobody is behind who comes last: a new ticket.
    if arrival != Arrival::LAST && queue.find_one(places("$gt")).hint(index()).await?.is_some() {
        among = int(queue.count_documents(places("$lte")).hint(index()).await?);
    }
    Ok(u64::try_from(before + among).unwrap_or(0))
}

/// Those of the same department and priority that came before or after an arrival.
pub(super) fn peers(
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

/// The statements that add to what `process` has counted.
pub(super) fn counting(
    process: &str,
    changes: impl IntoIterator<Item = ((DepartmentId, Priority), i64)>,
) -> Vec<Document> {
    let changes = changes.into_iter().filter(|(_, by)| *by != 0);
    changes
        .map(|((department, priority), by)| {
            let rank = i32::from(priority.rank());
            let known = doc! { "department": department.to_string(), "rank": rank };
            doc! {
                "q": { "_id": format!("{department} {rank} {process}") },
                "u": { "$setOnInsert": known, "$inc": { "waiting": by } },
                "upsert": true,
            }
        })
        .collect()
}

/// Takes over what processes before this one have counted, so that their documents don't grow in number for ever. One
/// that still runs goes on from nothing; the sums stay what they are.
pub(super) struct TakeOver<'a>(pub(super) &'a str);

#[async_trait]
impl Work for TakeOver<'_> {
    type Found = ();

    async fn run(&self, tx: &mut Tx<'_>, _tries: u32) -> Result<(), Halt> {
        let mut sums: HashMap<(DepartmentId, Priority), i64> = HashMap::new();
        let mut old: Vec<Bson> = Vec::new();
        for doc in tx.find(DEPTHS, doc! {}).await? {
            let (f, id) = (Fields(&doc), doc.get("_id").cloned().unwrap_or(Bson::Null));
            let rank = f.number("rank")?;
            let Some(priority) = Priority::from_rank(rank) else {
                return Err(StoreError::Corrupt(format!("{DEPTHS}: unknown rank {rank}")).into());
            };
            *sums.entry((DepartmentId(f.id("department")?), priority)).or_default() += f.int("waiting")?;
            old.push(id);
        }
        tx.delete(DEPTHS, [doc! { "_id": { "$in": old } }]).await?;
        tx.update_some(DEPTHS, counting(self.0, sums)).await.map(drop)
    }
}
