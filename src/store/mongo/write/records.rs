//! The records of a unit of work: people, departments, settings, incidents, invitations and messages, each
//! written over the version that was read; and their documents.
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::ids::Version;
use crate::domain::person::invite::Invite;
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Settings;
use crate::domain::ticket::conversation::ConversationMessage;
use crate::engine::ports::{AdminGuard, Change, CommitError, StoreError, UniqueKey, Write};
use crate::store::mongo::codec::{Fields, date, fields, int, nested};
use crate::store::mongo::read::conversation::{by_key, by_source, message_document};
use crate::store::mongo::schema::{
    COUNTERS, DEPARTMENTS, INCIDENTS_ID, INVITES, MESSAGES, SETTINGS, SETTINGS_ID, USERS,
};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::search_words;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{BTreeMap, HashMap};

/// The fields whose values no two records of a collection share, and the key that a second one violates.
const UNIQUE: [(&str, UniqueKey, &[&str]); 7] = [
    (USERS, UniqueKey::Telegram, &["telegram_id"]),
    (USERS, UniqueKey::Alias, &["alias_key"]),
    (DEPARTMENTS, UniqueKey::Department, &["name_key"]),
    (INVITES, UniqueKey::Invite, &["_id"]),
    (MESSAGES, UniqueKey::Message, &["_id"]),
    (MESSAGES, UniqueKey::Message, &["source_chat", "source_message"]),
    (MESSAGES, UniqueKey::Message, &["source_key"]),
];

/// Returns the unique keys of a document, each with its values.
fn unique_values(collection: &str, doc: &Document) -> Vec<(UniqueKey, String)> {
    let of_collection = UNIQUE.iter().filter(|(of, ..)| *of == collection);
    let values = of_collection.filter_map(|(_, key, names)| {
        let values = names.iter().map(|name| Fields(doc).get(name).map(ToString::to_string));
        Some((*key, format!("{collection} {names:?} {:?}", values.collect::<Option<Vec<_>>>()?)))
    });
    values.collect()
}

