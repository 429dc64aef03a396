//! What else a transaction may write, each over the version that was read: people, departments, settings,
//! incidents, invitations.
use super::codec::{Fields, int};
use super::desk::{
    DESK, INCIDENTS, department, incidents_document, invite_document, is_at, settings_document,
};
use super::error::Halt;
use super::people;
use super::schema::{DEPARTMENTS, INVITES, SETTINGS, USERS};
use super::tx::Tx;
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::ids::{DepartmentId, PersonId, Version};
use crate::domain::invite::Invite;
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::engine::ports::{Change, CommitError, UniqueKey, Write};
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

/// The records that a transaction has to do with, as they become.
#[derive(Default)]
pub(super) struct Roll {
    users: HashMap<PersonId, Document>,
    departments: HashMap<DepartmentId, Document>,
    /// Those of which there is one, by their id: the settings, the incidents.
    only: HashMap<&'static str, Document>,
    invites: HashMap<String, Document>,
    new: Vec<(&'static str, Document)>,
    changed: Vec<(&'static str, Document)>,
    /// Who is new. Until they are written, whom they were met after is counted from 0.
    met: HashSet<String>,
}

impl Roll {
    pub(super) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<Self, Halt> {
        let (mut people, mut telegrams, mut codes) = (HashSet::new(), HashSet::new(), HashSet::new());
        let (mut departments, mut only) = (false, HashSet::new());
        for change in changes {
            match &change.write {
                Write::Person { person, .. } => {
                    people.insert(person.id.to_string());
                    telegrams.insert(person.telegram.0);
                }
                Write::Department { .. } => departments = true,
                Write::Settings { .. } => drop(only.insert(DESK)),
                Write::Incidents { .. } => drop(only.insert(INCIDENTS)),
                Write::Invite(invite) => {
                    codes.insert(invite.code.clone());
                }
                Write::OpenTicket { .. }
                | Write::Ticket { .. }
                | Write::AssertQueueHead { .. }
                | Write::Nothing => {}
            }
        }
        let mut these = Self::default();
        let known = tx.find_in(USERS, "_id", people).await?;
        let named = tx.find_in(USERS, "telegram_id", telegrams).await?;
        for user in known.into_iter().chain(named) {
            these.users.insert(PersonId(Fields(&user).id("_id")?), user);
        }
        if departments {
            for doc in tx.find(DEPARTMENTS, doc! {}).await? {
                these.departments.insert(DepartmentId(Fields(&doc).id("_id")?), doc);
            }
        }
        for id in only {
            for doc in tx.find(SETTINGS, doc! { "_id": id }).await? {
                these.only.insert(id, doc);
            }
        }
        for doc in tx.find_in(INVITES, "_id", codes).await? {
            these.invites.insert(Fields(&doc).text("_id")?.to_owned(), doc);
        }
        Ok(these)
    }

    /// A new person, who is the `met`th, or a person's next version.
    pub(super) fn person(
        &mut self,
        p: &Person,
        expected: Option<Version>,
        met: u64,
    ) -> Result<(), CommitError> {
        let mut others = self.users.iter().filter(|(id, _)| **id != p.id || expected.is_none());
        let taken = others.any(|(_, user)| user.get_i64("telegram_id") == Ok(p.telegram.0));
        let known = self.users.get(&p.id);
        let met = match (expected, known) {
            (None, _) if taken => return Err(CommitError::Duplicate(UniqueKey::Telegram)),
            (None, None) => {
                self.met.insert(p.id.to_string());
                int(met)
            }
            (Some(version), Some(known)) if is_at(known, version)? => {
                if taken {
                    return Err(CommitError::Duplicate(UniqueKey::Telegram));
                }
                Fields(known).int("met")?
            }
            _ => return Err(CommitError::Conflict),
        };
        let doc = people::user(p, met)?;
        self.users.insert(p.id, doc.clone());
        self.put(USERS, expected, doc);
        Ok(())
    }

    pub(super) fn department(
        &mut self,
        d: &Department,
        expected: Option<Version>,
    ) -> Result<(), CommitError> {
        let doc = department(d)?;
        let mut others = self.departments.iter().filter(|(id, _)| **id != d.id);
        let taken = others.any(|(_, other)| other.get("name_key") == doc.get("name_key"));
        match (expected, self.departments.get(&d.id)) {
            (None, _) if taken => return Err(CommitError::Duplicate(UniqueKey::Department)),
            (None, None) => {}
            (Some(version), Some(known)) if is_at(known, version)? => {
                if taken {
                    return Err(CommitError::Duplicate(UniqueKey::Department));
                }
            }
            _ => return Err(CommitError::Conflict),
        }
        self.departments.insert(d.id, doc.clone());
        self.put(DEPARTMENTS, expected, doc);
        Ok(())
    }

    pub(super) fn settings(&mut self, s: &Settings, expected: Version) -> Result<(), CommitError> {
        self.only(DESK, settings_document(s)?, expected)
    }

    pub(super) fn incidents(&mut self, i: &Incidents, expected: Version) -> Result<(), CommitError> {
        self.only(INCIDENTS, incidents_document(i)?, expected)
    }

    /// One that was never written is the default, at the default's version.
    fn only(&mut self, id: &'static str, doc: Document, expected: Version) -> Result<(), CommitError> {
        let fits = match self.only.get(id) {
            Some(known) => is_at(known, expected)?,
            None => expected == Version::default(),
        };
        if !fits {
            return Err(CommitError::Conflict);
        }
        let known = self.only.insert(id, doc.clone()).map(|_| expected);
        self.put(SETTINGS, known, doc);
        Ok(())
    }

    pub(super) fn invite(&mut self, i: &Invite) -> Result<(), CommitError> {
        let expected = match (i.used_by, self.invites.get(&i.code)) {
            (None, None) => None,
            (None, Some(_)) => return Err(CommitError::Duplicate(UniqueKey::Invite)),
            (Some(_), Some(known)) if Fields(known).get("used_by").is_none() => Some(Version::default()),
            (Some(_), _) => return Err(CommitError::Conflict),
        };
        let doc = invite_document(i)?;
        self.invites.insert(i.code.clone(), doc.clone());
        self.put(INVITES, expected, doc);
        Ok(())
    }

    fn put(&mut self, collection: &'static str, expected: Option<Version>, doc: Document) {
        if expected.is_none() {
            self.new.push((collection, doc));
        } else {
            self.changed.push((collection, doc));
        }
    }

    /// Writes them; who is new was met as the `first`th or later.
    pub(super) async fn write(mut self, tx: &mut Tx<'_>, first: u64) -> Result<(), Halt> {
        for (collection, doc) in self.new.iter_mut().chain(&mut self.changed) {
            if *collection == USERS && self.met.contains(Fields(doc).text("_id")?) {
                let met = Fields(doc).int("met")?;
                doc.insert("met", met + int(first));
            }
        }
        // Nobody else can have written it since it was read: then this transaction is overtaken.
        let over = |doc: Document| doc! { "q": { "_id": doc.get("_id").cloned() }, "u": doc };
        for collection in [USERS, DEPARTMENTS, SETTINGS, INVITES] {
            let of = |(name, doc): &(&str, Document)| (*name == collection).then(|| doc.clone());
            tx.insert(collection, self.new.iter().filter_map(of).collect()).await?;
            tx.update(collection, self.changed.iter().filter_map(of).map(over).collect()).await?;
        }
        Ok(())
    }
}
