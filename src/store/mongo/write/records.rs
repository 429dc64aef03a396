//! The other records of a unit of work: people, departments, settings, incidents and invitations, each
//! written over the version that was read; and the documents of events.
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{DepartmentId, PersonId, Version};
use crate::domain::person::invite::Invite;
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Settings;
use crate::engine::ports::{AdminGuard, Change, CommitError, StoreError, UniqueKey, Write};
use crate::store::mongo::codec::{Fields, date, fields, int, nested};
use crate::store::mongo::schema::{
    COUNTERS, DEPARTMENTS, INCIDENTS_ID, INVITES, SETTINGS, SETTINGS_ID, USERS,
};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::search_words;
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

/// The records of a unit of work, as documents.
#[derive(Default)]
pub(crate) struct RecordSet {
    users: HashMap<PersonId, Document>,
    departments: HashMap<DepartmentId, Document>,
    /// The documents of `settings`, by `_id`.
    singletons: HashMap<&'static str, Document>,
    invites: HashMap<String, Document>,
    inserts: Vec<(&'static str, Document)>,
    updates: Vec<(&'static str, Document)>,
    /// The admins, if a change needs them.
    admins: HashSet<PersonId>,
    changes_admins: bool,
    deleted_invites: Vec<String>,
    /// The ids of new people, whose `created_seq` counts from 0 until the flush.
    new_users: HashSet<String>,
}

impl RecordSet {
    /// Reads the records that the changes need.
    pub(crate) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<Self, TxError> {
        let (mut people, mut telegrams, mut codes) = (HashSet::new(), HashSet::new(), HashSet::new());
        let (mut admins, mut departments, mut singletons) = (false, false, HashSet::new());
        let mut aliases = HashSet::new();
        for change in changes {
            match &change.write {
                Write::Person { person, .. } => {
                    people.insert(person.id.to_string());
                    telegrams.insert(person.telegram.0);
                    aliases.extend(person.agent.as_ref().and_then(AgentProfile::alias_key));
                }
                Write::AdminRole { person, .. } => {
                    people.insert(person.id.to_string());
                    telegrams.insert(person.telegram.0);
                    aliases.extend(person.agent.as_ref().and_then(AgentProfile::alias_key));
                    admins = true;
                }
                Write::Department { .. } => departments = true,
                Write::Settings { .. } => drop(singletons.insert(SETTINGS_ID)),
                Write::Incidents { .. } => drop(singletons.insert(INCIDENTS_ID)),
                Write::Invite(invite) => {
                    codes.insert(invite.code.clone());
                }
                Write::RevokeInvite(code) => {
                    codes.insert(code.clone());
                }
                Write::OpenTicket { .. }
                | Write::Ticket { .. }
                | Write::TicketContent { .. }
                | Write::EndedTicket { .. }
                | Write::AssertQueueHead { .. }
                | Write::Message { .. }
                | Write::FirstAnswer { .. }
                | Write::Nothing => {}
            }
        }
        let mut set = Self::default();
        let known = tx.find_in(USERS, "_id", people).await?;
        let named = tx.find_in(USERS, "telegram_id", telegrams).await?;
        let called = tx.find_in(USERS, "alias_key", aliases).await?;
        for user in known.into_iter().chain(named).chain(called) {
            set.users.insert(PersonId(Fields(&user).id("_id")?), user);
        }
        if admins {
            for doc in tx.find(USERS, doc! { "role": "admin" }).await? {
                set.admins.insert(PersonId(Fields(&doc).id("_id")?));
            }
        }
        if departments {
            for doc in tx.find(DEPARTMENTS, doc! {}).await? {
                set.departments.insert(DepartmentId(Fields(&doc).id("_id")?), doc);
            }
        }
        for id in singletons {
            for doc in tx.find(SETTINGS, doc! { "_id": id }).await? {
                set.singletons.insert(id, doc);
            }
        }
        for doc in tx.find_in(INVITES, "_id", codes).await? {
            set.invites.insert(Fields(&doc).text("_id")?.to_owned(), doc);
        }
        Ok(set)
    }

    /// Writes a new person or a person's next version. `created_seq` is the offset of a new person's number.
    pub(crate) fn person(
        &mut self,
        p: &Person,
        expected: Option<Version>,
        created_seq: u64,
    ) -> Result<(), CommitError> {
        let mut others = self.users.iter().filter(|(id, _)| **id != p.id || expected.is_none());
        let taken = others.any(|(_, user)| user.get_i64("telegram_id") == Ok(p.telegram.0));
        let key = p.agent.as_ref().and_then(AgentProfile::alias_key);
        let mut called = self.users.iter().filter(|(id, _)| **id != p.id);
        let is_called = key.is_some_and(|key| called.any(|(_, user)| user.get_str("alias_key") == Ok(&key)));
        let alias = is_called.then_some(UniqueKey::Alias);
        let known = self.users.get(&p.id);
        check(expected, known, taken.then_some(UniqueKey::Telegram).or(alias))?;
        let created_seq = if let Some(known) = known {
            Fields(known).int("created_seq")?
        } else {
            self.new_users.insert(p.id.to_string());
            int(created_seq)
        };
        let doc = user_document(p, created_seq)?;
        self.users.insert(p.id, doc.clone());
        self.put(USERS, expected, doc);
        if p.is_admin() {
            self.admins.insert(p.id);
        } else {
            self.admins.remove(&p.id);
        }
        Ok(())
    }

    /// Writes the next version of a person who becomes or ceases to be an admin.
    pub(crate) fn admin_role(
        &mut self,
        p: &Person,
        expected: Version,
        guard: AdminGuard,
    ) -> Result<(), CommitError> {
        if !guard.allows(self.admins.iter().any(|id| *id != p.id)) {
            return Err(CommitError::Admins);
        }
        self.person(p, Some(expected), 0)?;
        self.changes_admins = true;
        Ok(())
    }

    pub(crate) fn department(
        &mut self,
        d: &Department,
        expected: Option<Version>,
    ) -> Result<(), CommitError> {
        let mut doc = doc! { "_id": d.id.to_string(), "name_key": d.name.to_lowercase() };
        doc.extend(fields(d)?);
        let mut others = self.departments.iter().filter(|(id, _)| **id != d.id);
        let taken = others.any(|(_, other)| other.get("name_key") == doc.get("name_key"));
        check(expected, self.departments.get(&d.id), taken.then_some(UniqueKey::Department))?;
        self.departments.insert(d.id, doc.clone());
        self.put(DEPARTMENTS, expected, doc);
        Ok(())
    }

    pub(crate) fn settings(&mut self, s: &Settings, expected: Version) -> Result<(), CommitError> {
        self.singleton(SETTINGS_ID, fields(s)?, expected)
    }

    pub(crate) fn incidents(&mut self, i: &Incidents, expected: Version) -> Result<(), CommitError> {
        self.singleton(INCIDENTS_ID, fields(i)?, expected)
    }

    /// Writes the next version of a document of `settings`. One that was never written has the default's
    /// version.
    fn singleton(
        &mut self,
        id: &'static str,
        fields: Document,
        expected: Version,
    ) -> Result<(), CommitError> {
        let mut doc = doc! { "_id": id };
        doc.extend(fields);
        let fits = match self.singletons.get(id) {
            Some(known) => is_at(known, expected)?,
            None => expected == Version::default(),
        };
        if !fits {
            return Err(CommitError::Conflict);
        }
        let known = self.singletons.insert(id, doc.clone()).map(|_| expected);
        self.put(SETTINGS, known, doc);
        Ok(())
    }

    /// Writes a new invitation, or marks one as used.
    pub(crate) fn invite(&mut self, i: &Invite) -> Result<(), CommitError> {
        let expected = match (i.used_by, self.invites.get(&i.code)) {
            (None, None) => None,
            (None, Some(_)) => return Err(CommitError::Duplicate(UniqueKey::Invite)),
            (Some(_), Some(known)) if Fields(known).get("used_by").is_none() => Some(Version::default()),
            (Some(_), _) => return Err(CommitError::Conflict),
        };
        let mut doc = doc! { "_id": &i.code, "open": i.used_by.is_none(), "valid_until": date(i.expires_at) };
        doc.extend(fields(i)?);
        self.invites.insert(i.code.clone(), doc.clone());
        self.put(INVITES, expected, doc);
        Ok(())
    }

    pub(crate) fn revoke_invite(&mut self, code: &str) -> Result<(), CommitError> {
        let known = self.invites.get(code).ok_or(CommitError::Conflict)?;
        if Fields(known).get("used_by").is_some() {
            return Err(CommitError::Conflict);
        }
        self.invites.remove(code);
        self.deleted_invites.push(code.to_owned());
        Ok(())
    }

    fn put(&mut self, collection: &'static str, expected: Option<Version>, doc: Document) {
        if expected.is_none() {
            self.inserts.push((collection, doc));
        } else {
            self.updates.push((collection, doc));
        }
    }

    /// Writes the records that changed. New people are numbered from `first_number`.
    pub(crate) async fn flush(mut self, tx: &mut Tx<'_>, first_number: u64) -> Result<(), TxError> {
        for (collection, doc) in self.inserts.iter_mut().chain(&mut self.updates) {
            if *collection == USERS && self.new_users.contains(Fields(doc).text("_id")?) {
                let offset = Fields(doc).int("created_seq")?;
                doc.insert("created_seq", offset + int(first_number));
            }
        }
        let replace = |doc: Document| doc! { "q": { "_id": doc.get("_id").cloned() }, "u": doc };
        for collection in [USERS, DEPARTMENTS, SETTINGS, INVITES] {
            let of = |(name, doc): &(&str, Document)| (*name == collection).then(|| doc.clone());
            tx.insert(collection, self.inserts.iter().filter_map(of).collect()).await?;
            tx.bulk_update(collection, self.updates.iter().filter_map(of).map(replace).collect()).await?;
        }
        tx.delete(INVITES, self.deleted_invites.iter().map(|code| doc! { "_id": code }).collect::<Vec<_>>())
            .await?;
        if self.changes_admins {
            // All changes of admins write this document, so that two of them conflict.
            let update =
                doc! { "q": { "_id": "admins" }, "u": { "$inc": { "value": 1_i64 } }, "upsert": true };
            tx.bulk_update(COUNTERS, vec![update]).await?;
        }
        Ok(())
    }
}

/// Checks that a record is as expected, and that no other has the same unique key.
fn check(
    expected: Option<Version>,
    known: Option<&Document>,
    taken: Option<UniqueKey>,
) -> Result<(), CommitError> {
    let is_expected = match (expected, known) {
        (None, known) => known.is_none() || taken.is_some(),
        (Some(version), Some(known)) => is_at(known, version)?,
        (Some(_), None) => false,
    };
    match taken {
        _ if !is_expected => Err(CommitError::Conflict),
        Some(key) => Err(CommitError::Duplicate(key)),
        None => Ok(()),
    }
}

/// Returns true if a record has this version.
fn is_at(doc: &Document, version: Version) -> Result<bool, StoreError> {
    Ok(Fields(doc).int("version")? == int(version.0))
}

/// Returns the document of `users`. People are sorted by `created_seq`.
fn user_document(person: &Person, created_seq: i64) -> Result<Document, StoreError> {
    let agent = person.agent.as_ref();
    let mut doc = doc! {
        "_id": person.id.to_string(),
        "telegram_id": person.telegram.0,
        "created_seq": created_seq,
        "name": &person.name,
        "username": person.username.as_ref(),
        "email": person.email.as_ref(),
        "role": nested(&person.role)?,
        "version": int(person.version.0),
        "is_online": person.availability() == Availability::Online,
        "last_online": agent.and_then(|agent| agent.last_online).map(date),
        "max_tickets": agent.map(|agent| i32::from(agent.max_tickets.get())),
        "auto_assignment_enabled": agent.map(|agent| agent.auto_assignment_enabled),
        "words": search_words::of_person(person),
        "person": fields(person)?,
    };
    if person.is_banned() {
        doc.insert("banned", true);
    }
    if let Some(alias) = agent.and_then(AgentProfile::alias_key) {
        doc.insert("alias_key", alias);
    }
    if let Some(username) = &person.username {
        doc.insert("username_key", username.to_lowercase());
    }
    if !person.former_usernames.is_empty() {
        doc.insert("former_username_keys", person.former_usernames.clone());
    }
    Ok(doc)
}

/// Returns the document of `events`; `seq` orders the events of a ticket.
pub(crate) fn event_document(event: &AuditEvent, seq: u64) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": int(seq), "at": date(event.at), "event": nested(event)? };
    if let Some(ticket) = event.ticket {
        doc.insert("ticket_id", ticket.to_string());
    }
    if let Some((agent, is_assignment)) = event.counts_for() {
        doc.insert("agent_id", agent.to_string());
        doc.insert("micros", event.at.timestamp_micros());
        doc.insert("kind", if is_assignment { "assigned" } else { "completed" });
    }
    Ok(doc)
}