/// The collection and the `_id` of a record.
type RecordId = (&'static str, String);

/// The records of a unit of work.
#[derive(Default)]
pub(crate) struct RecordSet {
    /// The records that exist, as the changes so far have left them.
    current: HashMap<RecordId, Document>,
    /// The `_id` of the record that has these unique values.
    owners: HashMap<String, String>,
    /// The documents to insert and to replace, per collection and in order.
    writes: BTreeMap<&'static str, (Vec<Document>, Vec<Document>)>,
    revoked_invites: Vec<String>,
    changes_admins: bool,
}

impl RecordSet {
    /// Reads the records that the changes need. A retry also looks for new messages, which an attempt without
    /// an answer may have written.
    pub(crate) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
        is_retry: bool,
    ) -> Result<Self, TxError> {
        let mut wanted: BTreeMap<(&'static str, &'static str), Vec<Bson>> = BTreeMap::new();
        let mut want = |collection, field, value: Bson| {
            wanted.entry((collection, field)).or_default().push(value);
        };
        let (mut messages, mut needs_admins) = (Vec::new(), false);
        for change in changes {
            match &change.write {
                Write::Person { person, .. } | Write::AdminRole { person, .. } => {
                    want(USERS, "_id", person.id.to_string().into());
                    want(USERS, "telegram_id", person.telegram.0.into());
                    if let Some(alias) = person.agent.as_ref().and_then(AgentProfile::alias_key) {
                        want(USERS, "alias_key", alias.into());
                    }
                    needs_admins |= matches!(change.write, Write::AdminRole { .. });
                }
                Write::Department { department, .. } => {
                    want(DEPARTMENTS, "_id", department.id.to_string().into());
                    want(DEPARTMENTS, "name_key", department.name.to_lowercase().into());
                }
                Write::Settings { .. } => want(SETTINGS, "_id", SETTINGS_ID.into()),
                Write::Incidents { .. } => want(SETTINGS, "_id", INCIDENTS_ID.into()),
                Write::Invite(Invite { code, .. }) | Write::RevokeInvite(code) => {
                    want(INVITES, "_id", code.as_str().into());
                }
                Write::Message { message, expected, .. } => {
                    if expected.is_some() || is_retry {
                        want(MESSAGES, "_id", message.id.to_string().into());
                    }
                    if expected.is_none() {
                        messages.extend(message.source.map(by_source));
                        messages.extend(message.source_key.as_deref().map(by_key));
                    }
                }
                Write::OpenTicket { .. }
                | Write::Ticket { .. }
                | Write::TicketContent { .. }
                | Write::EndedTicket { .. }
                | Write::AssertQueueHead { .. }
                | Write::Nothing => {}
            }
        }
        if needs_admins {
            want(USERS, "role", "admin".into());
        }
        let mut set = Self::default();
        for ((collection, field), values) in wanted {
            set.add(collection, tx.find_in(collection, field, values).await?)?;
        }
        let filter = match messages.len() {
            0 => return Ok(set),
            // For one filter the equality is faster on some servers.
            1 => messages.remove(0),
            _ => doc! { "$or": messages },
        };
        set.add(MESSAGES, tx.find(MESSAGES, filter).await?)?;
        Ok(set)
    }

    fn add(&mut self, collection: &'static str, found: Vec<Document>) -> Result<(), StoreError> {
        for doc in found {
            let id = Fields(&doc).text("_id")?.to_owned();
            let values = unique_values(collection, &doc);
            self.owners.extend(values.into_iter().map(|(_, values)| (values, id.clone())));
            self.current.insert((collection, id), doc);
        }
        Ok(())
    }

    /// Writes a new record, or the next version of one. Conflict if it is not as expected, and Duplicate if
    /// another has the same unique values.
    fn write(
        &mut self,
        collection: &'static str,
        doc: Document,
        expected: Option<Version>,
    ) -> Result<(), CommitError> {
        let record = (collection, Fields(&doc).text("_id")?.to_owned());
        let is_taken = |(_, values): &(UniqueKey, String)| {
            self.owners.get(values).is_some_and(|owner| *owner != record.1 || expected.is_none())
        };
        let taken = unique_values(collection, &doc).into_iter().find(is_taken);
        let is_expected = match (expected, self.current.get(&record)) {
            (None, known) => known.is_none() || taken.is_some(),
            (Some(version), Some(known)) => Fields(known).int("version")? == int(version.0),
            (Some(_), None) => false,
        };
        match taken {
            _ if !is_expected => return Err(CommitError::Conflict),
            Some((key, _)) => return Err(CommitError::Duplicate(key)),
            None => {}
        }
        self.put(record, doc);
        Ok(())
    }

    fn put(&mut self, record: RecordId, doc: Document) {
        let (collection, id) = record.clone();
        let (inserts, updates) = self.writes.entry(collection).or_default();
        if self.current.contains_key(&record) { updates } else { inserts }.push(doc.clone());
        let values = unique_values(collection, &doc);
        if let Some(before) = self.current.insert(record, doc) {
            for (_, values) in unique_values(collection, &before) {
                self.owners.remove(&values);
            }
        }
        self.owners.extend(values.into_iter().map(|(_, values)| (values, id.clone())));
    }

    /// Returns a record as the changes so far have left it.
    fn current(&self, collection: &'static str, id: &(impl ToString + ?Sized)) -> Option<Fields<'_>> {
        self.current.get(&(collection, id.to_string())).map(Fields)
    }

    /// Writes a new person with this number, or a person's next version.
    pub(crate) fn person(
        &mut self,
        p: &Person,
        expected: Option<Version>,
        number: u64,
    ) -> Result<(), CommitError> {
        let created_seq =
            self.current(USERS, &p.id).map_or(Ok(int(number)), |known| known.int("created_seq"))?;
        self.write(USERS, user_document(p, created_seq)?, expected)
    }

    /// Writes the next version of a person who becomes or ceases to be an admin.
    pub(crate) fn admin_role(
        &mut self,
        p: &Person,
        expected: Version,
        guard: AdminGuard,
    ) -> Result<(), CommitError> {
        let id = p.id.to_string();
        let others =
            self.current.iter().filter(|((collection, other), _)| *collection == USERS && *other != id);
        if !guard.allows(others.map(|(_, user)| user).any(|user| user.get_str("role") == Ok("admin"))) {
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
        self.write(DEPARTMENTS, doc, expected)
    }

    pub(crate) fn settings(&mut self, s: &Settings, expected: Version) -> Result<(), CommitError> {
        self.singleton(SETTINGS_ID, fields(s)?, expected)
    }

    pub(crate) fn incidents(&mut self, i: &Incidents, expected: Version) -> Result<(), CommitError> {
        self.singleton(INCIDENTS_ID, fields(i)?, expected)
    }

    /// Writes the next version of a document of `settings`. One that was never written has the default's
    /// version.
    fn singleton(&mut self, id: &str, fields: Document, expected: Version) -> Result<(), CommitError> {
        let mut doc = doc! { "_id": id };
        doc.extend(fields);
        match self.current(SETTINGS, id) {
            Some(_) => self.write(SETTINGS, doc, Some(expected)),
            None if expected == Version::default() => self.write(SETTINGS, doc, None),
            None => Err(CommitError::Conflict),
        }
    }

    /// Writes a new invitation, or marks one as used.
    pub(crate) fn invite(&mut self, i: &Invite) -> Result<(), CommitError> {
        let mut doc = doc! { "_id": &i.code, "open": i.used_by.is_none(), "valid_until": date(i.expires_at) };
        doc.extend(fields(i)?);
        if i.used_by.is_none() {
            return self.write(INVITES, doc, None);
        }
        self.check_unused(&i.code)?;
        self.put((INVITES, i.code.clone()), doc);
        Ok(())
    }

    pub(crate) fn revoke_invite(&mut self, code: &str) -> Result<(), CommitError> {
        self.check_unused(code)?;
        self.current.remove(&(INVITES, code.to_owned()));
        self.revoked_invites.push(code.to_owned());
        Ok(())
    }

    fn check_unused(&self, code: &str) -> Result<(), CommitError> {
        let is_unused = self.current(INVITES, code).is_some_and(|known| known.get("used_by").is_none());
        if is_unused { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Returns true if writing the message brings it into a ticket's conversation.
    pub(crate) fn joins_ticket(&self, message: &ConversationMessage) -> bool {
        let known = self.current(MESSAGES, &message.id);
        message.ticket.is_some() && known.is_none_or(|known| known.get("ticket").is_none())
    }

    /// Writes a new message with this number, or the next version of one.
    pub(crate) fn message(
        &mut self,
        message: &ConversationMessage,
        expected: Option<Version>,
        number: u64,
    ) -> Result<(), CommitError> {
        let seq = self.current(MESSAGES, &message.id).map_or(Ok(int(number)), |known| known.int("seq"))?;
        self.write(MESSAGES, message_document(message, seq)?, expected)
    }

    /// Writes the records that changed.
    pub(crate) async fn flush(self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        for (collection, (inserts, updates)) in self.writes {
            let replace = |doc: Document| doc! { "q": { "_id": doc.get("_id").cloned() }, "u": doc };
            tx.insert(collection, inserts).await?;
            tx.bulk_update(collection, updates.into_iter().map(replace).collect()).await?;
        }
        tx.delete(INVITES, self.revoked_invites.iter().map(|code| doc! { "_id": code })).await?;
        if self.changes_admins {
            // All changes of admins write this document, so that two of them conflict.
            let update =
                doc! { "q": { "_id": "admins" }, "u": { "$inc": { "value": 1_i64 } }, "upsert": true };
            tx.bulk_update(COUNTERS, vec![update]).await?;
        }
        Ok(())
    }
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
