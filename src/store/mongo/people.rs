//! People in `users`, and of agents in `agent_status` what assignments are checked against and written with.
use super::codec::{Fields, date, fields, int, nested, put_time, value};
use super::db::Db;
use super::questions::Who;
use super::schema::{AGENTS, USERS};
use crate::domain::Time;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;

/// The document of `users`. `met` says in which order people were met.
pub(super) fn user(person: &Person, met: i64) -> Result<Document, StoreError> {
    let agent = person.agent.as_ref();
    let mut doc = doc! {
        "_id": person.id.to_string(),
        "telegram_id": person.telegram.0,
        "met": met,
        "name": &person.name,
        "username": person.username.as_ref(),
        "email": person.email.as_ref(),
        "role": nested(&person.role)?,
        "version": int(person.version.0),
        "is_online": person.availability() == Availability::Online,
        "last_online": agent.and_then(|agent| agent.last_online).map(date),
        "max_tickets": agent.map(|agent| i32::from(agent.max_tickets.get())),
        "auto_assignment_enabled": agent.map(|agent| agent.auto_assignment_enabled),
        "person": fields(person)?,
    };
    if let Some(username) = &person.username {
        doc.insert("username_key", username.to_lowercase());
    }
    Ok(doc)
}

/// The fields of `agent_status` that are written with the person.
pub(super) fn profile(person: &Person, agent: &AgentProfile) -> Document {
    doc! {
        "agent_name": &person.name,
        "is_online": agent.availability == Availability::Online,
        "status": agent.availability.as_str(),
        "reachable": person.reachable,
        "auto_assignment_enabled": agent.auto_assignment_enabled,
        "max_tickets": i32::from(agent.max_tickets.get()),
        "assignment_order": i64::from(agent.assignment_order),
        "last_online": agent.last_online.map(date),
    }
}

/// The fields of `agent_status` that are not: a new agent's are those they come with.
pub(super) fn own(agent: &AgentProfile) -> Document {
    let mut doc = Document::new();
    put_time(&mut doc, "last_assigned", agent.last_assigned);
    put_time(&mut doc, "last_activity", Some(agent.last_activity));
    doc
}

/// A person out of their document and, if they are an agent, that of their status.
fn person(user: &Document, status: Option<&Document>) -> Result<Person, StoreError> {
    let mut person: Person = value(user.get_document("person").cloned().unwrap_or_default())?;
    if let (Some(profile), Some(status)) = (&mut person.agent, status) {
        profile.last_assigned = Fields(status).opt_time("last_assigned")?;
        profile.last_activity = Fields(status).time("last_activity")?;
    }
    Ok(person)
}

/// A person out of their own document alone: with the turn and the activity that they had when it was written.
pub(super) fn unjoined(user: &Document) -> Result<Person, StoreError> {
    person(user, None)
}

/// The people whom a filter finds, in this order, at most `limit`; all with 0.
pub(super) async fn many(
    db: &Db,
    filter: Document,
    sort: Document,
    limit: i64,
) -> Result<Vec<Person>, StoreError> {
    let users = db.all(db.collection(USERS).find(filter).sort(sort).limit(limit)).await?;
    joined(db, &users).await?.into_iter().collect()
}

/// Each of these people, with their status.
async fn joined(db: &Db, users: &[Document]) -> Result<Vec<Result<Person, StoreError>>, StoreError> {
    let ids: Vec<Bson> = users
        .iter()
        .filter(|user| Fields(user).get("max_tickets").is_some())
        .filter_map(|user| user.get("_id").cloned())
        .collect();
    let statuses = if ids.is_empty() {
        Vec::new()
    } else {
        db.find(AGENTS, doc! { "agent_id": { "$in": ids } }, doc! {}, None).await?
    };
    let statuses = by_id(&statuses, "agent_id")?;
    let join = |user| person(user, statuses.get(Fields(user).text("_id")?).copied());
    Ok(users.iter().map(join).collect())
}

/// People by what they are looked up by, as far as they are known.
pub(super) async fn known(
    db: &Db,
    keys: &[Who],
) -> Result<HashMap<Who, Result<Person, StoreError>>, StoreError> {
    let (mut ids, mut telegrams): (Vec<Bson>, Vec<Bson>) = Default::default();
    for key in keys {
        match key {
            Who::Id(id) => ids.push(id.to_string().into()),
            Who::Telegram(id) => telegrams.push(id.0.into()),
        }
    }
    let users = async |field: &str, values: Vec<Bson>| match values.len() {
        0 => Ok(Vec::new()),
        _ => db.find(USERS, doc! { field: { "$in": values } }, doc! {}, None).await,
    };
    let (known, named) = tokio::try_join!(users("_id", ids), users("telegram_id", telegrams))?;
    let mut key = Vec::with_capacity(known.len() + named.len());
    for user in &known {
        key.push(Who::Id(PersonId(Fields(user).id("_id")?)));
    }
    for user in &named {
        key.push(Who::Telegram(TelegramId(Fields(user).int("telegram_id")?)));
    }
    let users: Vec<_> = known.into_iter().chain(named).collect();
    Ok(key.into_iter().zip(joined(db, &users).await?).collect())
}

pub(super) async fn one(db: &Db, filter: Document, sort: Document) -> Result<Option<Person>, StoreError> {
    Ok(many(db, filter, sort, 1).await?.pop())
}

/// Everyone with an agent's profile, in the order in which they became agents.
pub(super) async fn agents(db: &Db) -> Result<Vec<Person>, StoreError> {
    let order = doc! { "assignment_order": 1, "agent_id": 1 };
    let statuses = db.find(AGENTS, doc! {}, order, Some("assignment_order")).await?;
    let ids: Vec<Bson> = statuses.iter().filter_map(|status| status.get("agent_id").cloned()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let users = db.find(USERS, doc! { "_id": { "$in": ids } }, doc! {}, None).await?;
    let users = by_id(&users, "_id")?;
    let mut agents = Vec::with_capacity(statuses.len());
    for status in &statuses {
        // Somebody who stopped being one between the two questions is left out.
        if let Some(user) = users.get(Fields(status).text("agent_id")?) {
            agents.extend(Some(person(user, Some(status))?).filter(|person| person.agent.is_some()));
        }
    }
    Ok(agents)
}

fn by_id<'a>(docs: &'a [Document], field: &str) -> Result<HashMap<&'a str, &'a Document>, StoreError> {
    docs.iter().map(|doc| Ok((Fields(doc).text(field)?, doc))).collect()
}

/// Notes a sign of life, which never moves the last one back.
pub(super) async fn touch(db: &Db, agent: PersonId, at: Time) -> Result<(), StoreError> {
    let mut seen = Document::new();
    put_time(&mut seen, "last_activity", Some(at));
    let rest = seen.get("last_activity_us").cloned().unwrap_or(Bson::Null);
    let earlier = doc! {
        "agent_id": agent.to_string(),
        "$or": [
            { "last_activity": { "$lt": date(at) } },
            { "last_activity": date(at), "last_activity_us": { "$lt": rest } },
        ],
    };
    db.collection(AGENTS).update_one(earlier, doc! { "$set": seen }).await?;
    Ok(())
}
