//! Reads of people: `users`, joined with `agent_status` for agents.
use super::coalesce::Loaded;
use crate::domain::Time;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::person::Person;
use crate::engine::ports::StoreError;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, date, int, put_time, value};
use crate::store::mongo::schema::{AGENT_STATUS, USERS};
use crate::store::unreadable::UnreadablePerson;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;

/// Decodes a person from the documents of `users` and, for an agent, of `agent_status`.
fn person(user: &Document, status: Option<&Document>) -> Result<Person, StoreError> {
    let mut person: Person = value(user.get_document("person").cloned().unwrap_or_default())?;
    if let (Some(profile), Some(status)) = (&mut person.agent, status) {
        profile.last_assigned = Fields(status).opt_time("last_assigned")?;
        profile.last_activity = Fields(status).time("last_activity")?;
    }
    Ok(person)
}

/// Decodes a person from `users` alone: last assignment and activity are as old as the document.
pub(crate) fn without_status(user: &Document) -> Result<Person, StoreError> {
    person(user, None)
}

/// A person, or else what can be read of the documents.
type PersonOrUnreadable = Result<Person, Box<UnreadablePerson>>;

fn person_or_unreadable(user: &Document, status: Option<&Document>) -> PersonOrUnreadable {
    person(user, status).map_err(|error| {
        let f = Fields(user);
        let name = user.get_document("person").ok().and_then(|person| person.get_str("name").ok());
        let (id, telegram) = (f.id("_id").unwrap_or_default(), f.int("telegram_id").unwrap_or_default());
        Box::new(UnreadablePerson::new(PersonId(id), TelegramId(telegram), name, error.to_string()))
    })
}

/// Returns the people that match, in this order, at most `limit`; all with 0.
pub(crate) async fn find(
    db: &Db,
    filter: Document,
    sort: Document,
    limit: i64,
) -> Result<Vec<PersonOrUnreadable>, StoreError> {
    let users = db.all(db.collection(USERS).find(filter).sort(sort).limit(limit)).await?;
    join_status(db, &users).await
}

/// Returns the person with this username, in any case. A username can pass from one person to another; the person
/// who was created last has it.
pub(crate) async fn by_username(db: &Db, name: &str) -> Result<Option<Person>, StoreError> {
    one(db, doc! { "username_key": name.to_lowercase() }).await
}

/// Returns the person that matches, the one who was created last of several.
pub(crate) async fn one(db: &Db, filter: Document) -> Result<Option<Person>, StoreError> {
    let found = find(db, filter, doc! { "created_seq": -1 }, 1).await?.pop();
    found.transpose().map_err(|unreadable| StoreError::Corrupt(unreadable.why))
}

/// Returns whether somebody else had this username, in any case, before.
pub(crate) async fn was_username_of_other(db: &Db, name: &str, person: PersonId) -> Result<bool, StoreError> {
    let named = doc! { "former_username_keys": name.to_lowercase(), "_id": { "$ne": person.to_string() } };
    Ok(!db.all(db.collection(USERS).find(named).limit(1)).await?.is_empty())
}

/// Returns people by id; a stand-in for one whose record can't be read.
pub(crate) async fn by_ids(db: Db, ids: Vec<PersonId>) -> Loaded<PersonId, Result<Person, StoreError>> {
    let users = db.find(USERS, doc! { "_id": among(&ids) }, doc! {}).await?;
    let people = users.iter().zip(join_status(&db, &users).await?);
    let found = people.map(|(user, person)| {
        let person = person.unwrap_or_else(|unreadable| unreadable.stand_in);
        Ok((PersonId(Fields(user).id("_id")?), Ok(person)))
    });
    found.collect()
}

async fn join_status(db: &Db, users: &[Document]) -> Result<Vec<PersonOrUnreadable>, StoreError> {
    let ids: Vec<&str> = users
        .iter()
        .filter(|user| Fields(user).get("max_tickets").is_some())
        .filter_map(|user| user.get_str("_id").ok())
        .collect();
    let statuses = if ids.is_empty() {
        Vec::new()
    } else {
        db.find(AGENT_STATUS, doc! { "agent_id": among(&ids) }, doc! {}).await?
    };
    let statuses = by_id(&statuses, "agent_id");
    let status_of = |user: &Document| statuses.get(Fields(user).text("_id").ok()?).copied();
    Ok(users.iter().map(|user| person_or_unreadable(user, status_of(user))).collect())
}

fn by_id<'a>(docs: &'a [Document], field: &str) -> HashMap<&'a str, &'a Document> {
    docs.iter().filter_map(|doc| Some((Fields(doc).text(field).ok()?, doc))).collect()
}

/// Returns everyone with an agent's profile, in the order in which they became agents.
pub(crate) async fn agents(db: &Db) -> Result<Vec<PersonOrUnreadable>, StoreError> {
    let order = doc! { "assignment_order": 1, "agent_id": 1 };
    let statuses = db.find(AGENT_STATUS, doc! {}, order).await?;
    let ids: Vec<Bson> = statuses.iter().filter_map(|status| status.get("agent_id").cloned()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let users = db.find(USERS, doc! { "_id": { "$in": ids } }, doc! {}).await?;
    let users = by_id(&users, "_id");
    let mut agents = Vec::with_capacity(statuses.len());
    for status in &statuses {
        // A person who stopped being an agent between the two queries is left out.
        if let Some(user) = Fields(status).text("agent_id").ok().and_then(|id| users.get(id)) {
            let person = person_or_unreadable(user, Some(status));
            agents.extend(
                Some(person).filter(|person| person.as_ref().map_or(true, |person| person.agent.is_some())),
            );
        }
    }
    Ok(agents)
}

/// Returns the banned people, newest first, at most `limit`.
pub(crate) async fn banned(db: &Db, limit: usize) -> Result<Vec<PersonOrUnreadable>, StoreError> {
    match limit {
        0 => Ok(Vec::new()),
        _ => find(db, doc! { "banned": true }, doc! { "created_seq": -1 }, int(limit)).await,
    }
}

/// Moves an agent's last activity forward.
pub(crate) async fn touch(db: &Db, agent: PersonId, at: Time) -> Result<(), StoreError> {
    let mut activity = Document::new();
    put_time(&mut activity, "last_activity", Some(at));
    let micros = activity.get("last_activity_us").cloned().unwrap_or(Bson::Null);
    let earlier = doc! {
        "agent_id": agent.to_string(),
        "$or": [
            { "last_activity": { "$lt": date(at) } },
            { "last_activity": date(at), "last_activity_us": { "$lt": micros } },
        ],
    };
    db.collection(AGENT_STATUS).update_one(earlier, doc! { "$set": activity }).await?;
    Ok(())
}
