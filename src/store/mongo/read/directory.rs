//! The directory: people, departments, settings, incidents, invitations, drafts and canned replies. Departments and
//! settings are read fresh or by a TTL cache.
use super::coalesce::{Coalescer, Loaded};
use super::people;
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::card::CardKey;
use crate::domain::department::canned_reply::CannedReply;
use crate::domain::department::{Department, DepartmentList};
use crate::domain::draft::Draft;
use crate::domain::ids::{PersonId, ReplyId, TelegramId};
use crate::domain::person::Person;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::{DirectoryStore, ReplyStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, date, fields, int, value};
use crate::store::mongo::schema::{
    BOT_ID, CANNED_REPLIES, DEPARTMENTS, DRAFTS, INCIDENTS_ID, INVITES, LIVE_CARDS, SETTINGS, SETTINGS_ID,
};
use crate::store::mongo::tx::error::{DUPLICATE_KEY, code_of};
use crate::store::ttl_cache::{ReferenceData, TtlCache};
use async_trait::async_trait;
use mongodb::bson::doc;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// How long a change by another replica may stay unseen by a cached read.
const REFERENCE_DATA_TTL: Duration = Duration::from_millis(250);

/// The reader of departments and settings.
pub(crate) struct ReferenceReader {
    departments: Coalescer<(), Vec<Department>>,
    settings: Coalescer<(), Settings>,
    cache: Arc<TtlCache<ReferenceData>>,
}

impl ReferenceReader {
    pub(crate) fn new(db: &Db) -> Self {
        let cache = Arc::new(TtlCache::new(REFERENCE_DATA_TTL));
        Self { departments: Coalescer::new(db, departments), settings: Coalescer::new(db, settings), cache }
    }

    /// Returns the cache, which a writer of departments or settings must invalidate.
    pub(crate) fn cache(&self) -> Arc<TtlCache<ReferenceData>> {
        Arc::clone(&self.cache)
    }

    /// Returns all departments by name, read after this call.
    pub(crate) async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        Ok(self.departments.get(()).await?.unwrap_or_default())
    }

    /// Returns the settings, read after this call.
    pub(crate) async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(self.settings.get(()).await?.unwrap_or_default())
    }

    /// Returns both; a change by another replica may be missing for [`REFERENCE_DATA_TTL`]. Not for a
    /// decision whether to write.
    pub(crate) async fn cached(&self) -> Result<Arc<ReferenceData>, StoreError> {
        if let Some(data) = self.cache.get() {
            return Ok(data);
        }
        let generation = self.cache.generation();
        let (departments, settings) = tokio::try_join!(self.departments(), self.settings())?;
        let departments = Arc::new(DepartmentList::from(departments));
        let data = Arc::new(ReferenceData { departments, settings });
        self.cache.insert(generation, Arc::clone(&data));
        Ok(data)
    }
}

async fn departments(db: Db, _: Vec<()>) -> Loaded<(), Vec<Department>> {
    let docs = db.find(DEPARTMENTS, doc! {}, doc! { "name_key": 1 }).await?;
    Ok(HashMap::from([((), docs.into_iter().map(value).collect::<Result<_, _>>()?)]))
}

async fn settings(db: Db, _: Vec<()>) -> Loaded<(), Settings> {
    db.get(SETTINGS, SETTINGS_ID).await?.map(|doc| Ok(((), value(doc)?))).into_iter().collect()
}

#[async_trait]
impl DirectoryStore for Mongo {
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.people.get(id).await?.transpose()
    }

    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError> {
        people::one(&self.db, doc! { "telegram_id": id.0 }).await
    }

    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError> {
        people::by_username(&self.db, name).await
    }

    async fn was_username_of_other(&self, name: &str, person: PersonId) -> Result<bool, StoreError> {
        people::was_username_of_other(&self.db, name, person).await
    }

    async fn agents(&self) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(people::agents(&self.db).await?))
    }

    async fn admins(&self) -> Result<Vec<Person>, StoreError> {
        let admins = people::find(&self.db, doc! { "role": "admin" }, doc! { "created_seq": 1 }, 0).await?;
        Ok(self.unreadable.leave_out(admins))
    }

    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let recent = people::find(&self.db, doc! {}, doc! { "created_seq": -1 }, int(limit)).await?;
        Ok(self.unreadable.leave_out(recent))
    }

    fn unreadable_people(&self) -> BTreeSet<PersonId> {
        self.unreadable.ids()
    }

    async fn record_bot(&self, bot: TelegramId) -> Result<TelegramId, StoreError> {
        // Another replica may do the same.
        let record = doc! { "$setOnInsert": { "telegram_id": bot.0 } };
        let settings = self.db.collection(SETTINGS);
        settings.update_one(doc! { "_id": BOT_ID }, record).upsert(true).await?;
        let stored = self.db.get(SETTINGS, BOT_ID).await?.unwrap_or_default();
        Ok(TelegramId(Fields(&stored).int("telegram_id")?))
    }

    async fn banned_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(people::banned(&self.db, limit).await?))
    }

    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError> {
        people::touch(&self.db, agent, at).await
    }

    async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        self.reference.departments().await
    }

    async fn department_list(&self) -> Result<Arc<DepartmentList>, StoreError> {
        Ok(Arc::clone(&self.reference.cached().await?.departments))
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.reference.settings().await
    }

    async fn incidents(&self) -> Result<Incidents, StoreError> {
        self.db.get(SETTINGS, INCIDENTS_ID).await?.map_or_else(|| Ok(Incidents::default()), value)
    }

    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError> {
        self.db.get(INVITES, code).await?.map(value).transpose()
    }

    async fn valid_invites(&self, now: Time) -> Result<Vec<Invite>, StoreError> {
        let open = doc! { "open": true, "valid_until": { "$gte": date(now) } };
        let found = self.db.find(INVITES, open, doc! { "valid_until": 1 }).await?;
        found.into_iter().map(value).collect()
    }

    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        self.db.get(DRAFTS, person.to_string()).await?.map(value).transpose()
    }

    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError> {
        // The draft is later if the store was given no time yet.
        let saved_at = self.last_time().max(draft.created_at);
        let mut doc = doc! { "_id": draft.person.to_string(), "saved_at": date(saved_at) };
        doc.extend(fields(&draft)?);
        self.db.put(DRAFTS, doc).await
    }

    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        // The person may have another draft by now.
        let this = doc! { "_id": draft.person.to_string(), "id": draft.id.to_string() };
        if self.db.delete_one(DRAFTS, this).await? {
            let card = CardKey::Draft(draft.person).storage_key();
            self.db.delete_one(LIVE_CARDS, doc! { "_id": card }).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl ReplyStore for Mongo {
    async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError> {
        let order = doc! { "word_key": 1, "department_id": 1 };
        let docs = self.db.find(CANNED_REPLIES, doc! {}, order).await?;
        docs.into_iter().map(value).collect()
    }

    async fn put_canned_reply(&self, reply: CannedReply) -> Result<bool, StoreError> {
        let id = reply.id.to_string();
        let mut doc = doc! {
            "_id": &id,
            "word_key": reply.word.to_lowercase(),
            "department_id": reply.department.map(|id| id.to_string()),
        };
        doc.extend(fields(&reply)?);
        let replies = self.db.collection(CANNED_REPLIES);
        match replies.replace_one(doc! { "_id": id }, doc).upsert(true).await {
            Ok(_) => Ok(true),
            Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn drop_canned_reply(&self, id: ReplyId) -> Result<(), StoreError> {
        self.db.delete_one(CANNED_REPLIES, doc! { "_id": id.to_string() }).await.map(drop)
    }
}
